// Nodes with a model that detects people.

#include "plugin_test.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>
#include <vector>

using namespace plugin_test;

namespace {

// The library's log. Its threads write it.
struct Log {
    std::mutex lock;
    std::vector<std::string> lines;

    Log() { set_callback(&add, this); }
    ~Log() { set_callback(nullptr, nullptr); }

    std::size_t count(const std::string &part) {
        std::lock_guard<std::mutex> guard(lock);
        const auto has_part = [&](const std::string &line) { return contains(line, part); };
        return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), has_part));
    }

private:
    using Callback = void (*)(int32_t, const char *, void *);

    static void add(int32_t, const char *line, void *user) {
        Log &log = *static_cast<Log *>(user);
        std::lock_guard<std::mutex> guard(log.lock);
        log.lines.push_back(line);
    }

    static void set_callback(Callback callback, void *user) {
        // Never closed, as in the plugin.
        const std::string path = plugin_folder() + "/librextrack.so";
        void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        REQUIRE(library != nullptr);
        using SetLog = int32_t (*)(int32_t, Callback, void *);
        reinterpret_cast<SetLog>(dlsym(library, "rextrack_set_log"))(3, callback, user);
    }
};

} // namespace

TEST_CASE("nodes share a model, and a TOP shares the pipeline of its CHOP") {
    const std::string video = variable("REXTRACK_TD_VIDEO"), models = variable("REXTRACK_TD_MODELS");
    if (video.empty() || models.empty()) {
        MESSAGE("skipped: REXTRACK_TD_VIDEO or REXTRACK_TD_MODELS is not set");
        return;
    }
    const std::string file = variable("REXTRACK_TD_MODEL") + ".onnx";
    Log log;
    ChopNode first(chop_plugin(), next_id()), second(chop_plugin(), next_id());
    TopNode top(top_plugin(), next_id());
    for (ChopNode *chop : {&first, &second}) {
        chop->set("Source", std::string("file"));
        chop->set("File", video);
        chop->set("Modelsfolder", models);
        chop->set("Model", variable("REXTRACK_TD_MODEL"));
        chop->set("Classes", std::string("person"));
        CHECK(cook_until(*chop, [&] {
            return chop->value("p1_state") == 1.0f && contains(chop->info_field("model"), file);
        }));
        CHECK(chop->error == "");
    }
    CHECK(first.info_field("model") == second.info_field("model"));
    CHECK(first.info_field("device") == "cpu");
    CHECK(first.info_table[1][5] == "person");
    top.inputs.chop = first.as_input();
    CHECK(cook_until(top, [&] { return top.output.uploads > 2; }));
    // Two pipelines use one model, and the TOP has no pipeline of its own.
    CHECK(log.count(file + " is loaded already, and shared") == 1);
    CHECK(log.count(file + " on cpu") == 2);
}
