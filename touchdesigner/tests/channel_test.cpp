#include "core/channel.h"

#include <cstdlib>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

using namespace rextrack_td;

namespace {

RextrackSlot somebody() {
    RextrackSlot slot{};
    slot.track_id = 7;
    slot.generation = 2;
    slot.state = REXTRACK_SLOT_ACTIVE;
    slot.class_id = 3;
    slot.score = 0.5f;
    slot.x = 0.25f;
    slot.y = 0.2f;
    slot.w = 0.1f;
    slot.h = 0.4f;
    slot.vx = 0.5f;
    slot.vy = 0.25f;
    slot.age_ms = 1500;
    return slot;
}

std::vector<float> filled(const Channels &channels, const std::vector<RextrackSlot> &slots) {
    RextrackSnapshot snapshot{};
    snapshot.active_count = 1;
    snapshot.capture_ns = 1'000'000;
    snapshot.publish_ns = 13'500'000;
    snapshot.frame_width = 1600;
    snapshot.frame_height = 800;
    std::vector<float> values(channels.names().size(), -99.0f);
    std::vector<float *> pointers;
    for (float &value : values) pointers.push_back(&value);
    channels.fill(slots.data(), slots.size(), snapshot, 25.0f, pointers.data());
    return values;
}

Values all() {
    Values values;
    for (Par par : {Par::Position, Par::Size, Par::Velocity, Par::Identity, Par::Generation,
                    Par::State, Par::Score, Par::Class, Par::Age, Par::Count, Par::Fps,
                    Par::Latency})
        values.set(par, 1.0);
    values.set(Par::Slots, 2.0);
    return values;
}

} // namespace

TEST_CASE("channels bear the names that patches are written against") {
    const std::vector<std::string> expected = {
        "p1_x",     "p1_y",    "p1_w",     "p1_h",  "p1_vx", "p1_vy", "p1_id",   "p1_generation",
        "p1_state", "p1_score", "p1_class", "p1_age", "p2_x",  "p2_y",  "p2_w",    "p2_h",
        "p2_vx",    "p2_vy",   "p2_id",    "p2_generation", "p2_state", "p2_score", "p2_class", "p2_age",
        "count",    "fps",     "latency"};
    CHECK(Channels(all()).names() == expected);
}

TEST_CASE("channels are called as OSC calls the same values") {
    // Told by tests/suite/touchdesigner.rs, which asks the library's schema.
    const char *axes = std::getenv("REXTRACK_OSC_AXES");
    if (!axes) return;
    std::istringstream words(axes);
    std::set<std::string> osc, channels;
    for (std::string axis; words >> axis;) osc.insert("p1_" + axis);
    const Channels every(all());
    for (const std::string &name : every.names())
        if (name.rfind("p1_", 0) == 0) channels.insert(name);
    CHECK(channels == osc);
}

TEST_CASE("by default positions, sizes, identity and state are there") {
    Values values;
    values.set(Par::Slots, 1.0);
    const std::vector<std::string> expected = {"p1_x",  "p1_y",   "p1_w",     "p1_h",
                                               "p1_id", "p1_generation", "p1_state", "count"};
    CHECK(Channels(values).names() == expected);
}

TEST_CASE("channels hold what their names say, and 0 where nobody is") {
    const std::vector<float> values = filled(Channels(all()), {somebody()});
    const std::vector<float> expected = {
        0.25f, 0.2f, 0.1f, 0.4f, 0.5f, 0.25f, 7, 2, 1, 0.5f, 3,  1500, 0,    0,
        0,     0,    0,    0,    0,    0,     0, 0, -1, 0,   1, 25,   12.5f};
    CHECK(values == expected);
}

TEST_CASE("the number of channels depends on parameters alone") {
    const Channels channels(all());
    CHECK(filled(channels, {}).size() == 27);
    CHECK(filled(channels, {somebody(), somebody(), somebody()}).size() == 27);
    Values same = all();
    same.set(Par::Confidence, 0.9);
    CHECK(channels.fit(same));
    same.set(Par::Age, 0.0);
    CHECK_FALSE(channels.fit(same));
}

TEST_CASE("TouchDesigner's coordinates grow upwards and keep circles round") {
    const RextrackSlot slot = converted(somebody(), Coordinates::Touch, 1600, 800);
    CHECK(slot.x == doctest::Approx(0.5));
    CHECK(slot.y == doctest::Approx(0.8));
    CHECK(slot.w == doctest::Approx(0.2));
    CHECK(slot.h == doctest::Approx(0.4));
    CHECK(slot.vx == doctest::Approx(1.0));
    CHECK(slot.vy == doctest::Approx(-0.25));
}

TEST_CASE("UV and pixels") {
    const RextrackSlot uv = converted(somebody(), Coordinates::Uv, 1600, 800);
    CHECK(uv.x == doctest::Approx(0.25));
    CHECK(uv.y == doctest::Approx(0.8));
    const RextrackSlot pixels = converted(somebody(), Coordinates::Pixels, 1600, 800);
    CHECK(pixels.x == doctest::Approx(400));
    CHECK(pixels.y == doctest::Approx(160));
}

TEST_CASE("a slot that nobody was in stays at zero whichever way y grows") {
    const RextrackSlot slot = converted(RextrackSlot{}, Coordinates::Touch, 1600, 800);
    CHECK(slot.y == 0.0f);
}
