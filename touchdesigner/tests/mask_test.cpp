#include "core/mask.h"

#include <doctest/doctest.h>

#include <vector>

using namespace rextrack_td;

namespace {

std::vector<uint8_t> drawn(float x, float y, float w, float h, uint32_t state) {
    Slots slots;
    slots.count = 1;
    slots.slots[0].x = x;
    slots.slots[0].y = y;
    slots.slots[0].w = w;
    slots.slots[0].h = h;
    slots.slots[0].state = state;
    std::vector<uint8_t> pixels(4 * 4, 1);
    draw_mask(slots, 4, 4, pixels.data());
    return pixels;
}

} // namespace

TEST_CASE("a mask is white inside the boxes of occupied slots") {
    const std::vector<uint8_t> expected = {0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0};
    CHECK(drawn(0.5f, 0.5f, 0.5f, 0.5f, REXTRACK_SLOT_ACTIVE) == expected);
    CHECK(drawn(0.5f, 0.5f, 0.5f, 0.5f, REXTRACK_SLOT_HELD) == expected);
    CHECK(drawn(0.5f, 0.5f, 0.5f, 0.5f, REXTRACK_SLOT_EMPTY) == std::vector<uint8_t>(16, 0));
}

TEST_CASE("boxes are clipped to the mask") {
    const std::vector<uint8_t> corner = {255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(drawn(0.0f, 0.0f, 1.0f, 1.0f, REXTRACK_SLOT_ACTIVE) == corner);
    CHECK(drawn(3.0f, -2.0f, 0.5f, 0.5f, REXTRACK_SLOT_ACTIVE) == std::vector<uint8_t>(16, 0));
}

TEST_CASE("limit_mask_size limits the pixels and keeps the aspect") {
    uint32_t width = 1920, height = 1080;
    limit_mask_size(width, height);
    CHECK(width == 1920);
    CHECK(height == 1080);
    width = height = 16384;
    limit_mask_size(width, height);
    CHECK(width == height);
    CHECK(double(width) * height <= mask_pixels_max);
    CHECK(width > 6000);
}
