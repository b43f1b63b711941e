// What both nodes have in common with TouchDesigner.

#ifndef REXTRACK_TD_OPERATOR_H
#define REXTRACK_TD_OPERATOR_H

#include "core/node.h"
#include "core/parameter.h"
#include "td_sdk.h"

#include <string>
#include <vector>

namespace rextrack_td::sdk {

// Runs a callback's body; no exception reaches TouchDesigner.
template <class Body> void guarded(Body body) noexcept {
    try {
        body();
    } catch (...) {
        // Out of memory: the cook goes on with what it has.
    }
}

// The folder that the Rust library is looked for in.
std::string plugin_folder(const TD::OP_NodeInfo &info);

// Describes the operator to TouchDesigner. `inputs` is how many wires it takes.
void describe(TD::OP_CustomOPInfo &info, int32_t inputs);

// Builds the parameter pages of a family.
void append_parameters(TD::OP_ParameterManager &manager, Family family);

// Evaluates the parameters of a family. True when one has changed.
bool read_parameters(const TD::OP_Inputs &inputs, Family family, Values &values);

// Greys out the parameters that mean nothing with the values of others.
void enable_parameters(const TD::OP_Inputs &inputs, const Values &values, Family family);

// Fills the menu of a parameter that is found while running.
void build_menu(TD::OP_BuildDynamicMenuInfo &menu, const Report &report);

// Does what a pulse asks for.
void pulse(Node &node, const char *name);

// What the Info CHOP and Info DAT of a node show.
class Info {
public:
    static int32_t channels();
    static void channel(int32_t index, TD::OP_InfoCHOPChan &channel, const Report &report,
                        const RextrackSnapshot &snapshot, float cook_us);

    static void size(TD::OP_InfoDATSize &size, const Slots &slots);
    static void row(int32_t index, int32_t entries, TD::OP_InfoDATEntries &row,
                    const Report &report, const Slots &slots);
};

// Sets a node's warning: what the node itself knows first, then what its pipeline tells.
void warn(TD::OP_String &warning, const std::string &own, const Report &report);

// The popup of a node.
std::string popup(const Report &report, const RextrackSnapshot &snapshot);

} // namespace rextrack_td::sdk

#endif
