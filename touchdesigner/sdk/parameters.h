// The parameters of a node, in TouchDesigner.

#ifndef REXTRACK_TD_PARAMETERS_H
#define REXTRACK_TD_PARAMETERS_H

#include "core/parameter.h"
#include "core/report.h"
#include "td_sdk.h"

namespace rextrack_td::sdk {

// Builds the parameter pages of the node of that family.
void append_parameters(TD::OP_ParameterManager &manager, OperatorFamily family);

// Reads the values of that node's parameters. Returns whether one has changed.
bool read_parameters(const TD::OP_Inputs &inputs, OperatorFamily family, Values &values);

// Greys out the parameters that have no effect with the values of the others.
void enable_parameters(const TD::OP_Inputs &inputs, const Values &values, OperatorFamily family);

// Fills in the entries of a DynamicMenu.
void build_menu(TD::OP_BuildDynamicMenuInfo &menu, const Report &report);

} // namespace rextrack_td::sdk

#endif
