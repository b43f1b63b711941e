// TouchDesigner's side of a TOP, with MSVC's object layout.

#ifndef REXTRACK_TD_WINDOWS_MSVC_HOST_TOP_H
#define REXTRACK_TD_WINDOWS_MSVC_HOST_TOP_H

#include "msvc_host.h"

namespace host {

class Buffer final : public Counted<TD::TOP_Buffer> {
public:
    explicit Buffer(uint64_t bytes) {
        size = bytes;
        data = new uint8_t[bytes];
    }
    ~Buffer() override { delete[] static_cast<uint8_t *>(data); }
};

using TopContext = BufferContext<Buffer>;

// Keeps the size and the first pixel of the picture that a TOP uploads.
class TopOutput final : public UploadOutput {
public:
    uint32_t width = 0, height = 0;
    uint8_t pixel[4] = {};
    int uploads = 0;

    void uploadBuffer(TD::OP_SmartRef<TD::TOP_Buffer> *buffer, const TD::TOP_UploadInfo &info,
                      void *) override {
        width = info.textureDesc.width;
        height = info.textureDesc.height;
        check(info.firstPixel == TD::TOP_FirstPixel::TopLeft, "the top row comes first");
        check((*buffer)->size >= uint64_t{width} * height * 4, "the buffer holds the picture");
        memcpy(pixel, (*buffer)->data, 4);
        buffer->release();
        ++uploads;
    }
};

} // namespace host

#endif
