// Info about a node in TouchDesigner: Info CHOP, Info DAT, popup and warning.

#ifndef REXTRACK_TD_INFO_H
#define REXTRACK_TD_INFO_H

#include "core/report.h"
#include "core/slots.h"
#include "td_sdk.h"

#include <string>

namespace rextrack_td::sdk {

// The Info CHOP: rates, latencies and counts.
int32_t info_channel_count();
void set_info_channel(int32_t index, TD::OP_InfoCHOPChan &channel, const Report &report,
                      const RextrackSnapshot &snapshot, float cook_us);

// The Info DAT: one row per slot, then the fields of the report.
void set_info_size(TD::OP_InfoDATSize &size, const Slots &slots);
void set_info_row(int32_t index, int32_t entries, TD::OP_InfoDATEntries &row, const Report &report,
                  const Slots &slots);

// Sets the warning: the node's own first, then that of its pipeline.
void set_warning(TD::OP_String &warning, const std::string &own, const Report &report);

// The text of the popup.
std::string popup_text(const Report &report, const RextrackSnapshot &snapshot);

} // namespace rextrack_td::sdk

#endif
