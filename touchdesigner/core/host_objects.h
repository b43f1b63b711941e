// Owners of the objects of TouchDesigner that pass through core/interface.h.

#ifndef REXTRACK_TD_HOST_OBJECTS_H
#define REXTRACK_TD_HOST_OBJECTS_H

#include "interface.h"

#include <utility>

namespace rextrack_td {

// A picture of a TOP in the network.
class HostPicture {
public:
    HostPicture() = default;
    explicit HostPicture(const RextrackTdPicture &picture) : picture_(picture) {}
    HostPicture(HostPicture &&other) noexcept : picture_(std::exchange(other.picture_, {})) {}
    HostPicture &operator=(HostPicture &&other) noexcept {
        std::swap(picture_, other.picture_);
        return *this;
    }
    ~HostPicture() {
        if (picture_.object) picture_.release(picture_.object);
    }

    // Waits for the pixels and describes them. False when there are none.
    bool read(RextrackFrame &frame) const {
        return picture_.object && picture_.read(picture_.object, &frame);
    }

private:
    RextrackTdPicture picture_{};
};

// Memory for a picture that TouchDesigner shows.
class HostBuffer {
public:
    HostBuffer() = default;
    HostBuffer(const RextrackTdBufferSource &source, uint64_t size)
        : buffer_(source.create(source.context, size)), release_(source.release) {}
    HostBuffer(HostBuffer &&other) noexcept
        : buffer_(std::exchange(other.buffer_, {})), release_(other.release_) {}
    HostBuffer &operator=(HostBuffer &&other) noexcept {
        std::swap(buffer_, other.buffer_);
        std::swap(release_, other.release_);
        return *this;
    }
    ~HostBuffer() {
        if (buffer_.object) release_(buffer_.object);
    }

    // The memory; NULL when there was none.
    uint8_t *data() const { return static_cast<uint8_t *>(buffer_.data); }

    // Gives the object away.
    void *take() { return std::exchange(buffer_, {}).object; }

private:
    RextrackTdBuffer buffer_{};
    void (*release_)(void *) = nullptr;
};

} // namespace rextrack_td

#endif
