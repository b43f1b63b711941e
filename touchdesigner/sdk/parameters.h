// The parameters of a node, in TouchDesigner.

#ifndef REXTRACK_TD_PARAMETERS_H
#define REXTRACK_TD_PARAMETERS_H

#include "core/interface.h"
#include "td_sdk.h"

namespace rextrack_td::sdk {

// Builds the parameter pages of the node of that family.
void append_parameters(TD::OP_ParameterManager &manager, uint32_t family);

// Passes the values of the node's parameters to it.
void read_parameters(const TD::OP_Inputs &inputs, uint32_t family, RextrackTdNode *node);

// Disables the parameters that have no effect with the values of the others.
void enable_parameters(const TD::OP_Inputs &inputs, uint32_t family, RextrackTdNode *node);

// Fills in the entries of a dynamic menu.
void build_menu(TD::OP_BuildDynamicMenuInfo &menu, RextrackTdNode *node);

} // namespace rextrack_td::sdk

#endif
