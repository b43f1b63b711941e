// Allocations in a cook. Replaces operator new for this program and the plugins that it loads.

#include "host/allocations.h"
#include "plugin_test.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <pthread.h>

using namespace plugin_test;

namespace {

bool is_refused() {
    if (current_stage() == Stage::Execute && allocations_left() >= 0 && allocations_left()-- == 0)
        return true;
    const char *refused = thread_without_memory();
    char name[16] = "";
    return refused && pthread_getname_np(pthread_self(), name, sizeof name) == 0 &&
           std::strcmp(name, refused) == 0;
}

} // namespace

// Not inlined: g++ then takes malloc and free for a mismatch.
__attribute__((noinline)) void *operator new(std::size_t size) {
    ++allocation_count();
    if (is_refused()) throw std::bad_alloc();
    if (void *memory = std::malloc(size ? size : 1)) return memory;
    throw std::bad_alloc();
}

__attribute__((noinline)) void operator delete(void *memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("a cook with unchanged parameters allocates nothing") {
    SquareScene scene;
    for (const char *name : {"Velocity", "Score", "Class", "Age", "Speed", "Presence", "Fps"})
        scene.chop.set(name, 1.0);
    scene.chop.set("Moreaxes", std::string("life"));
    scene.learn_background();
    REQUIRE(scene.chop.value("p1_class") == -1.0f);
    // The download of a new picture is TouchDesigner's, so the TOP does not change from here on.
    scene.chop.cook();
    for (int i = 0; i < 60; ++i) {
        scene.chop.cook();
        CHECK(scene.chop.execute_allocations == 0);
        std::this_thread::sleep_for(frame_time);
    }
    // Shows that the plugin's allocations are counted.
    scene.chop.set("Slots", 8.0);
    scene.chop.cook();
    CHECK(scene.chop.execute_allocations > 0);
}

namespace {

// A CHOP with a simulated crowd, which needs neither camera nor model.
struct CrowdChop : ChopNode {
    CrowdChop() : ChopNode(chop_plugin(), next_id()) {
        set("Address", std::string("rtsp://127.0.0.1:9/x"));
        set("Model", std::string("builtin:motion"));
        set("Settings", std::string("{\"camera\": {\"stream\": \"synth:people=4,seed=1\"}}"));
    }
    bool has_people() {
        return cook_until(*this, [this] { return value("p1_state") == 1.0f; });
    }
};

} // namespace

TEST_CASE("a cook without memory does no harm, and the next one with memory is complete") {
    CrowdChop chop;
    REQUIRE(chop.has_people());
    bool was_refused = true;
    for (int allowed = 0; was_refused; ++allowed) {
        CAPTURE(allowed);
        REQUIRE(allowed < 1000);
        // New channels, so that the cook allocates.
        chop.set("Slots", 4.0 + allowed % 2);
        allocations_left() = allowed;
        chop.cook();
        was_refused = allocations_left() < 0;
        allocations_left() = -1;
        REQUIRE(chop.has_people());
    }
}

TEST_CASE("a change without memory for it is applied when there is memory again") {
    CrowdChop chop;
    REQUIRE(chop.has_people());
    thread_without_memory() = "rextrack:td";
    chop.set("Slots", 3.0);
    for (int i = 0; i < 20; ++i) {
        chop.cook();
        std::this_thread::sleep_for(frame_time);
    }
    thread_without_memory() = nullptr;
    // A row of titles, and those of the slots.
    CHECK(cook_until(chop, [&] { return chop.info_table[4][0] != "p4"; }));
    CHECK(chop.error == "");
    CHECK(cook_until(chop, [&] { return chop.warning == ""; }));
}

TEST_CASE("a TOP without memory for its picture shows it later") {
    SquareScene scene;
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = scene.chop.as_input();
    thread_without_memory() = "rextrack:view";
    for (int i = 0; i < 40; ++i) {
        scene.show_background();
        top.cook();
    }
    CHECK(top.output.uploads == 0);
    thread_without_memory() = nullptr;
    CHECK(scene.show_background_until([&] {
        top.cook();
        return top.output.uploads > 0;
    }));
}
