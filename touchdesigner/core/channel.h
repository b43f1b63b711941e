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

// The axes of the library that have no toggle: the menu of the parameter More Axes.
std::vector<const RextrackAxis *> axes_without_toggle(const std::vector<RextrackAxis> &table);

// The channels of one set of parameters: all axes of p1, then of p2, ..., then those of the camera.
//
// Number, names and order depend on parameters alone, so that they are right before the library is
// loaded. Everything else about an axis comes from the library's table.
class Channels {
public:
    explicit Channels(const Values &values);

    // Whether other values ask for the same channels.
    bool match(const Values &values) const;

    const std::vector<std::string> &names() const { return names_; }

    // Looks the axes up in the library's table. Allocates nothing if the table was bound already.
    void bind(const std::vector<RextrackAxis> &table);

    // Poll these before fill(): values of the axes, once a table is bound.
    AxisValues &values() { return values_; }

    // An error in the parameter More Axes, by the bound table; empty when there is none.
    const std::string &problem() const { return problem_; }

    // Writes the value of every channel, in the order of names(), to `channels[index][0]`. A slot
    // that the pipeline does not have gets the empty values of its axes. Allocates nothing.
    void fill(float fps, float **channels) const;

private:
    struct Axis {
        std::string name;
        // Value in an empty slot.
        float empty = 0.0f;
        uint32_t quantity = REXTRACK_QUANTITY_NUMBER;
        // Index into a slot's row of values_; -1 while the axis is not in the table.
        int column = -1;
    };

    int add_column(const std::vector<RextrackAxis> &table, const std::string &name);
    float value_at(std::size_t slot, int column) const;
    bool is_unused(std::size_t slot) const;

    // The parameters that the channels depend on.
    std::vector<double> toggles_;
    std::string more_axes_;
    Coordinates coordinates_;
    std::size_t slot_count_;
    bool has_count_, has_fps_, has_latency_;

    std::vector<Axis> axes_;
    std::vector<std::string> names_;

    const std::vector<RextrackAxis> *table_ = nullptr;
    AxisValues values_;
    int state_column_ = -1, width_column_ = -1, height_column_ = -1;
    std::string problem_;
};

} // namespace rextrack_td

#endif
