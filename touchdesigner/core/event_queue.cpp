#include "event_queue.h"

#include "interface.h"
#include "message.h"

#include <iterator>
#include <utility>

namespace rextrack_td {

namespace {

Event problem_event(std::string text) {
    return {REXTRACK_TD_PROBLEM, 0, 0, 0, std::move(text)};
}

} // namespace

void EventQueue::want(bool wanted) {
    if (wanted == wanted_) return;
    wanted_ = wanted;
    events_.clear();
    dropped_ = 0;
    for (const auto &[slot, owner] : owners_) push(owner);
    if (!problem_.empty()) push(problem_event(problem_));
}

void EventQueue::add(const RextrackEvent &event) {
    const uint32_t slot = event.slot + 1;
    Event result{REXTRACK_TD_ENTER, slot, event.track_id, event.generation, {}};
    switch (event.kind) {
    case REXTRACK_EVENT_ENTERED: owners_[slot] = result; break;
    case REXTRACK_EVENT_LOST: result.kind = REXTRACK_TD_LOST; break;
    case REXTRACK_EVENT_FOUND: result.kind = REXTRACK_TD_FOUND; break;
    case REXTRACK_EVENT_LEFT:
        result.kind = REXTRACK_TD_LEAVE;
        owners_.erase(slot);
        break;
    default: return;
    }
    push(std::move(result));
}

void EventQueue::set_problem(const std::string &text) {
    if (text == problem_) return;
    problem_ = text;
    push(problem_event(text));
}

void EventQueue::end_pipeline() {
    for (auto &[slot, owner] : owners_) {
        owner.kind = REXTRACK_TD_LEAVE;
        push(owner);
    }
    owners_.clear();
}

std::vector<Event> EventQueue::take() {
    std::vector<Event> taken;
    const bool incomplete = dropped_ > 0;
    if (incomplete)
        taken.push_back(problem_event(std::to_string(dropped_) + message::events_were_dropped));
    taken.insert(taken.end(), std::make_move_iterator(events_.begin()),
                 std::make_move_iterator(events_.end()));
    if (incomplete) taken.push_back(problem_event(problem_));
    events_.clear();
    dropped_ = 0;
    return taken;
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
