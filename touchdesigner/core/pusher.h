// Pictures of the host's on their way into a pipeline.

#ifndef REXTRACK_TD_PUSHER_H
#define REXTRACK_TD_PUSHER_H

#include "exchange.h"
#include "node.h"
#include "platform.h"

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
        rest_.end();
        thread_.join();
    }

    // For the cook thread: takes the picture, and never waits. One that is older and was not
    // looked at yet gives way.
    void offer(Picture picture) {
        Offer offer{std::move(picture), Clock::now()};
        offers_.try_put(offer);
    }

private:
    using Clock = std::chrono::steady_clock;

    // Between two looks for a picture: a small part of a frame of the host's while pictures come.
    static constexpr std::chrono::milliseconds short_rest{2}, long_rest{33}, idle_after{1000};

    struct Offer {
        Picture picture{};
        Clock::time_point time{};
    };

    void run() {
        platform::begin_thread("rextrack:push");
        Clock::time_point latest{};
        do {
            Offer offer;
            if (offers_.take(offer)) {
                latest = Clock::now();
                push(offer);
            }
        } while (rest_.sleep(Clock::now() - latest < idle_after ? short_rest : long_rest));
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
    Rest rest_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
