#include "core/event_queue.h"
#include "core/interface.h"
#include "core/message.h"

#include <doctest/doctest.h>

using namespace rextrack_td;

namespace {

RextrackEvent slot_event(uint32_t kind, uint32_t slot, uint64_t id, uint32_t generation) {
    RextrackEvent event{};
    event.kind = kind;
    event.slot = slot;
    event.track_id = id;
    event.generation = generation;
    return event;
}

// The kinds of the events that wait.
std::vector<uint32_t> kinds(EventQueue &queue) {
    std::vector<uint32_t> kinds;
    for (const Event &event : queue.take()) kinds.push_back(event.kind);
    return kinds;
}

} // namespace

TEST_CASE("events of slots have the kind, slot, id and generation") {
    EventQueue queue;
    queue.want(true);
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 0, 7, 3));
    queue.add(slot_event(REXTRACK_EVENT_LOST, 0, 7, 3));
    queue.add(slot_event(REXTRACK_EVENT_FOUND, 0, 7, 3));
    queue.add(slot_event(REXTRACK_EVENT_SOURCE, 0, 0, 0));
    queue.add(slot_event(REXTRACK_EVENT_LEFT, 0, 7, 3));
    const std::vector<Event> events = queue.take();
    REQUIRE(events.size() == 4);
    const uint32_t expected[] = {REXTRACK_TD_ENTER, REXTRACK_TD_LOST, REXTRACK_TD_FOUND,
                                 REXTRACK_TD_LEAVE};
    for (std::size_t i = 0; i < events.size(); ++i) {
        CHECK(events[i].kind == expected[i]);
        CHECK(events[i].slot == 1);
        CHECK(events[i].id == 7);
        CHECK(events[i].generation == 3);
    }
    CHECK(queue.take().empty());
}

TEST_CASE("events are kept only while they are wanted") {
    EventQueue queue;
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 0, 1, 1));
    queue.add(slot_event(REXTRACK_EVENT_LEFT, 0, 1, 1));
    CHECK(queue.take().empty());
    queue.want(true);
    CHECK(queue.take().empty());
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 0, 2, 2));
    queue.want(false);
    CHECK(queue.take().empty());
}

TEST_CASE("events begin with the objects in slots") {
    EventQueue queue;
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 4, 9, 2));
    queue.want(true);
    const std::vector<Event> events = queue.take();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == REXTRACK_TD_ENTER);
    CHECK(events[0].slot == 5);
    CHECK(events[0].id == 9);
}

TEST_CASE("objects in slots leave when the pipeline ends") {
    EventQueue queue;
    queue.want(true);
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 0, 1, 1));
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 1, 2, 1));
    queue.add(slot_event(REXTRACK_EVENT_LEFT, 0, 1, 1));
    queue.take();
    queue.end_pipeline();
    queue.end_pipeline();
    const std::vector<Event> events = queue.take();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == REXTRACK_TD_LEAVE);
    CHECK(events[0].slot == 2);
    CHECK(events[0].id == 2);
}

TEST_CASE("the library's own loss of events is told, and who has left without an event leaves") {
    EventQueue queue;
    queue.want(true);
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 0, 1, 1));
    queue.take();
    RextrackEvent overflow = slot_event(REXTRACK_EVENT_OVERFLOW, 0, 0, 0);
    overflow.count = 3;
    queue.add(overflow);
    queue.add(slot_event(REXTRACK_EVENT_ENTERED, 0, 2, 2));
    const std::vector<Event> events = queue.take();
    REQUIRE(events.size() >= 3);
    CHECK(events[0].text == "3" + std::string(message::events_were_dropped));
    CHECK(events[1].kind == REXTRACK_TD_LEAVE);
    CHECK(events[1].id == 1);
    CHECK(events[2].kind == REXTRACK_TD_ENTER);
    CHECK(events[2].id == 2);
}

TEST_CASE("a full queue drops the oldest events, and tells how many once") {
    EventQueue queue;
    queue.want(true);
    for (uint64_t id = 1; id <= EventQueue::capacity + 1; ++id)
        queue.add(slot_event(REXTRACK_EVENT_FOUND, 0, id, 1));
    const std::vector<Event> events = queue.take();
    REQUIRE(events.size() == EventQueue::capacity + 1);
    CHECK(events.front().text == "1" + std::string(message::events_were_dropped));
    CHECK(events[1].id == 2);
    queue.add(slot_event(REXTRACK_EVENT_FOUND, 0, 1, 1));
    CHECK(kinds(queue) == std::vector<uint32_t>{REXTRACK_TD_FOUND});
}
