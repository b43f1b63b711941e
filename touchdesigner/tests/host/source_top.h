// A TOP with a picture that the test draws.

#ifndef REXTRACK_TD_TESTS_HOST_SOURCE_TOP_H
#define REXTRACK_TD_TESTS_HOST_SOURCE_TOP_H

#include "allocations.h"
#include "call.h"
#include "counted.h"
#include "sdk_defaults.h"
#include "td_sdk.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace host {

using Clock = std::chrono::steady_clock;

// A picture in TouchDesigner's layout: BGRA8, the bottom row first.
struct Picture {
    uint32_t width = 0, height = 0;
    std::vector<uint8_t> pixels;

    Picture() = default;
    Picture(uint32_t w, uint32_t h, uint8_t grey)
        : width(w), height(h), pixels(std::size_t{w} * h * 4, grey) {}

    // Paints a white box, in normalised coordinates with the origin at the top left.
    void paint(double x, double y, double w, double h) {
        const auto at = [](double v, uint32_t side) {
            return static_cast<uint32_t>(std::min(std::max(v, 0.0), 1.0) * side);
        };
        for (uint32_t row = at(y - h / 2, height); row < at(y + h / 2, height); ++row) {
            const std::size_t line = std::size_t{height - 1 - row} * width;
            const uint32_t left = at(x - w / 2, width), right = at(x + w / 2, width);
            if (left < right) std::memset(&pixels[(line + left) * 4], 255, (right - left) * 4);
        }
    }
};

class Download final : public Counted<TD::OP_TOPDownloadResult> {
public:
    Download(std::shared_ptr<const Picture> picture, std::chrono::microseconds gpu)
        : picture_(std::move(picture)), ready_(Clock::now() + gpu) {
        size = picture_->pixels.size();
        textureDesc.width = picture_->width;
        textureDesc.height = picture_->height;
        textureDesc.texDim = TD::OP_TexDim::e2D;
        textureDesc.pixelFormat = TD::OP_PixelFormat::BGRA8Fixed;
    }

    // Blocks until the simulated GPU has finished.
    void *getData() override {
        std::this_thread::sleep_until(ready_);
        return const_cast<uint8_t *>(picture_->pixels.data());
    }

private:
    std::shared_ptr<const Picture> picture_;
    Clock::time_point ready_;
};

class SourceTop final : public TopInput {
public:
    explicit SourceTop(uint32_t id) {
        opPath = "/project1/moviefilein1";
        opId = id;
        totalCooks = 0;
        customOP = nullptr;
    }

    void show(std::shared_ptr<const Picture> picture) {
        picture_ = std::move(picture);
        textureDesc.width = picture_->width;
        textureDesc.height = picture_->height;
        ++totalCooks;
    }

    // From here on, downloads fail, as those of a TOP with an error.
    void fail() {
        picture_.reset();
        ++totalCooks;
    }

    // How often the picture was downloaded.
    int downloads() const { return downloads_; }

    TD::OP_SmartRef<TD::OP_TOPDownloadResult>
    downloadTexture(const TD::OP_TOPInputDownloadOptions &options, void *) const override {
        require_execute("a TOP is downloaded");
        if (options.pixelFormat != TD::OP_PixelFormat::BGRA8Fixed || options.verticalFlip)
            throw std::logic_error("the test host supports only downloads of BGRA8 that are not flipped");
        ++downloads_;
        if (!picture_) return {};
        // The plugin does not allocate this.
        const std::size_t allocated = allocation_count();
        const int left = std::exchange(allocations_left(), -1);
        TD::OP_SmartRef<TD::OP_TOPDownloadResult> result(
            new Download(picture_, std::chrono::milliseconds(2)));
        allocation_count() = allocated;
        allocations_left() = left;
        return result;
    }

private:
    std::shared_ptr<const Picture> picture_;
    mutable int downloads_ = 0;
};

} // namespace host

#endif
