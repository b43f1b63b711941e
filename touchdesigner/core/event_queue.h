// The events of a node that no script has received yet.

#ifndef REXTRACK_TD_EVENT_QUEUE_H
#define REXTRACK_TD_EVENT_QUEUE_H

#include "event.h"
#include "rextrack.h"

#include <cstddef>
#include <deque>
#include <map>
#include <vector>

namespace rextrack_td {

// Turns the library's events into those for scripts. Every object that enters also leaves, even
// when its pipeline ends, unless events are dropped. Belongs to one thread.
class EventQueue {
public:
    // Most events that wait. The oldest are dropped.
    static constexpr std::size_t capacity = 1024;

    // Whether events are kept. From the moment that they are, the objects in slots enter, so that
    // scripts know about them.
    void want(bool wanted);

    // Adds an event of the library. Kinds that are not about slots are ignored.
    void add(const RextrackEvent &event);

    // The pipeline has ended: objects still in slots leave.
    void end_pipeline();

    // Takes the events, oldest first. When some were dropped, the first event is a problem that
    // says how many.
    std::vector<Event> take();

private:
    void leave(uint32_t slot);
    void push(Event event);

    bool wanted_ = false;
    std::deque<Event> events_;
    std::size_t dropped_ = 0;
    // The objects in slots, as events of kind ENTER, by the slot's number.
    std::map<uint32_t, Event> owners_;
};

} // namespace rextrack_td

#endif
