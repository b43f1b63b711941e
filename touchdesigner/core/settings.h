// Makes a pipeline's configuration from the values of the parameters.

#ifndef REXTRACK_TD_SETTINGS_H
#define REXTRACK_TD_SETTINGS_H

#include "parameter.h"

#include <nlohmann/json.hpp>

#include <string>

namespace rextrack_td {

// A configuration, or the reason why there is none.
struct Settings {
    // For rextrack_create; empty when there is a problem.
    nlohmann::json config;
    // The parameter at fault and the remedy; empty when there is none.
    std::string problem;
};

// The configuration that the parameters ask for. `plugin_folder` contains the default folder of
// models. `settings_file` is the text of the file: it overrides the parameters, and the parameter
// Settings overrides the file.
Settings settings_from(const Values &values, const std::string &camera_id,
                       const std::string &plugin_folder, const std::string &settings_file);

// The RFC 7396 merge patch that turns `from` into `to`; an empty object when they are equal.
nlohmann::json patch_between(const nlohmann::json &from, const nlohmann::json &to);

// The folder of the models.
std::string models_folder(const Values &values, const std::string &plugin_folder);

// Inserts user and password, percent-encoded, unless the address has credentials already.
std::string with_credentials(const std::string &address, const std::string &user,
                             const std::string &password);

} // namespace rextrack_td

#endif
