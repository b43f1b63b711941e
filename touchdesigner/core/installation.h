// Where the files of an installation are.

#ifndef REXTRACK_TD_INSTALLATION_H
#define REXTRACK_TD_INSTALLATION_H

#include "platform.h"

#include <string>
#include <vector>

namespace rextrack_td {

// Absolute folders, without a separator at their end.
struct Installation {
    // Contains the Rust library.
    std::string library_folder;
    // Contains the plugins, and beside them the folder of the models. On macOS it contains the
    // bundles.
    std::string plugin_folder;
};

// The installation of this plugin. `plugin_path` is the path that TouchDesigner reports: of the
// binary, or of the folder or bundle around it. It may be NULL or empty.
Installation find_installation(const char *plugin_path);

// The same for any system. `own_folder` is the folder of this plugin, as the system knows it. When
// the library is missing, the result is the place where it belongs.
Installation find_installation(platform::System system, const std::string &plugin_path,
                               const std::string &own_folder);

// The places where the library may be, the best first. Both plugins must find the same copy: on
// macOS it lies inside the CHOP's bundle, also for the TOP.
std::vector<Installation> installation_candidates(platform::System system, std::string plugin_path,
                                                  const std::string &own_folder);

} // namespace rextrack_td

#endif
