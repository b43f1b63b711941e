// Which parameters have no effect with the values of the others: TouchDesigner greys them out.

#ifndef REXTRACK_TD_ENABLED_H
#define REXTRACK_TD_ENABLED_H

#include "parameter.h"

namespace rextrack_td {

// -1 for a parameter that is always enabled, else whether it is enabled: 0 or 1. `shows_chop` is
// for a TOP that shows the video of a CHOP: then its own source and model are off.
int enabled_state(Par par, const Values &values, bool shows_chop);

} // namespace rextrack_td

#endif
