// The Rextrack CHOP: slots p1..pN as channels or samples.

#ifndef REXTRACK_TD_CHOP_H
#define REXTRACK_TD_CHOP_H

#include "channel.h"
#include "interface.h"
#include "message.h"
#include "node.h"

namespace rextrack_td {

class Chop final : public Node {
public:
    Chop(uint32_t op_id, Installation installation)
        : Node(REXTRACK_TD_CHOP, op_id, std::move(installation)) {}

    // The channels that the values ask for.
    const Channels &channels() {
        if (has_changed() && !channels_.match(values())) channels_ = Channels(values());
        return channels_;
    }

    void fill(float **channels, int32_t channel_count, int32_t sample_count) const {
        channels_.fill(report().stats.fps_proc, channels, channel_count, sample_count);
    }

protected:
    const RextrackSnapshot &cook(int64_t) override {
        channels();
        if (report().axes) channels_.bind(*report().axes);
        pipeline_.poll(values().is_on(Par::Predict), channels_.values());
        return channels_.values().snapshot;
    }
    std::string own_warning() const override { return channels_.problem(); }
    const char *missing_top() const override { return message::top_is_missing; }

private:
    Channels channels_{values()};
};

} // namespace rextrack_td

#endif
