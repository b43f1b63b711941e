// Boxes as a mask.

#ifndef REXTRACK_TD_MASK_H
#define REXTRACK_TD_MASK_H

#include "node.h"

namespace rextrack_td {

// 255 inside the boxes of slots that are taken, 0 elsewhere, to width x height bytes, the top row
// first. The slots are canonical.
void draw_mask(const Slots &slots, uint32_t width, uint32_t height, uint8_t *pixels);

} // namespace rextrack_td

#endif
