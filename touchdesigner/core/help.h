// The page that opens with a node's "?".

#ifndef REXTRACK_TD_HELP_H
#define REXTRACK_TD_HELP_H

#include <string>

namespace rextrack_td {

// The file:// address of help.html in a folder; empty when it is not there. The page is local, because
// many shows have no network.
std::string help_url(const std::string &folder);

} // namespace rextrack_td

#endif
