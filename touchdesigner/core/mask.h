// Boxes as a mask.

#ifndef REXTRACK_TD_MASK_H
#define REXTRACK_TD_MASK_H

#include "node.h"

namespace rextrack_td {

// Most pixels of a mask: more than 8K, as the library paints pictures itself. Another node may
// say of its frames' size what it likes.
constexpr double mask_pixels_max = 8192.0 * 4608.0;

// Makes a size that is larger as large as that, in the same shape.
void limit_mask(uint32_t &width, uint32_t &height);

// 255 inside the boxes of slots that are taken, 0 elsewhere, to width x height bytes, the top row
// first. The slots are canonical.
void draw_mask(const Slots &slots, uint32_t width, uint32_t height, uint8_t *pixels);

} // namespace rextrack_td

#endif
