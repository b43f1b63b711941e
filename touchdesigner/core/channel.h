// The channels of the CHOP.

#ifndef REXTRACK_TD_CHANNEL_H
#define REXTRACK_TD_CHANNEL_H

#include "parameter.h"
#include "rextrack.h"

#include <string>
#include <vector>

namespace rextrack_td {

// What one channel shows. Names and units are those of `osc.axes` (src/config/osc.rs).
enum class Axis { X, Y, W, H, Vx, Vy, Id, Generation, State, Score, Class, Age };

// In which coordinates positions, sizes and velocities are given.
enum class Coordinates { Frame, Uv, Touch, Pixels };

// Which channels there are, and in which order: all axes of p1, then of p2, ..., then the ones of
// the whole. Depends on parameters alone.
class Channels {
public:
    explicit Channels(const Values &values);

    // Whether those values ask for the same channels.
    bool fit(const Values &values) const;

    const std::vector<std::string> &names() const { return names_; }

    // The value of every channel, in the order of names(), to `channels[index][0]`. `slots` has
    // `count` slots in canonical coordinates; channels of slots beyond are 0. Allocates nothing.
    void fill(const RextrackSlot *slots, std::size_t count, const RextrackSnapshot &snapshot,
              float fps, float **channels) const;

private:
    // What the channels depend on.
    std::vector<double> toggles_;
    Coordinates coordinates_;
    std::size_t slots_;
    std::vector<Axis> axes_;
    bool count_, fps_, latency_;
    std::vector<std::string> names_;
};

// A slot in other coordinates than the library's own.
RextrackSlot converted(RextrackSlot slot, Coordinates to, uint32_t width, uint32_t height);

} // namespace rextrack_td

#endif
