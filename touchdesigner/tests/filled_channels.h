// Channels that are filled from slots of a test.

#ifndef REXTRACK_TD_TESTS_FILLED_CHANNELS_H
#define REXTRACK_TD_TESTS_FILLED_CHANNELS_H

#include "core/channel.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace rextrack_td::test {

// A library's table in another order than the channels, with an axis that this plugin does not
// know.
inline const std::vector<RextrackAxis> table = {
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

inline const Row active_slot = {{"state", REXTRACK_SLOT_ACTIVE}, {"x", 0.25f},      {"y", 0.2f},
                         {"w", 0.1f},                     {"h", 0.4f},       {"vx", 0.5f},
                         {"vy", 0.25f},                   {"id", 7},         {"generation", 2},
                         {"class", 3},                    {"score", 0.5f},   {"age", 1500},
                         {"life", 9000},                  {"speed", 1.25f},  {"presence", 0.75f},
                         {"floor_x", 4}};

// A slot that has had no object yet.
inline const Row unused_slot = [] {
    Row row;
    for (const RextrackAxis &axis : table) row[axis.name] = axis.empty;
    return row;
}();

inline std::vector<std::string> names_of(const Channels &channels) {
    std::vector<std::string> names;
    for (int32_t i = 0; i < channels.channel_count(); ++i) names.push_back(channels.name(i));
    return names;
}

// All samples of each channel.
using Samples = std::map<std::string, std::vector<float>>;

inline Samples fill(const Channels &channels, float fps) {
    const auto size = static_cast<std::size_t>(channels.sample_count());
    std::vector<std::vector<float>> numbers(static_cast<std::size_t>(channels.channel_count()),
                                            std::vector<float>(size, -99.0f));
    std::vector<float *> pointers;
    for (auto &channel : numbers) pointers.push_back(channel.data());
    channels.fill(fps, pointers.data(), channels.channel_count(), channels.sample_count());
    Samples named;
    const std::vector<std::string> names = names_of(channels);
    for (std::size_t i = 0; i < numbers.size(); ++i) named[names[i]] = numbers[i];
    return named;
}

// The samples when the pipeline has these slots and frames of 1600 x 800.
inline Samples samples(Channels &channels, const std::vector<Row> &slots) {
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
            values.values[slot * values.axes.size() + i] =
                slots[slot].at(table[values.axes[i]].name);
    return fill(channels, 25.0f);
}

inline Samples samples(const Values &values, const std::vector<Row> &slots) {
    Channels channels(values);
    return samples(channels, slots);
}

// The first sample of each channel.
inline std::map<std::string, float> filled(Channels &channels, const std::vector<Row> &slots) {
    std::map<std::string, float> first;
    for (const auto &[name, numbers] : samples(channels, slots)) first[name] = numbers.at(0);
    return first;
}

inline std::map<std::string, float> filled(const Values &values, const std::vector<Row> &slots) {
    Channels channels(values);
    return filled(channels, slots);
}

// Two slots and every toggle.
inline Values all_channels() {
    Values values;
    for (Par par : {Par::Position, Par::Size, Par::Velocity, Par::Identity, Par::Generation,
                    Par::State, Par::Score, Par::Class, Par::Age, Par::Speed, Par::Presence,
                    Par::Count, Par::Fps, Par::Latency})
        values.set(par, 1.0);
    values.set(Par::Slots, 2.0);
    return values;
}

inline Values in_coordinates(const char *name) {
    Values values = all_channels();
    values.set(Par::Coordinates, name);
    return values;
}

// One slot, without any toggle.
inline Values no_channels(const char *layout) {
    Values values;
    for (const Parameter &one : parameters())
        if (*one.axes || *one.channel) values.set(one.par, 0.0);
    values.set(Par::Slots, 1.0);
    values.set(Par::Layout, layout);
    return values;
}

// Two slots in a layout, with the defaults.
inline Values in_layout(const char *layout) {
    Values values;
    values.set(Par::Slots, 2.0);
    values.set(Par::Layout, layout);
    return values;
}

inline constexpr const char *all_coordinates[] = {"frame", "uv", "touch", "centred", "pixels"};
inline constexpr const char *all_layouts[] = {"channels", "samples", "bodytrack"};

} // namespace rextrack_td::test

#endif
