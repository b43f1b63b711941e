#include "operator.h"

#include "core/platform.h"

#include <cstring>
#include <vector>

namespace rextrack_td::sdk {

std::string library_folder(const TD::OP_NodeInfo &info) {
    const std::string own = platform::own_folder();
    std::vector<std::string> candidates;
    if (info.pluginPath && *info.pluginPath) {
        // TouchDesigner gives the path of the binary, or of the folder or bundle around it.
        candidates.push_back(platform::outside_bundle(platform::folder_of(info.pluginPath)));
        candidates.push_back(info.pluginPath);
    }
    for (const std::string &folder : candidates)
        if (platform::is_file(folder + platform::separator + platform::library_name))
            return folder;
    return own;
}

void fill_operator_info(TD::OP_CustomOPInfo &info, int32_t inputs) {
    info.opType->setString("Rextrack");
    info.opLabel->setString("Rextrack");
    info.opIcon->setString("Rxt");
    info.authorName->setString("The rextrack authors");
    info.authorEmail->setString("authors@rextrack.invalid");
    info.majorVersion = 0;
    info.minorVersion = 1;
    info.minInputs = 0;
    info.maxInputs = inputs;
}

void handle_pulse(Node &node, const char *name) {
    if (std::strcmp(name, parameter(Par::Restart).name) == 0) node.restart();
    if (std::strcmp(name, parameter(Par::Resetslots).name) == 0) node.reset_slots();
}

} // namespace rextrack_td::sdk
