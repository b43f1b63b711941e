// The Rextrack TOP: the tracked video, with or without boxes, or a mask of the boxes.

#ifndef REXTRACK_TD_TOP_H
#define REXTRACK_TD_TOP_H

#include "interface.h"
#include "node.h"
#include "preview_renderer.h"

namespace rextrack_td {

class Top final : public Node {
public:
    Top(uint32_t op_id, Installation installation, const RextrackTdBufferSource &buffers);

    // The CHOP whose pipeline to show: its number, 0 for none, and whether it is a Rextrack CHOP.
    void show_chop(uint32_t op_id, bool is_rextrack);

    // The picture to show; false when the one that is shown is right.
    bool take_picture(PreviewRenderer::Picture &picture) { return renderer_.take(picture); }

protected:
    void update_values() override;
    const Values &pipeline_values() const override { return own_values_; }
    bool shows_chop() const override { return chop_id_ != 0; }
    const RextrackSnapshot &cook(int64_t frame) override;
    std::string own_warning() const override;
    const char *missing_top() const override;

private:
    bool was_interrupted(int64_t frame);

    Values own_values_;
    uint32_t chop_id_ = 0;
    bool is_rextrack_ = true;
    RextrackSnapshot snapshot_{};
    // The latest cook.
    int64_t frame_ = -1;
    std::chrono::steady_clock::time_point cooked_{};
    PreviewRenderer::Request request_;
    PreviewRenderer renderer_;
};

} // namespace rextrack_td

#endif
