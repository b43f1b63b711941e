// A TOP of the network as the source of a pipeline.

#ifndef REXTRACK_TD_TOP_SOURCE_H
#define REXTRACK_TD_TOP_SOURCE_H

#include "frame_pusher.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace rextrack_td {

// Decides which pictures of a TOP are tracked. For the cook.
//
// A picture is offered when the TOP has cooked, and again several times a second while it stands still:
// a still picture never changes the count of cooks, but it has to reach a pipeline that was not ready,
// or is new, and people in it must keep their slots.
class TopSource {
public:
    explicit TopSource(const PipelineThread &pipeline) : pusher_(pipeline) {}

    // Whether to download the picture now. `op_id` is the TOP's number, 0 when there is none.
    bool needs_picture(uint32_t op_id, int64_t cooks);

    void push(HostPicture picture) { pusher_.push(std::move(picture)); }

    // The source is not a TOP.
    void disable() { state_ = State(); }

    // Why nothing is tracked in the TOP; empty when all is well. `missing` is the text for a TOP that is
    // not there.
    std::string warning(const char *missing) const;

private:
    using Clock = std::chrono::steady_clock;

    struct State {
        bool is_used = false;
        uint32_t op_id = 0;
        int64_t cooks = -1;
        // When the TOP has cooked, and when its picture was offered.
        Clock::time_point cooked{}, offered{};
        // How long the picture stands still until it is offered again.
        Clock::duration still_interval{};
        Clock::time_point called{};
        // When the latest picture was read, and when the latest one was not refused.
        Clock::time_point read{}, accepted{};
        std::string refusal;
    };

    bool is_due(int64_t cooks, Clock::time_point now);

    State state_;
    FramePusher pusher_;
};

} // namespace rextrack_td

#endif
