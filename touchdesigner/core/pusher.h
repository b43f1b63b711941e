// Pictures of the host's on their way into a pipeline.

#ifndef REXTRACK_TD_PUSHER_H
#define REXTRACK_TD_PUSHER_H

#include "exchange.h"
#include "node.h"
#include "platform.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace rextrack_td {

// Hands the newest picture to a node's pipeline, on a thread of its own: getting at the pixels of
// a download may take until the GPU is done.
//
// A Picture is default-constructible and movable, and has
//     bool describe(RextrackFrame &frame)
// which may wait, and fills in size, format, stride, flags and pixels.
template <class Picture> class Pusher {
public:
    explicit Pusher(const Node &node) : node_(node), thread_([this] { run(); }) {}

    ~Pusher() {
        ends_ = true;
        bell_.ring_surely();
        thread_.join();
    }

    // For the cook thread: takes the picture, and never waits. One that is older and was not
    // looked at yet gives way.
    void offer(Picture picture) {
        Offer offer{std::move(picture), Clock::now()};
        if (offers_.try_put(offer)) bell_.ring();
    }

private:
    using Clock = std::chrono::steady_clock;

    struct Offer {
        Picture picture{};
        Clock::time_point time{};
    };

    void run() {
        platform::name_thread("rextrack:push");
        while (!ends_) {
            Offer offer;
            if (offers_.take(offer))
                push(offer);
            else
                bell_.sleep(std::chrono::milliseconds(500));
        }
    }

    void push(Offer &offer) {
        const std::shared_ptr<Pipeline> pipeline = node_.pipeline();
        RextrackFrame frame{};
        frame.struct_size = sizeof frame;
        if (!pipeline || !offer.picture.describe(frame)) return;
        const Library &library = pipeline->library();
        // The picture is as old as its way here was long.
        const std::chrono::nanoseconds way = Clock::now() - offer.time;
        frame.capture_ns = library.now_ns() - way.count();
        // A pipeline whose source was just changed refuses it: the next picture is in time.
        library.push_frame(pipeline->handle(), &frame);
    }

    const Node &node_;
    Newest<Offer> offers_;
    Bell bell_;
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

} // namespace rextrack_td

#endif
