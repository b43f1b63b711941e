// Passes the host's pictures to a pipeline.

#ifndef REXTRACK_TD_FRAME_PUSHER_H
#define REXTRACK_TD_FRAME_PUSHER_H

#include "mailbox.h"
#include "node.h"
#include "platform.h"
#include "stop_signal.h"

#include <chrono>
#include <thread>

namespace rextrack_td {

// Pushes the newest picture to a node's pipeline, from its own thread: reading the pixels of a
// download can block until the GPU has finished.
//
// A Picture is default-constructible and movable, and has
//     bool read(RextrackFrame &frame)
// which may block, and fills in size, format, stride, flags and pixels.
template <class Picture> class FramePusher {
public:
    explicit FramePusher(const Node &node) : node_(node), thread_([this] { run(); }) {}

    ~FramePusher() {
        stop_.request();
        thread_.join();
    }

    // For the cook thread: never waits. Replaces an older picture that was not pushed yet.
    void push(Picture picture) {
        Arrival arrival{std::move(picture), Clock::now()};
        arrivals_.try_put(arrival);
    }

private:
    using Clock = std::chrono::steady_clock;

    // How often the thread polls for a picture: while pictures come a small part of the host's
    // frame time, and rarely after a second without one.
    static constexpr std::chrono::milliseconds busy_interval{2}, idle_interval{33},
        idle_after{1000};

    struct Arrival {
        Picture picture{};
        Clock::time_point time{};
    };

    void run() {
        platform::init_thread("rextrack:push");
        Clock::time_point latest{};
        do {
            Arrival arrival;
            if (arrivals_.take(arrival)) {
                latest = Clock::now();
                push_to_pipeline(arrival);
            }
        } while (!stop_.wait(Clock::now() - latest < idle_after ? busy_interval : idle_interval));
    }

    void push_to_pipeline(Arrival &arrival) {
        const std::shared_ptr<Pipeline> pipeline = node_.pipeline();
        RextrackFrame frame{};
        frame.struct_size = sizeof frame;
        if (!pipeline || !arrival.picture.read(frame)) return;
        const Library &library = pipeline->library();
        const std::chrono::nanoseconds age = Clock::now() - arrival.time;
        frame.capture_ns = library.now_ns() - age.count();
        // A pipeline with a source that was just changed refuses the frame. The next one is soon
        // enough.
        library.push_frame(pipeline->handle(), &frame);
    }

    const Node &node_;
    Mailbox<Arrival> arrivals_;
    StopSignal stop_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
