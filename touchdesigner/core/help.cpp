#include "help.h"

#include "percent.h"
#include "platform.h"

#include <algorithm>

namespace rextrack_td {

std::string help_url(const std::string &folder) {
    const std::string file = folder + platform::separator + "help.html";
    if (!platform::is_file(file)) return {};
    // A path on Windows has a drive and backslashes: file:///C:/...
    std::string path = file;
    std::replace(path.begin(), path.end(), '\\', '/');
    return (path.front() == '/' ? "file://" : "file:///") + percent_encoded(path, "/:");
}

} // namespace rextrack_td
