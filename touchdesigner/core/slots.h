// Room for one poll of a pipeline's slots.

#ifndef REXTRACK_TD_SLOTS_H
#define REXTRACK_TD_SLOTS_H

#include "rextrack.h"

#include <cstddef>
#include <vector>

namespace rextrack_td {

// Most slots that a pipeline can have.
constexpr std::size_t slots_max = 256;

// All slots of one snapshot.
struct Slots {
    RextrackSnapshot snapshot{};
    // The first `count` are valid.
    std::vector<RextrackSlot> slots;
    std::size_t count = 0;

    Slots() : slots(slots_max) {}
};

// Some axes of the slots of one snapshot.
struct AxisValues {
    RextrackSnapshot snapshot{};
    // Which axes, as indices into the library's table.
    std::vector<uint32_t> axes;
    // The value of axes[i] of a slot is values[slot * axes.size() + i].
    std::vector<float> values;
    // Room, in slots.
    std::size_t capacity = 0;
    // The first `count` slots are valid.
    std::size_t count = 0;
};

} // namespace rextrack_td

#endif
