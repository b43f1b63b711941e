// A TOP of the project as the source of a pipeline.

#ifndef REXTRACK_TD_TOP_SOURCE_H
#define REXTRACK_TD_TOP_SOURCE_H

#include "core/frame_pusher.h"
#include "td_sdk.h"

namespace rextrack_td::sdk {

// The download of a TOP's pixels from the GPU.
struct Download {
    TD::OP_SmartRef<TD::OP_TOPDownloadResult> result;

    // Waits for the pixels and describes them.
    bool read(RextrackFrame &frame) {
        if (!result) return false;
        const TD::OP_TextureDesc &texture = result->textureDesc;
        frame.data = result->getData();
        frame.width = texture.width;
        frame.height = texture.height;
        frame.stride = std::size_t{texture.width} * 4;
        frame.format = REXTRACK_PIXEL_BGRA8;
        // TouchDesigner's first row is the bottom one.
        frame.flags = REXTRACK_FRAME_FLIPPED;
        return frame.data && uint64_t{frame.stride} * frame.height <= result->size;
    }
};

// Pushes every new picture of a TOP to a node's pipeline.
class TopSource {
public:
    explicit TopSource(const Node &node) : pusher_(node) {}

    // For execute(): starts the download of the picture if it is new. Never waits for it. `top` is
    // NULL if there is none.
    void push(const TD::OP_TOPInput *top) {
        is_missing_ = !top;
        if (!top || (top->opId == op_id_ && top->totalCooks == cooks_)) return;
        op_id_ = top->opId;
        cooks_ = top->totalCooks;
        TD::OP_TOPInputDownloadOptions options;
        options.pixelFormat = TD::OP_PixelFormat::BGRA8Fixed;
        set_srgb(options, 0);
        Download download;
        download.result = top->downloadTexture(options, nullptr);
        if (download.result) pusher_.push(std::move(download));
    }

    // For execute(): the source is not a TOP.
    void disable() { is_missing_ = false; }

    // Whether the source is a TOP and there is none.
    bool is_missing() const { return is_missing_; }

private:
    FramePusher<Download> pusher_;
    uint32_t op_id_ = 0;
    int64_t cooks_ = -1;
    bool is_missing_ = false;
};

} // namespace rextrack_td::sdk

#endif
