#include "operator.h"

namespace rextrack_td::sdk {

void fill_operator_info(TD::OP_CustomOPInfo &info, int32_t inputs) {
    info.opType->setString(REXTRACK_TD_OP_TYPE);
    info.opLabel->setString("Rextrack");
    info.opIcon->setString("Rxt");
    info.authorName->setString("The rextrack authors");
    info.authorEmail->setString("authors@rextrack.invalid");
    info.majorVersion = 0;
    info.minorVersion = rextrack_td_minor_version();
    info.minInputs = 0;
    info.maxInputs = inputs;
    // Camera and model are ready when the show begins, and not only when somebody looks at the node.
    info.cookOnStart = true;
    set_help_url(info, rextrack_td_help_url(), 0);
}

} // namespace rextrack_td::sdk
