#include "frame_pusher.h"

#include "platform.h"

#include <exception>

namespace rextrack_td {

namespace {

// How often the thread polls for a picture: while pictures come a small part of the host's frame
// time, and rarely after a second without one.
constexpr std::chrono::milliseconds busy_interval{2}, idle_interval{33}, idle_after{1000};

} // namespace

FramePusher::FramePusher(const PipelineThread &pipeline)
    : pipeline_(pipeline), thread_([this] { run(); }) {}

FramePusher::~FramePusher() {
    stop_.request();
    thread_.join();
}

void FramePusher::push(HostPicture picture) {
    Arrival arrival{std::move(picture), Clock::now()};
    arrivals_.try_put(arrival);
}

void FramePusher::run() {
    platform::init_thread("rextrack:push");
    Clock::time_point latest{};
    do {
        Arrival arrival;
        if (arrivals_.take(arrival)) {
            latest = Clock::now();
            try {
                Result result = push_to_pipeline(arrival);
                results_.put(result);
            } catch (const std::exception &) {
                // There is no memory for a message. The next picture comes soon.
            }
        }
    } while (!stop_.wait(Clock::now() - latest < idle_after ? busy_interval : idle_interval));
}

FramePusher::Result FramePusher::push_to_pipeline(const Arrival &arrival) {
    Result result;
    RextrackFrame frame{};
    frame.struct_size = sizeof frame;
    result.is_readable = arrival.picture.read(frame);
    const std::shared_ptr<Pipeline> pipeline = pipeline_.pipeline();
    if (!pipeline || !result.is_readable) return result;
    const Library &library = pipeline->library();
    const std::chrono::nanoseconds age = Clock::now() - arrival.time;
    frame.capture_ns = library.now_ns() - age.count();
    if (library.push_frame(pipeline->handle(), &frame) != REXTRACK_OK)
        result.refusal = library.message();
    return result;
}

} // namespace rextrack_td
