#include "coordinates.h"

#include "rextrack.h"

namespace rextrack_td {

Coordinates coordinates_from(const std::string &name) {
    if (name == "uv") return Coordinates::Uv;
    if (name == "touch") return Coordinates::Touch;
    if (name == "pixels") return Coordinates::Pixels;
    return Coordinates::Frame;
}

Conversion::Conversion(Coordinates to, uint32_t frame_width, uint32_t frame_height) {
    static_assert(REXTRACK_QUANTITY_VELOCITY_Y + 1 == quantity_count, "one entry per quantity");
    const auto width = static_cast<float>(frame_width), height = static_cast<float>(frame_height);
    const bool is_pixels = to == Coordinates::Pixels;
    const bool is_touch = to == Coordinates::Touch && frame_height > 0;
    const float across = is_pixels ? width : is_touch ? width / height : 1.0f;
    const float down = is_pixels ? height : 1.0f;
    const bool is_flipped = to == Coordinates::Uv || to == Coordinates::Touch;
    linear_[REXTRACK_QUANTITY_X] = {across, 0.0f};
    linear_[REXTRACK_QUANTITY_WIDTH] = {across, 0.0f};
    linear_[REXTRACK_QUANTITY_VELOCITY_X] = {across, 0.0f};
    linear_[REXTRACK_QUANTITY_Y] = is_flipped ? Linear{-1.0f, 1.0f} : Linear{down, 0.0f};
    linear_[REXTRACK_QUANTITY_HEIGHT] = {down, 0.0f};
    // The offset 0 turns the -0 of a slot at rest into 0.
    linear_[REXTRACK_QUANTITY_VELOCITY_Y] = {is_flipped ? -1.0f : down, 0.0f};
}

} // namespace rextrack_td
