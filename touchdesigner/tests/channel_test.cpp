#include "core/channel.h"
#include "core/message.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

using namespace rextrack_td;

namespace {

// A library's table in another order than the channels, with an axis that this plugin does not know.
const std::vector<RextrackAxis> table = {
    {"state", "", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"x", "", "", REXTRACK_QUANTITY_X, 0},
    {"y", "", "", REXTRACK_QUANTITY_Y, 0},
    {"w", "", "", REXTRACK_QUANTITY_WIDTH, 0},
    {"h", "", "", REXTRACK_QUANTITY_HEIGHT, 0},
    {"vx", "", "", REXTRACK_QUANTITY_VELOCITY_X, 0},
    {"vy", "", "", REXTRACK_QUANTITY_VELOCITY_Y, 0},
    {"id", "", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"generation", "", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"class", "", "", REXTRACK_QUANTITY_NUMBER, -1},
    {"score", "", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"age", "ms", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"life", "ms", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"speed", "", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"presence", "", "", REXTRACK_QUANTITY_NUMBER, 0},
    {"floor_x", "m", "", 99, -5},
};

using Row = std::map<std::string, float>;

const Row active_slot = {{"state", REXTRACK_SLOT_ACTIVE}, {"x", 0.25f},      {"y", 0.2f},
                         {"w", 0.1f},                     {"h", 0.4f},       {"vx", 0.5f},
                         {"vy", 0.25f},                   {"id", 7},         {"generation", 2},
                         {"class", 3},                    {"score", 0.5f},   {"age", 1500},
                         {"life", 9000},                  {"speed", 1.25f},  {"presence", 0.75f},
                         {"floor_x", 4}};

Row without_position(Row row) {
    for (const char *name : {"state", "x", "y", "w", "h", "vx", "vy"}) row[name] = 0;
    return row;
}

// The values that channels have when the pipeline has these slots and frames of 1600 x 800.
std::map<std::string, float> filled(Channels &channels, const std::vector<Row> &slots) {
    channels.bind(table);
    AxisValues &values = channels.values();
    values.snapshot.active_count = 1;
    values.snapshot.capture_ns = 1'000'000;
    values.snapshot.publish_ns = 13'500'000;
    values.snapshot.frame_width = 1600;
    values.snapshot.frame_height = 800;
    values.count = std::min(slots.size(), values.capacity);
    for (std::size_t slot = 0; slot < values.count; ++slot)
        for (std::size_t i = 0; i < values.axes.size(); ++i)
            values.values[slot * values.axes.size() + i] = slots[slot].at(table[values.axes[i]].name);
    std::vector<float> numbers(channels.names().size(), -99.0f);
    std::vector<float *> pointers;
    for (float &number : numbers) pointers.push_back(&number);
    channels.fill(25.0f, pointers.data());
    std::map<std::string, float> named;
    for (std::size_t i = 0; i < numbers.size(); ++i) named[channels.names()[i]] = numbers[i];
    return named;
}

std::map<std::string, float> filled(const Values &values, const std::vector<Row> &slots) {
    Channels channels(values);
    return filled(channels, slots);
}

// Two slots and every toggle.
Values all_channels() {
    Values values;
    for (Par par : {Par::Position, Par::Size, Par::Velocity, Par::Identity, Par::Generation,
                    Par::State, Par::Score, Par::Class, Par::Age, Par::Speed, Par::Presence,
                    Par::Count, Par::Fps, Par::Latency})
        values.set(par, 1.0);
    values.set(Par::Slots, 2.0);
    return values;
}

Values in_coordinates(const char *name) {
    Values values = all_channels();
    values.set(Par::Coordinates, name);
    return values;
}

} // namespace

TEST_CASE("channel names and their order stay the same between releases") {
    const std::vector<std::string> expected = {
        "p1_x",     "p1_y",     "p1_w",       "p1_h",          "p1_vx",    "p1_vy",
        "p1_id",    "p1_generation", "p1_state", "p1_score",   "p1_class", "p1_age",
        "p1_speed", "p1_presence", "p2_x",    "p2_y",          "p2_w",     "p2_h",
        "p2_vx",    "p2_vy",    "p2_id",      "p2_generation", "p2_state", "p2_score",
        "p2_class", "p2_age",   "p2_speed",   "p2_presence",   "count",    "fps",
        "latency"};
    CHECK(Channels(all_channels()).names() == expected);
}

TEST_CASE("default channels are position, size, identity, generation, state and count") {
    Values values;
    values.set(Par::Slots, 1.0);
    const std::vector<std::string> expected = {"p1_x",  "p1_y",          "p1_w",     "p1_h",
                                               "p1_id", "p1_generation", "p1_state", "count"};
    CHECK(Channels(values).names() == expected);
}

TEST_CASE("each channel has the value of the axis in its name") {
    const auto values = filled(all_channels(), {active_slot});
    for (const auto &[axis, value] : active_slot)
        if (axis != "life" && axis != "floor_x") CHECK(values.at("p1_" + axis) == value);
    CHECK(values.at("count") == 1.0f);
    CHECK(values.at("fps") == 25.0f);
    CHECK(values.at("latency") == 12.5f);
}

TEST_CASE("slots that the pipeline does not have get the empty values of the table") {
    const auto values = filled(all_channels(), {active_slot});
    for (const RextrackAxis &axis : table) {
        const auto found = values.find(std::string("p2_") + axis.name);
        if (found != values.end()) CHECK(found->second == axis.empty);
    }
    CHECK(values.at("p2_class") == -1.0f);
}

TEST_CASE("channels are empty before the library is loaded") {
    Channels channels(all_channels());
    std::vector<float> numbers(channels.names().size(), -99.0f);
    std::vector<float *> pointers;
    for (float &number : numbers) pointers.push_back(&number);
    channels.fill(0.0f, pointers.data());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        INFO(channels.names()[i]);
        const bool is_class = channels.names()[i].find("_class") != std::string::npos;
        CHECK(numbers[i] == (is_class ? -1.0f : 0.0f));
    }
}

TEST_CASE("the number of channels depends on parameters alone") {
    Channels channels(all_channels());
    CHECK(filled(channels, {}).size() == 31);
    CHECK(filled(channels, {active_slot, active_slot, active_slot}).size() == 31);
}

TEST_CASE("channels match values that differ only in other parameters") {
    const Channels channels(all_channels());
    Values values = all_channels();
    values.set(Par::Confidence, 0.9);
    CHECK(channels.match(values));
    values.set(Par::Age, 0.0);
    CHECK_FALSE(channels.match(values));
    values.set(Par::Age, 1.0);
    CHECK(channels.match(values));
    values.set(Par::Moreaxes, "life");
    CHECK_FALSE(channels.match(values));
}

TEST_CASE("More Axes adds channels for axes that have no toggle") {
    std::vector<std::string> names;
    for (const RextrackAxis *axis : axes_without_toggle(table)) names.push_back(axis->name);
    CHECK(names == std::vector<std::string>{"life", "floor_x"});
    Values values;
    values.set(Par::Slots, 1.0);
    values.set(Par::Moreaxes, "life, floor_x x");
    Channels channels(values);
    const std::vector<std::string> expected = {"p1_x",  "p1_y",          "p1_w",     "p1_h",
                                               "p1_id", "p1_generation", "p1_state", "p1_life",
                                               "p1_floor_x", "count"};
    CHECK(channels.names() == expected);
    const auto active = filled(channels, {active_slot});
    CHECK(active.at("p1_life") == 9000.0f);
    CHECK(active.at("p1_floor_x") == 4.0f);
    CHECK(filled(channels, {}).at("p1_floor_x") == -5.0f);
    CHECK(channels.problem() == "");
}

TEST_CASE("a name in More Axes that the library does not have is reported") {
    Values values;
    values.set(Par::Moreaxes, "life tempo");
    Channels channels(values);
    CHECK(channels.problem() == "");
    CHECK(filled(channels, {active_slot}).at("p1_tempo") == 0.0f);
    CHECK(channels.problem() == std::string(message::more_axes_has_no) + "tempo" +
                                    message::choose_an_axis + "life, floor_x");
    values.set(Par::Moreaxes, "no/channel");
    Channels invalid(values);
    CHECK(filled(invalid, {}).size() == filled(Values(), {}).size());
    CHECK(invalid.problem().find("no/channel") != std::string::npos);
}

TEST_CASE("the table is bound once, and again when it is another table") {
    Channels channels(all_channels());
    channels.bind(table);
    channels.values().count = 1;
    channels.bind(table);
    CHECK(channels.values().count == 1);
    const std::vector<RextrackAxis> other = table;
    channels.bind(other);
    CHECK(channels.values().count == 0);
}

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
    for (const char *name : {"uv", "touch", "pixels"}) {
        Values parameters = in_coordinates(name);
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
    at_rest["vy"] = 0;
    CHECK_FALSE(std::signbit(filled(in_coordinates("uv"), {at_rest}).at("p1_vy")));
}

TEST_CASE("an unused slot stays at 0 in every coordinates") {
    for (const char *name : {"frame", "uv", "touch", "pixels"}) {
        Values values = in_coordinates(name);
        CHECK(filled(values, {without_position(active_slot)}).at("p1_y") == 0.0f);
        // The same without the channels of size and state.
        values.set(Par::Size, 0.0);
        values.set(Par::State, 0.0);
        CHECK(filled(values, {without_position(active_slot)}).at("p1_y") == 0.0f);
    }
}

TEST_CASE("an empty slot that keeps its position is converted") {
    Row kept = active_slot;
    kept["state"] = REXTRACK_SLOT_EMPTY;
    CHECK(filled(in_coordinates("uv"), {kept}).at("p1_y") == doctest::Approx(0.8));
}
