// A TOP of the project as a source.

#ifndef REXTRACK_TD_TOP_SOURCE_H
#define REXTRACK_TD_TOP_SOURCE_H

#include "core/pusher.h"
#include "td_sdk.h"

#include <memory>

namespace rextrack_td::sdk {

// A download on its way from the GPU.
struct Download {
    TD::OP_SmartRef<TD::OP_TOPDownloadResult> result;

    // Waits until the pixels are here.
    bool describe(RextrackFrame &frame) {
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

// Hands every new picture of a TOP to a node's pipeline.
class TopSource {
public:
    explicit TopSource(const Node &node) : pusher_(node) {}

    // In execute: starts the download of a picture that was not seen yet. Never waits for it.
    void offer(const TD::OP_TOPInput &top) {
        if (top.opId == op_id_ && top.totalCooks == cooks_) return;
        op_id_ = top.opId;
        cooks_ = top.totalCooks;
        TD::OP_TOPInputDownloadOptions options;
        options.pixelFormat = TD::OP_PixelFormat::BGRA8Fixed;
        set_srgb(options, 0);
        Download download;
        download.result = top.downloadTexture(options, nullptr);
        if (download.result) pusher_.offer(std::move(download));
    }

private:
    Pusher<Download> pusher_;
    uint32_t op_id_ = 0;
    int64_t cooks_ = -1;
};

} // namespace rextrack_td::sdk

#endif
