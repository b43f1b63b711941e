// The picture of a TOP in the network, on its way to a node.

#ifndef REXTRACK_TD_PICTURE_H
#define REXTRACK_TD_PICTURE_H

#include "core/interface.h"
#include "memory.h"
#include "td_sdk.h"

namespace rextrack_td::sdk {

// The download of a TOP's pixels from the GPU.
struct Download : Allocated {
    TD::OP_SmartRef<TD::OP_TOPDownloadResult> result;

    // Waits for the pixels and describes them.
    static int read(void *object, RextrackFrame *frame) {
        const auto &result = static_cast<Download *>(object)->result;
        const TD::OP_TextureDesc &texture = result->textureDesc;
        frame->data = static_cast<const uint8_t *>(result->getData());
        frame->width = texture.width;
        frame->height = texture.height;
        frame->stride = size_t{texture.width} * 4;
        frame->format = REXTRACK_PIXEL_BGRA8;
        // TouchDesigner's first row is the bottom one.
        frame->flags = REXTRACK_FRAME_FLIPPED;
        const uint64_t size = uint64_t{frame->stride} * frame->height;
        return frame->data && size > 0 && size <= result->size;
    }

    static void release(void *object) { delete static_cast<Download *>(object); }
};

// For execute(): starts the download of the TOP's picture if the node needs it. Never waits for it.
// `top` is NULL if there is none.
inline void push_picture(RextrackTdNode *node, const TD::OP_TOPInput *top) {
    if (!rextrack_td_needs_picture(node, top ? top->opId : 0, top ? top->totalCooks : 0)) return;
    TD::OP_TOPInputDownloadOptions options;
    options.pixelFormat = TD::OP_PixelFormat::BGRA8Fixed;
    set_srgb(options, 0);
    Download *download = new Download;
    if (!download) return;
    download->result = top->downloadTexture(options, nullptr);
    if (!download->result) return Download::release(download);
    const RextrackTdPicture picture = {download, Download::read, Download::release};
    rextrack_td_push_picture(node, &picture);
}

} // namespace rextrack_td::sdk

#endif
