// A picture with a white box for each slot.

#ifndef REXTRACK_TD_MASK_H
#define REXTRACK_TD_MASK_H

#include "slots.h"

namespace rextrack_td {

// Most pixels of a mask, more than 8K: the limit of the library's own previews. A rextrack node in
// the network may report any frame size.
constexpr double mask_pixels_max = 8192.0 * 4608.0;

// Reduces a larger size to that limit and keeps the aspect.
void limit_mask_size(uint32_t &width, uint32_t &height);

// Fills width x height bytes, the top row first: 255 inside the boxes of occupied slots, else 0.
// The slots are in the library's default coordinates.
void draw_mask(const Slots &slots, uint32_t width, uint32_t height, uint8_t *pixels);

} // namespace rextrack_td

#endif
