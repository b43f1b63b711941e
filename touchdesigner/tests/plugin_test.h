// Helpers for the tests of the real plugins in the test host. Environment:
//   REXTRACK_TD_PLUGINS  the folder of the plugins and the Rust library
//   REXTRACK_TD_VIDEO    a movie with people (tests that need it are skipped without one)
//   REXTRACK_TD_MODELS   a folder with a model that detects people (likewise)
//   REXTRACK_TD_MODEL    the name of the model

#ifndef REXTRACK_TD_TESTS_PLUGIN_TEST_H
#define REXTRACK_TD_TESTS_PLUGIN_TEST_H

#include "core/message.h"
#include "host/chop_node.h"
#include "host/top_node.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

namespace plugin_test {

using namespace host;
namespace message = rextrack_td::message;

constexpr auto frame_time = std::chrono::microseconds(16667);
constexpr auto timeout = std::chrono::seconds(60);

inline uint32_t next_id() {
    static uint32_t id = 100;
    return ++id;
}

inline bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

// The value of an environment variable, or an empty text.
inline std::string variable(const char *name) {
    const char *value = std::getenv(name);
    return value ? value : "";
}

// Cooks at 60 Hz until `done`. False after the timeout.
template <class Node, class Done> bool cook_until(Node &node, Done done) {
    const auto deadline = Clock::now() + timeout;
    while (Clock::now() < deadline) {
        node.cook();
        if (done()) return true;
        std::this_thread::sleep_for(frame_time);
    }
    return false;
}

// Uses the people model of the environment. False when there is none.
template <class Node> bool set_people_model(Node &node) {
    const std::string models = variable("REXTRACK_TD_MODELS");
    if (models.empty()) {
        MESSAGE("skipped: REXTRACK_TD_MODELS is not set");
        return false;
    }
    node.set("Modelsfolder", models);
    node.set("Model", variable("REXTRACK_TD_MODEL"));
    return true;
}

// A CHOP that detects motion in a TOP, and a TOP that shows a white square or nothing.
struct SquareScene {
    SourceTop source{next_id()};
    ChopNode chop;

    explicit SquareScene(const Plugin &plugin = chop_plugin(), TD::OP_Context *context = nullptr)
        : chop(plugin, next_id(), context) {
        chop.set("Source", std::string("top"));
        chop.set("Model", std::string("builtin:motion"));
        chop.set("Persistence", 1000.0);
        chop.set("Slots", 4.0);
        chop.inputs.top = &source;
    }

    // Shows the square for one frame and cooks.
    void show_square(double x, double y, double side = 0.15) {
        auto picture = std::make_shared<Picture>(640, 360, 90);
        picture->paint(x, y, side * 360 / 640, side);
        show(picture);
    }

    // Shows the background for one frame and cooks.
    void show_background() { show(std::make_shared<Picture>(640, 360, 90)); }

    // Repeats a frame until `done`. A busy machine drops and delays pictures, so tests wait for the
    // effect of a frame instead of expecting it in the next one.
    template <class Done> bool show_square_until(double x, double y, Done done) {
        return repeat_until([&] { show_square(x, y); }, done);
    }
    template <class Done> bool show_background_until(Done done) {
        return repeat_until([&] { show_background(); }, done);
    }

    // Shows the background until the detector has learned it.
    void learn_background() {
        show_background_until([this] { return chop.info_channels["frames"] >= 15; });
    }

    bool has_value(const char *channel, float value) { return chop.value(channel) == value; }

private:
    void show(std::shared_ptr<const Picture> picture) {
        source.show(std::move(picture));
        chop.cook();
        std::this_thread::sleep_for(frame_time);
    }

    template <class Step, class Done> static bool repeat_until(Step step, Done done) {
        const auto deadline = Clock::now() + timeout;
        while (Clock::now() < deadline) {
            step();
            if (done()) return true;
        }
        return false;
    }
};

} // namespace plugin_test

#endif
