// From the values of the parameters to a pipeline's configuration.

#ifndef REXTRACK_TD_SETTINGS_H
#define REXTRACK_TD_SETTINGS_H

#include "parameter.h"

#include <nlohmann/json.hpp>

#include <string>

namespace rextrack_td {

// A configuration, or why there is none.
struct Settings {
    // As rextrack_create takes it; empty when there is a problem.
    nlohmann::json config;
    // The parameter at fault and the remedy; empty when all is well.
    std::string problem;
};

// The configuration that the parameters ask for. `camera_id` names the camera, `plugin_folder` is
// where the folder "models" is looked for, `more` is the text of the settings file. The Settings
// parameter goes over the file, the file over all others.
Settings settings_of(const Values &values, const std::string &camera_id,
                     const std::string &plugin_folder, const std::string &more);

// The RFC 7396 merge patch that makes `from` into `to`; an empty object when they are alike.
nlohmann::json patch_between(const nlohmann::json &from, const nlohmann::json &to);

// The folder of the models.
std::string models_folder(const Values &values, const std::string &plugin_folder);

// The address with user and password put in, each percent-encoded, unless it has its own.
std::string with_credentials(const std::string &address, const std::string &user,
                             const std::string &password);

} // namespace rextrack_td

#endif
