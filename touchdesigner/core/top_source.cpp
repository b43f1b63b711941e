#include "top_source.h"

#include "message.h"

#include <algorithm>

namespace rextrack_td {

namespace {

// How long a picture stands still until it is offered again; the first time longer for a TOP that cooks
// rarely, whose next picture would otherwise come after its own repetition.
constexpr std::chrono::milliseconds still_interval{150}, first_still_interval_max{500};

// How long pictures may be missing or refused before it is worth a warning: the first download takes
// some frames, and a pipeline whose source was just changed refuses one or two.
constexpr std::chrono::seconds warning_after{1};

} // namespace

bool TopSource::needs_picture(uint32_t op_id, int64_t cooks) {
    const Clock::time_point now = Clock::now();
    const bool is_new = !state_.is_used || state_.op_id != op_id;
    if (is_new) {
        state_ = State();
        state_.is_used = true;
        state_.op_id = op_id;
    }
    // A node that has not cooked for a while has asked for no picture either.
    if (is_new || now - state_.called >= warning_after) state_.read = state_.accepted = now;
    state_.called = now;
    FramePusher::Result result;
    if (pusher_.take_result(result)) {
        if (result.is_readable) state_.read = now;
        if (result.refusal.empty()) state_.accepted = now;
        state_.refusal = std::move(result.refusal);
    }
    if (op_id == 0 || !is_due(cooks, now)) return false;
    state_.offered = now;
    return true;
}

// Whether the picture is new, or has stood still for long enough.
bool TopSource::is_due(int64_t cooks, Clock::time_point now) {
    if (cooks == state_.cooks) {
        if (now - state_.offered < state_.still_interval) return false;
        state_.still_interval = still_interval;
        return true;
    }
    const Clock::duration twice = state_.cooks < 0 ? Clock::duration{} : 2 * (now - state_.cooked);
    state_.still_interval = std::clamp<Clock::duration>(twice, still_interval, first_still_interval_max);
    state_.cooks = cooks;
    state_.cooked = now;
    return true;
}

std::string TopSource::warning(const char *missing) const {
    if (!state_.is_used) return {};
    if (state_.op_id == 0) return missing;
    // At the latest cook: a node that does not cook asks for no picture.
    if (state_.called - state_.read >= warning_after) return message::no_picture_from_top;
    if (state_.called - state_.accepted >= warning_after && !state_.refusal.empty())
        return message::picture_is_refused + state_.refusal;
    return {};
}

} // namespace rextrack_td
