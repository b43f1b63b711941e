#include "event_queue.h"

#include "interface.h"
#include "message.h"

#include <iterator>
#include <utility>

namespace rextrack_td {

void EventQueue::want(bool wanted) {
    if (wanted == wanted_) return;
    wanted_ = wanted;
    events_.clear();
    dropped_ = 0;
    for (const auto &[slot, owner] : owners_) push(owner);
}

void EventQueue::add(const RextrackEvent &event) {
    const uint32_t slot = event.slot + 1;
    Event result{REXTRACK_TD_ENTER, slot, event.track_id, event.generation, {}};
    switch (event.kind) {
    case REXTRACK_EVENT_ENTERED:
        // The library has dropped the event of the earlier owner.
        if (owners_.count(slot)) leave(slot);
        owners_[slot] = result;
        break;
    case REXTRACK_EVENT_LOST: result.kind = REXTRACK_TD_LOST; break;
    case REXTRACK_EVENT_FOUND: result.kind = REXTRACK_TD_FOUND; break;
    case REXTRACK_EVENT_LEFT:
        result.kind = REXTRACK_TD_LEAVE;
        owners_.erase(slot);
        break;
    case REXTRACK_EVENT_OVERFLOW:
        if (wanted_) dropped_ += event.count;
        return;
    default: return;
    }
    push(std::move(result));
}

void EventQueue::end_pipeline() {
    while (!owners_.empty()) leave(owners_.begin()->first);
}

std::vector<Event> EventQueue::take() {
    std::vector<Event> taken;
    if (dropped_ > 0)
        taken.push_back({REXTRACK_TD_PROBLEM, 0, 0, 0,
                         std::to_string(dropped_) + message::events_were_dropped});
    taken.insert(taken.end(), std::make_move_iterator(events_.begin()),
                 std::make_move_iterator(events_.end()));
    events_.clear();
    dropped_ = 0;
    return taken;
}

void EventQueue::leave(uint32_t slot) {
    Event event = owners_[slot];
    event.kind = REXTRACK_TD_LEAVE;
    owners_.erase(slot);
    push(std::move(event));
}

void EventQueue::push(Event event) {
    if (!wanted_) return;
    if (events_.size() == capacity) {
        events_.pop_front();
        ++dropped_;
    }
    events_.push_back(std::move(event));
}

} // namespace rextrack_td
