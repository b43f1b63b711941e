#include "mask.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace rextrack_td {

namespace {

// The first pixel, and one past the last, of those with centres inside a box along one axis.
std::pair<uint32_t, uint32_t> pixel_range(float centre, float size, uint32_t pixels) {
    const float side = static_cast<float>(pixels);
    const float low = std::ceil((centre - size * 0.5f) * side - 0.5f);
    const float high = std::ceil((centre + size * 0.5f) * side - 0.5f);
    return {static_cast<uint32_t>(std::clamp(low, 0.0f, side)),
            static_cast<uint32_t>(std::clamp(high, 0.0f, side))};
}

} // namespace

void limit_mask_size(uint32_t &width, uint32_t &height) {
    const double pixels = static_cast<double>(width) * height;
    if (pixels <= mask_pixels_max) return;
    const double scale = std::sqrt(mask_pixels_max / pixels);
    width = std::max(1u, static_cast<uint32_t>(width * scale));
    height = std::max(1u, static_cast<uint32_t>(height * scale));
}

void draw_mask(const Slots &slots, uint32_t width, uint32_t height, uint8_t *pixels) {
    std::memset(pixels, 0, std::size_t{width} * height);
    for (std::size_t i = 0; i < slots.count; ++i) {
        const RextrackSlot &slot = slots.slots[i];
        if (slot.state == REXTRACK_SLOT_EMPTY) continue;
        const auto [left, right] = pixel_range(slot.x, slot.w, width);
        const auto [top, bottom] = pixel_range(slot.y, slot.h, height);
        if (left >= right) continue;
        for (uint32_t row = top; row < bottom; ++row)
            std::memset(pixels + std::size_t{row} * width + left, 255, right - left);
    }
}

} // namespace rextrack_td
