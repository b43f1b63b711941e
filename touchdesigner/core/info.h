// Information about a node: Info CHOP, Info DAT and popup.

#ifndef REXTRACK_TD_INFO_H
#define REXTRACK_TD_INFO_H

#include "report.h"
#include "slots.h"

#include <cstddef>
#include <string>
#include <vector>

namespace rextrack_td {

// The Info CHOP: rates, latencies and counts.
std::size_t info_channel_count();
const char *info_channel_name(std::size_t index);
float info_channel_value(std::size_t index, const Report &report, const RextrackSnapshot &snapshot,
                         float cook_us);

// The Info DAT: a row of titles, one row per slot, then one per field of the report.
std::size_t info_row_count(const Slots &slots);
std::size_t info_column_count();
// The cells of a row; empty when there is no such row. `status` is that of the node.
std::vector<std::string> info_row(std::size_t index, const std::string &status, const Report &report,
                                  const Slots &slots);

// The text of the popup.
std::string popup_text(const Report &report, const RextrackSnapshot &snapshot);

} // namespace rextrack_td

#endif
