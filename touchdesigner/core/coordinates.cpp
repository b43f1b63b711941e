#include "coordinates.h"

#include "rextrack.h"

namespace rextrack_td {

namespace {

// The units of x and y in frame widths and heights, and where a position of 0 lies in the result.
struct System {
    float across = 1.0f, down = 1.0f;
    float left = 0.0f, top = 0.0f;
};

System system_of(Coordinates to, float width, float height) {
    // Before the first frame there is no aspect.
    const float aspect = height > 0.0f && width > 0.0f ? width / height : 1.0f;
    switch (to) {
    case Coordinates::Uv: return {1.0f, -1.0f, 0.0f, 1.0f};
    case Coordinates::Touch: return {aspect, -1.0f, 0.0f, 1.0f};
    case Coordinates::Centred: return {1.0f, -1.0f / aspect, -0.5f, 0.5f / aspect};
    case Coordinates::Pixels: return {width, height, 0.0f, 0.0f};
    case Coordinates::Frame: break;
    }
    return {};
}

} // namespace

Coordinates coordinates_from(const std::string &name) {
    if (name == "uv") return Coordinates::Uv;
    if (name == "touch") return Coordinates::Touch;
    if (name == "centred") return Coordinates::Centred;
    if (name == "pixels") return Coordinates::Pixels;
    return Coordinates::Frame;
}

Conversion::Conversion(Coordinates to, bool is_mirrored, uint32_t frame_width,
                       uint32_t frame_height) {
    static_assert(REXTRACK_QUANTITY_VELOCITY_Y + 1 == quantity_count, "one entry per quantity");
    const System system =
        system_of(to, static_cast<float>(frame_width), static_cast<float>(frame_height));
    const float rightwards = is_mirrored ? -system.across : system.across;
    const float height = system.down < 0.0f ? -system.down : system.down;
    linear_[REXTRACK_QUANTITY_X] = {rightwards,
                                    is_mirrored ? system.left + system.across : system.left};
    linear_[REXTRACK_QUANTITY_Y] = {system.down, system.top};
    linear_[REXTRACK_QUANTITY_WIDTH] = {system.across, 0.0f};
    linear_[REXTRACK_QUANTITY_HEIGHT] = {height, 0.0f};
    linear_[REXTRACK_QUANTITY_VELOCITY_X] = {rightwards, 0.0f};
    linear_[REXTRACK_QUANTITY_VELOCITY_Y] = {system.down, 0.0f};
}

} // namespace rextrack_td
