// The channels of the CHOP.

#ifndef REXTRACK_TD_CHANNEL_H
#define REXTRACK_TD_CHANNEL_H

#include "coordinates.h"
#include "parameter.h"
#include "rextrack.h"
#include "slots.h"

#include <string>
#include <vector>

namespace rextrack_td {

// How slots become channels and samples.
enum class Layout {
    // p1_x, p1_y, ..., p2_x, ...: one sample.
    Channels,
    // x, y, ...: one sample for each slot.
    Samples,
    // body1:valid, body1/bbox:u, ..., as the Body Track CHOP: one sample.
    BodyTrack,
};

// The layout of that name in the menu of the parameter; any other name is Channels.
Layout layout_from(const std::string &name);

// The name of an axis's channel. `slot` counts from 1.
std::string channel_name(Layout layout, const std::string &axis, std::size_t slot);

// The name of the channel that Layout::BodyTrack has beside the axes: whether the slot is detected
// or held.
std::string valid_channel_name(std::size_t slot);

// Whether the user chooses the channels of a toggle in a layout, or the layout does.
enum class Choice { User, AlwaysOn, AlwaysOff };
Choice choice(Layout layout, Par toggle);

// The names in a text, such as the axes of a toggle, separated by spaces or commas.
std::vector<std::string> split_names(std::string text);

// The axes of the library that have no toggle: the menu of the parameter More Axes.
std::vector<const RextrackAxis *> axes_without_toggle(const std::vector<RextrackAxis> &table);

// The channels of one set of parameters: all axes of p1, then of p2, ..., then those of the node.
//
// Number, names and order depend on parameters alone, so that they are right before the library is
// loaded. Everything else about an axis comes from the library's table.
class Channels {
public:
    explicit Channels(const Values &values);

    // Whether other values ask for the same channels.
    bool match(const Values &values) const;

    // At least one of each.
    int32_t channel_count() const { return static_cast<int32_t>(names_.size()); }
    int32_t sample_count() const {
        return layout_ == Layout::Samples ? static_cast<int32_t>(slot_count_) : 1;
    }

    // Empty when there is no such channel.
    const char *name(int32_t index) const;

    // Looks the axes up in the library's table. Allocates nothing if the table was bound already.
    void bind(const std::vector<RextrackAxis> &table);

    // Poll these before fill(): values of the axes, once a table is bound.
    AxisValues &values() { return values_; }

    // An error in the parameter More Axes, by the bound table; empty when there is none.
    const std::string &problem() const { return problem_; }

    // Writes the value of every channel and sample to `channels[channel][sample]`. A slot that the
    // pipeline does not have gets the empty values of its axes. Does nothing when the sizes are not
    // those above. Allocates nothing.
    void fill(float fps, float **channels, int32_t channel_count, int32_t sample_count) const;

private:
    struct Axis {
        // In the library's table.
        std::string name;
        // Value in an empty slot.
        float empty = 0.0f;
        // The channel is whether the slot is not empty, and the axis is its state.
        bool is_valid = false;
        uint32_t quantity = REXTRACK_QUANTITY_NUMBER;
        // Index into a slot's row of values_; -1 while the axis is not in the table.
        int column = -1;
    };

    void add_axis(const std::string &name, float empty);
    void add_names();
    int add_column(const std::vector<RextrackAxis> &table, const std::string &name);
    float value_at(std::size_t slot, int column) const;
    float value_of(std::size_t slot, const Axis &axis, const Conversion &conversion) const;
    bool is_unused(std::size_t slot) const;
    float node_value(Par par, float fps) const;

    // The parameters that the channels depend on.
    uint32_t toggles_;
    std::string more_axes_;
    std::string coordinates_name_;
    Layout layout_;
    bool is_mirrored_;
    std::size_t slot_count_;

    Coordinates coordinates_;
    // Of each slot, in order.
    std::vector<Axis> axes_;
    // The toggles of the channels after those of the slots.
    std::vector<Par> node_channels_;
    std::vector<std::string> names_;

    const std::vector<RextrackAxis> *table_ = nullptr;
    AxisValues values_;
    int state_column_ = -1, width_column_ = -1, height_column_ = -1;
    std::string problem_;
};

} // namespace rextrack_td

#endif
