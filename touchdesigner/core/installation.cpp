#include "installation.h"

#include <algorithm>

namespace rextrack_td {

using platform::System;
using platform::separator_of;

namespace {

constexpr const char library_in_bundle[] = "/RextrackCHOP.plugin/Contents/Frameworks";

std::string parent(System system, const std::string &path) {
    const std::size_t end = path.rfind(separator_of(system));
    return end == std::string::npos ? std::string() : path.substr(0, end);
}

} // namespace

std::vector<Installation> installation_candidates(System system, std::string plugin_path,
                                                  const std::string &own_folder) {
    // TouchDesigner writes forward slashes on Windows too, which LoadLibraryEx refuses.
    if (system == System::Windows)
        std::replace(plugin_path.begin(), plugin_path.end(), '/', '\\');
    while (!plugin_path.empty() && plugin_path.back() == separator_of(system))
        plugin_path.pop_back();
    std::vector<std::string> folders;
    if (!plugin_path.empty()) {
        folders.push_back(platform::outside_bundle(parent(system, plugin_path)));
        folders.push_back(plugin_path);
    }
    folders.push_back(own_folder);
    std::vector<Installation> candidates;
    for (const std::string &folder : folders) {
        if (system == System::MacOS) candidates.push_back({folder + library_in_bundle, folder});
        candidates.push_back({folder, folder});
    }
    return candidates;
}

Installation find_installation(System system, const std::string &plugin_path,
                               const std::string &own_folder) {
    const std::string file = separator_of(system) + std::string(platform::library_name_of(system));
    for (const Installation &one : installation_candidates(system, plugin_path, own_folder))
        if (platform::is_file(one.library_folder + file)) return one;
    // The best place beside this plugin.
    return installation_candidates(system, own_folder.empty() ? plugin_path : "", own_folder)
        .front();
}

Installation find_installation(const char *plugin_path) {
    return find_installation(platform::this_system, plugin_path ? plugin_path : "",
                             platform::own_folder());
}

} // namespace rextrack_td
