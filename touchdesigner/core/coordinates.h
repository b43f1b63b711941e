// The coordinates in which the CHOP gives positions, sizes and velocities.

#ifndef REXTRACK_TD_COORDINATES_H
#define REXTRACK_TD_COORDINATES_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace rextrack_td {

enum class Coordinates {
    // 0..1 from the top left, as the library's own.
    Frame,
    // 0..1 from the bottom left.
    Uv,
    // From the bottom left; y is 0..1, and x has the same unit.
    Touch,
    // From the middle, y upwards; x is -0.5..0.5, and y has the same unit.
    Centred,
    // Pixels from the top left.
    Pixels,
};

// The coordinates of that name in the menu of the parameter; any other name is Frame.
Coordinates coordinates_from(const std::string &name);

// Converts values from the library's own coordinates, for frames of one size in pixels.
class Conversion {
public:
    // Changes nothing.
    Conversion() = default;

    // With `is_mirrored`, left and right are swapped first.
    Conversion(Coordinates to, bool is_mirrored, uint32_t frame_width, uint32_t frame_height);

    // Converts a value of an axis of that RextrackQuantity. A quantity that is not known here is
    // returned unchanged.
    float apply(uint32_t quantity, float value) const {
        if (quantity >= linear_.size()) return value;
        return linear_[quantity].offset + linear_[quantity].factor * value;
    }

private:
    struct Linear {
        float factor = 1.0f;
        // 0 also turns the -0 of a slot at rest into 0.
        float offset = 0.0f;
    };

    static constexpr std::size_t quantity_count = 7;

    // By RextrackQuantity.
    std::array<Linear, quantity_count> linear_;
};

} // namespace rextrack_td

#endif
