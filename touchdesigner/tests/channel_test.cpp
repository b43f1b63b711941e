#include "core/message.h"
#include "filled_channels.h"

#include <doctest/doctest.h>

using namespace rextrack_td;
using namespace rextrack_td::test;

TEST_CASE("channel names and their order stay the same between releases") {
    const std::vector<std::string> expected = {
        "p1_x",     "p1_y",     "p1_w",       "p1_h",          "p1_vx",    "p1_vy",
        "p1_id",    "p1_generation", "p1_state", "p1_score",   "p1_class", "p1_age",
        "p1_speed", "p1_presence", "p2_x",    "p2_y",          "p2_w",     "p2_h",
        "p2_vx",    "p2_vy",    "p2_id",      "p2_generation", "p2_state", "p2_score",
        "p2_class", "p2_age",   "p2_speed",   "p2_presence",   "count",    "fps",
        "latency"};
    CHECK(names_of(Channels(all_channels())) == expected);
}

TEST_CASE("default channels are position, size, identity, generation, state and count") {
    Values values;
    values.set(Par::Slots, 1.0);
    const std::vector<std::string> expected = {"p1_x",  "p1_y",          "p1_w",     "p1_h",
                                               "p1_id", "p1_generation", "p1_state", "count"};
    CHECK(names_of(Channels(values)) == expected);
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
    for (const char *layout : all_layouts) {
        Values values = all_channels();
        values.set(Par::Layout, layout);
        for (const auto &one : fill(Channels(values), 0.0f)) {
            const auto &name = one.first;
            const auto &numbers = one.second;
            INFO(std::string(layout), " ", name);
            const bool is_class = name.find("class") != std::string::npos;
            for (float value : numbers) CHECK(value == (is_class ? -1.0f : 0.0f));
        }
    }
}

TEST_CASE("there is always a channel and a sample") {
    for (const char *layout : all_layouts) {
        const Channels channels(no_channels(layout));
        CHECK(channels.channel_count() >= 1);
        CHECK(channels.sample_count() == 1);
        CHECK(std::string(channels.name(channels.channel_count())) == "");
        CHECK(std::string(channels.name(-1)) == "");
    }
    CHECK(names_of(Channels(no_channels("channels"))) == std::vector<std::string>{"count"});
    CHECK(filled(no_channels("channels"), {active_slot}).at("count") == 1.0f);
}

TEST_CASE("fill writes nothing when the sizes are not those of the channels") {
    const Channels channels(in_layout("samples"));
    float untouched = -99.0f;
    float *pointers[] = {&untouched};
    channels.fill(25.0f, pointers, 1, channels.sample_count());
    channels.fill(25.0f, pointers, channels.channel_count(), 1);
    CHECK(untouched == -99.0f);
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
    for (Par par : {Par::Layout, Par::Coordinates}) {
        values = all_channels();
        values.set(par, par == Par::Layout ? "samples" : "uv");
        CHECK_FALSE(channels.match(values));
    }
    values = all_channels();
    values.set(Par::Mirror, 1.0);
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
    CHECK(names_of(channels) == expected);
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

TEST_CASE("a name in More Axes does not give a second channel of the same name") {
    for (const char *layout : all_layouts) {
        Values values = in_layout(layout);
        values.set(Par::Moreaxes, "x count life life");
        std::vector<std::string> names = names_of(Channels(values));
        std::sort(names.begin(), names.end());
        INFO(std::string(layout));
        CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
        CHECK(std::count(names.begin(), names.end(), "body1/x") == 0);
    }
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

TEST_CASE("One Sample per Slot has the names of the axes, and always velocity and presence") {
    const std::vector<std::string> defaults = {"x",     "y",        "w",    "h",
                                               "vx",    "vy",       "id",   "generation",
                                               "state", "presence", "count"};
    const Channels channels(in_layout("samples"));
    CHECK(names_of(channels) == defaults);
    CHECK(channels.sample_count() == 2);
    const std::vector<std::string> fewest = {"vx", "vy", "presence"};
    CHECK(names_of(Channels(no_channels("samples"))) == fewest);
}

TEST_CASE("One Sample per Slot gives each slot a sample") {
    Values values = all_channels();
    values.set(Par::Slots, 3.0);
    values.set(Par::Layout, "samples");
    values.set(Par::Moreaxes, "life");
    Row second = active_slot;
    for (auto &[axis, value] : second) value += 1;
    const Samples filled = samples(values, {active_slot, second});
    for (const auto &one : active_slot) {
        const auto &axis = one.first;
        const auto &value = one.second;
        if (axis == "floor_x") continue;
        INFO(axis);
        const float empty = axis == "class" ? -1.0f : 0.0f;
        CHECK(filled.at(axis) == std::vector<float>{value, value + 1, empty});
    }
    // What belongs to the node is the same in every sample.
    CHECK(filled.at("count") == std::vector<float>(3, 1.0f));
    CHECK(filled.at("fps") == std::vector<float>(3, 25.0f));
    CHECK(filled.at("latency") == std::vector<float>(3, 12.5f));
}

TEST_CASE("Body Track's layout has the names of the Body Track CHOP") {
    const std::vector<std::string> defaults = {
        "body1:valid",       "body1/bbox:u",     "body1/bbox:v",     "body1/bbox:width",
        "body1/bbox:height", "body1/trackingid", "body2:valid",      "body2/bbox:u",
        "body2/bbox:v",      "body2/bbox:width", "body2/bbox:height", "body2/trackingid",
        "count"};
    const Channels channels(in_layout("bodytrack"));
    CHECK(names_of(channels) == defaults);
    CHECK(channels.sample_count() == 1);
    // The other toggles add nothing; More Axes does.
    Values values = all_channels();
    values.set(Par::Layout, "bodytrack");
    CHECK(names_of(Channels(values)).size() == defaults.size() + 2);
    values.set(Par::Moreaxes, "life state");
    const auto filled = test::filled(values, {active_slot});
    CHECK(filled.at("body1/life") == 9000.0f);
    CHECK(filled.at("body1/state") == 1.0f);
    CHECK(names_of(Channels(no_channels("bodytrack"))) == std::vector<std::string>{"body1:valid"});
}

TEST_CASE("Body Track's layout is valid while a slot is detected or held") {
    Row slot = active_slot;
    for (const auto &[state, valid] : std::map<uint32_t, float>{
             {REXTRACK_SLOT_EMPTY, 0}, {REXTRACK_SLOT_ACTIVE, 1}, {REXTRACK_SLOT_HELD, 1}}) {
        slot["state"] = static_cast<float>(state);
        CHECK(filled(in_layout("bodytrack"), {slot}).at("body1:valid") == valid);
    }
    CHECK(filled(in_layout("bodytrack"), {slot}).at("body2:valid") == 0.0f);
}

TEST_CASE("Body Track's layout is in UV unless you choose other coordinates") {
    Values values = in_layout("bodytrack");
    auto numbers = filled(values, {active_slot});
    CHECK(numbers.at("body1/bbox:u") == doctest::Approx(0.25));
    CHECK(numbers.at("body1/bbox:v") == doctest::Approx(0.8));
    CHECK(numbers.at("body1/bbox:width") == doctest::Approx(0.1));
    CHECK(numbers.at("body1/bbox:height") == doctest::Approx(0.4));
    CHECK(numbers.at("body1/trackingid") == 7.0f);
    for (const char *name : all_coordinates) {
        if (std::string(name) == "frame") continue;
        values.set(Par::Coordinates, name);
        numbers = filled(values, {active_slot});
        const auto expected = filled(in_coordinates(name), {active_slot});
        INFO(std::string(name));
        CHECK(numbers.at("body1/bbox:u") == expected.at("p1_x"));
        CHECK(numbers.at("body1/bbox:v") == expected.at("p1_y"));
        CHECK(numbers.at("body1/bbox:width") == expected.at("p1_w"));
        CHECK(numbers.at("body1/bbox:height") == expected.at("p1_h"));
    }
    values.set(Par::Coordinates, "frame");
    values.set(Par::Mirror, 1.0);
    CHECK(filled(values, {active_slot}).at("body1/bbox:u") == doctest::Approx(0.75));
}
