// What happened to a slot or to the node, for scripts.

#ifndef REXTRACK_TD_EVENT_H
#define REXTRACK_TD_EVENT_H

#include <cstdint>
#include <string>

namespace rextrack_td {

// As RextrackTdEvent of interface.h.
struct Event {
    // A RextrackTdEventKind.
    uint32_t kind = 0;
    // 1 is p1; 0 for a problem.
    uint32_t slot = 0;
    // Of the track.
    uint64_t id = 0;
    // Of the slot.
    uint32_t generation = 0;
    // For a problem: the error or warning; empty: solved.
    std::string text;
};

} // namespace rextrack_td

#endif
