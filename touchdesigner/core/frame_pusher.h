// Passes the pictures of a TOP to a pipeline.

#ifndef REXTRACK_TD_FRAME_PUSHER_H
#define REXTRACK_TD_FRAME_PUSHER_H

#include "host_objects.h"
#include "mailbox.h"
#include "pipeline_thread.h"
#include "stop_signal.h"

#include <chrono>
#include <string>
#include <thread>

namespace rextrack_td {

// Pushes the newest picture to a node's pipeline, from its own thread: reading the pixels of a
// download can block until the GPU has finished.
class FramePusher {
public:
    // What became of a picture.
    struct Result {
        // It had pixels.
        bool is_readable = false;
        // Why the pipeline refused it; empty when it did not.
        std::string refusal;
    };

    explicit FramePusher(const PipelineThread &pipeline);
    ~FramePusher();

    // For the cook: never waits. Replaces an older picture that was not pushed yet.
    void push(HostPicture picture);

    // For the cook: the newest result, if there is one since the last call.
    bool take_result(Result &result) { return results_.try_take(result); }

private:
    using Clock = std::chrono::steady_clock;

    struct Arrival {
        HostPicture picture;
        Clock::time_point time{};
    };

    void run();
    Result push_to_pipeline(const Arrival &arrival);

    const PipelineThread &pipeline_;
    Mailbox<Arrival> arrivals_;
    Mailbox<Result> results_;
    StopSignal stop_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
