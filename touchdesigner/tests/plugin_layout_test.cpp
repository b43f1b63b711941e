// The layouts of the CHOP's output.

#include "plugin_test.h"

using namespace plugin_test;

namespace {

// A square that stands still after it has moved for a while.
bool show_moving_square(SquareScene &scene, bool (*is_there)(const ChopNode &)) {
    int frame = 0;
    const auto deadline = Clock::now() + timeout;
    while (Clock::now() < deadline) {
        const int step = ++frame % 120;
        scene.show_square(0.3 + 0.004 * (step < 60 ? step : 120 - step), 0.25);
        if (is_there(scene.chop)) return true;
    }
    return false;
}

} // namespace

TEST_CASE("one sample per slot has the axes as channels and the slots as samples") {
    SquareScene scene;
    scene.chop.set("Layout", std::string("samples"));
    scene.chop.set("Coordinates", std::string("centred"));
    scene.chop.cook();
    CHECK(scene.chop.samples == 4);
    for (const char *name : {"x", "y", "w", "h", "vx", "vy", "id", "generation", "state", "presence"})
        CHECK(scene.chop.value(name, 3) == 0.0f);
    scene.learn_background();
    REQUIRE(show_moving_square(scene, [](const ChopNode &chop) {
        return chop.value("state", 0) == 1.0f && chop.value("presence", 0) > 0.0f;
    }));
    // Left of the middle, and in the upper half.
    CHECK(scene.chop.value("x", 0) > -0.3f);
    CHECK(scene.chop.value("x", 0) < 0.2f);
    CHECK(scene.chop.value("y", 0) > 0.05f);
    CHECK(scene.chop.value("y", 0) < 0.5f * 360 / 640);
    CHECK(scene.chop.value("state", 3) == 0.0f);
    CHECK(scene.chop.value("x", 3) == 0.0f);
}

TEST_CASE("Body Track's names have its coordinates, and a mirror") {
    SquareScene scene;
    scene.chop.set("Layout", std::string("bodytrack"));
    scene.chop.set("Mirror", 1.0);
    scene.chop.cook();
    CHECK(scene.chop.names.front() == "body1:valid");
    scene.learn_background();
    REQUIRE(show_moving_square(scene, [](const ChopNode &chop) {
        return chop.value("body1:valid") == 1.0f && chop.value("body1/bbox:width") > 0.0f;
    }));
    // The square is left of the middle in the upper half, v points upwards.
    CHECK(scene.chop.value("body1/bbox:u") > 0.4f);
    CHECK(scene.chop.value("body1/bbox:v") > 0.6f);
    CHECK(scene.chop.value("body1/trackingid") > 0.0f);
    CHECK(scene.chop.value("body2:valid") == 0.0f);
}
