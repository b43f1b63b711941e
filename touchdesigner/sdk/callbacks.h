// The functions of a node's Callbacks DAT: onEnter, onLeave, onLost, onFound and onProblem.
//
// They need Python's headers and work with one version of Python, so they are in a binary of their own
// (REXTRACK_TD_PYTHON). Without it these functions do nothing.

#ifndef REXTRACK_TD_CALLBACKS_H
#define REXTRACK_TD_CALLBACKS_H

#include "core/interface.h"
#include "td_sdk.h"

namespace rextrack_td::sdk {

#ifdef REXTRACK_TD_PYTHON

// Adds the parameter Callbacks DAT to the node.
void offer_callbacks(TD::OP_CustomOPInfo &info);

// For execute(): calls the functions for what has happened since the last cook.
void call_callbacks(TD::OP_Context *context, RextrackTdNode *node);

#else

inline void offer_callbacks(TD::OP_CustomOPInfo &) {}
inline void call_callbacks(TD::OP_Context *, RextrackTdNode *) {}

#endif

} // namespace rextrack_td::sdk

#endif
