#include "filled_channels.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace rextrack_td;
using namespace rextrack_td::test;

TEST_CASE("TouchDesigner coordinates point upwards and have one unit for x and y") {
    const auto values = filled(in_coordinates("touch"), {active_slot});
    CHECK(values.at("p1_x") == doctest::Approx(0.5));
    CHECK(values.at("p1_y") == doctest::Approx(0.8));
    CHECK(values.at("p1_w") == doctest::Approx(0.2));
    CHECK(values.at("p1_h") == doctest::Approx(0.4));
    CHECK(values.at("p1_vx") == doctest::Approx(1.0));
    CHECK(values.at("p1_vy") == doctest::Approx(-0.25));
}

TEST_CASE("UV coordinates point upwards") {
    const auto values = filled(in_coordinates("uv"), {active_slot});
    CHECK(values.at("p1_x") == doctest::Approx(0.25));
    CHECK(values.at("p1_y") == doctest::Approx(0.8));
    CHECK(values.at("p1_h") == doctest::Approx(0.4));
    CHECK(values.at("p1_vy") == doctest::Approx(-0.25));
}

TEST_CASE("centred coordinates are those of an orthographic camera of width 1") {
    const auto values = filled(in_coordinates("centred"), {active_slot});
    CHECK(values.at("p1_x") == doctest::Approx(-0.25));
    CHECK(values.at("p1_y") == doctest::Approx(0.15));
    CHECK(values.at("p1_w") == doctest::Approx(0.1));
    CHECK(values.at("p1_h") == doctest::Approx(0.2));
    CHECK(values.at("p1_vx") == doctest::Approx(0.5));
    CHECK(values.at("p1_vy") == doctest::Approx(-0.125));
    // The corners of the frame are those of the camera's view, 1 wide and 0.5 high.
    Row corner = active_slot;
    corner["x"] = corner["y"] = 1;
    const auto bottom_right = filled(in_coordinates("centred"), {corner});
    CHECK(bottom_right.at("p1_x") == doctest::Approx(0.5));
    CHECK(bottom_right.at("p1_y") == doctest::Approx(-0.25));
}

TEST_CASE("Mirror swaps left and right and changes nothing else, in every coordinates") {
    Row opposite = active_slot;
    opposite["x"] = 1 - opposite["x"];
    opposite["vx"] = -opposite["vx"];
    for (const char *name : all_coordinates) {
        Values values = in_coordinates(name);
        const auto expected = filled(values, {opposite});
        values.set(Par::Mirror, 1.0);
        for (const auto &one : filled(values, {active_slot})) {
            const auto &channel = one.first;
            const auto &value = one.second;
            INFO(std::string(name), " ", channel);
            CHECK(value == doctest::Approx(expected.at(channel)));
        }
    }
}

TEST_CASE("pixel coordinates count pixels from the top left") {
    const auto values = filled(in_coordinates("pixels"), {active_slot});
    CHECK(values.at("p1_x") == doctest::Approx(400));
    CHECK(values.at("p1_y") == doctest::Approx(160));
    CHECK(values.at("p1_w") == doctest::Approx(160));
    CHECK(values.at("p1_h") == doctest::Approx(320));
    CHECK(values.at("p1_vx") == doctest::Approx(800));
    CHECK(values.at("p1_vy") == doctest::Approx(200));
}

TEST_CASE("coordinates leave numbers and unknown quantities unchanged") {
    for (const char *name : all_coordinates) {
        Values parameters = in_coordinates(name);
        parameters.set(Par::Mirror, 1.0);
        parameters.set(Par::Moreaxes, "floor_x");
        const auto values = filled(parameters, {active_slot});
        CHECK(values.at("p1_speed") == 1.25f);
        CHECK(values.at("p1_presence") == 0.75f);
        CHECK(values.at("p1_id") == 7.0f);
        CHECK(values.at("p1_floor_x") == 4.0f);
    }
}

TEST_CASE("a slot at rest has the velocity 0, not -0, in every coordinates") {
    Row at_rest = active_slot;
    at_rest["vx"] = at_rest["vy"] = 0;
    for (const char *name : all_coordinates) {
        Values values = in_coordinates(name);
        values.set(Par::Mirror, 1.0);
        const auto numbers = filled(values, {at_rest});
        CHECK_FALSE(std::signbit(numbers.at("p1_vx")));
        CHECK_FALSE(std::signbit(numbers.at("p1_vy")));
    }
}

TEST_CASE("an unused slot stays at 0 in every layout and coordinates, also mirrored") {
    for (const char *layout : all_layouts)
        for (const char *name : all_coordinates) {
            Values values = in_coordinates(name);
            values.set(Par::Layout, layout);
            values.set(Par::Mirror, 1.0);
            // The second time without the channels of size and state.
            for (int i = 0; i < 2; ++i) {
                for (const auto &one : samples(values, {unused_slot, unused_slot})) {
                    const auto &channel = one.first;
                    const auto &numbers = one.second;
                    INFO(std::string(layout), " ", std::string(name), " ", channel);
                    if (channel == "count" || channel == "fps" || channel == "latency") continue;
                    const bool is_class = channel.find("class") != std::string::npos;
                    for (float value : numbers) CHECK(value == (is_class ? -1.0f : 0.0f));
                }
                values.set(Par::Size, 0.0);
                values.set(Par::State, 0.0);
            }
        }
}

TEST_CASE("an empty slot that keeps its position is converted") {
    Row kept = active_slot;
    kept["state"] = REXTRACK_SLOT_EMPTY;
    CHECK(filled(in_coordinates("uv"), {kept}).at("p1_y") == doctest::Approx(0.8));
}
