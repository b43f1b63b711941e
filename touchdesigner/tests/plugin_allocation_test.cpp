// Allocations in a cook. Replaces operator new for this program and the plugins that it loads.

#include "host/allocations.h"
#include "plugin_test.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

using namespace plugin_test;

void *operator new(std::size_t size) {
    ++allocation_count();
    if (void *memory = std::malloc(size ? size : 1)) return memory;
    throw std::bad_alloc();
}

void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

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
