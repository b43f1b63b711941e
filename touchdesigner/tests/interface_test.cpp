// The C interface as TouchDesigner's half uses it. Environment: REXTRACK_TD_PLUGINS is the folder of the
// library; tests that need it are skipped without one.

#include "core/interface.h"

#include "core/message.h"
#include "temporary_folder.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

using namespace rextrack_td;

namespace {

// A CHOP, with a library or without one.
class Fixture {
public:
    explicit Fixture(const std::string &folder)
        : node_(rextrack_td_create(REXTRACK_TD_CHOP, 1, (folder + "/RextrackCHOP.so").c_str(),
                                   nullptr)) {}
    ~Fixture() { rextrack_td_destroy(node_); }

    void set(const char *name, const char *text) {
        for (std::size_t i = 0; i < rextrack_td_parameter_count(REXTRACK_TD_CHOP); ++i)
            if (std::strcmp(rextrack_td_parameter(REXTRACK_TD_CHOP, i)->name, name) == 0)
                rextrack_td_set_text(node_, i, text);
    }

    // Cooks until `done`. False after the timeout.
    template <class Done> bool cook_until(Done done, uint32_t top = 0) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (std::chrono::steady_clock::now() < deadline) {
            cook(top);
            if (done()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

    // Cooks until `text` is part of the newest problem, and an empty `text` until it is solved.
    bool cook_until_problem(const std::string &text) {
        return cook_until([&] {
            if (problems.empty()) return false;
            return text.empty() ? problems.back().empty()
                                : problems.back().find(text) != std::string::npos;
        });
    }

    // `top` is the number of the TOP, 0 when there is none. It never gives a picture.
    void cook(uint32_t top = 0) {
        rextrack_td_begin_cook(node_, -1);
        if (rextrack_td_uses_top(node_)) rextrack_td_needs_picture(node_, top, 1);
        rextrack_td_end_cook(node_);
        RextrackTdEvent event{};
        while (rextrack_td_next_event(node_, &event))
            if (event.kind == REXTRACK_TD_PROBLEM) problems.push_back(event.text);
    }

    std::string warning() { return rextrack_td_warning(node_); }

    std::vector<std::string> problems;

private:
    RextrackTdNode *node_;
};

} // namespace

TEST_CASE("a missing library is one problem") {
    const TemporaryFolder empty;
    Fixture one(empty.path());
    CHECK(one.cook_until_problem(message::library_is_missing));
    CHECK(one.problems.size() == 1);
}

TEST_CASE("every warning of a node is a problem, also one that its pipeline does not know") {
    const char *folder = std::getenv("REXTRACK_TD_PLUGINS");
    if (!folder) {
        MESSAGE("skipped: REXTRACK_TD_PLUGINS is not set");
        return;
    }
    Fixture one(folder);
    CHECK(one.cook_until_problem(message::address_is_empty));
    one.set("Source", "top");
    one.set("Model", "builtin:motion");
    CHECK(one.cook_until_problem(message::top_is_missing));
    one.set("Moreaxes", "tempo");
    CHECK(one.cook_until_problem("tempo"));
    one.set("Moreaxes", "");
    one.set("Source", "stream");
    one.set("Address", "rtsp://127.0.0.1:9/x");
    one.set("Settings", "{\"camera\": {\"stream\": \"synth:people=4,seed=1\"}}");
    CHECK(one.cook_until_problem(""));
}

TEST_CASE("a node that nobody looks at does not miss pictures") {
    const TemporaryFolder empty;
    Fixture one(empty.path());
    one.set("Source", "top");
    one.cook(7);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    CHECK(one.warning().find(message::no_picture_from_top) == std::string::npos);
    // While it cooks, a second without a picture is enough.
    CHECK(one.cook_until([&] { return one.warning().find(message::no_picture_from_top) == 0; }, 7));
}
