// The Rust library.

#ifndef REXTRACK_TD_LIBRARY_H
#define REXTRACK_TD_LIBRARY_H

#include "rextrack.h"

#include <string>
#include <vector>

namespace rextrack_td {

// The functions of librextrack that the plugin uses. The library is loaded by its absolute path,
// not linked: TouchDesigner has libraries of the same names, and a name alone could load those.
struct Library {
    decltype(&rextrack_abi_version) abi_version;
    decltype(&rextrack_version_string) version_string;
    decltype(&rextrack_last_error) last_error;
    decltype(&rextrack_status_string) status_string;
    decltype(&rextrack_now_ns) now_ns;
    decltype(&rextrack_create) create;
    decltype(&rextrack_find) find;
    decltype(&rextrack_start) start;
    decltype(&rextrack_stop) stop;
    decltype(&rextrack_destroy) destroy;
    decltype(&rextrack_reset_slots) reset_slots;
    decltype(&rextrack_set_config) set_config;
    decltype(&rextrack_poll) poll;
    decltype(&rextrack_poll_at) poll_at;
    decltype(&rextrack_axes) axes;
    decltype(&rextrack_poll_axes) poll_axes;
    decltype(&rextrack_poll_events) poll_events;
    decltype(&rextrack_wait) wait;
    decltype(&rextrack_push_frame) push_frame;
    decltype(&rextrack_preview) preview;
    decltype(&rextrack_stats) stats;
    decltype(&rextrack_info) info;
    decltype(&rextrack_problem) problem;

    // The result of axes(): one row for each value that a slot has.
    std::vector<RextrackAxis> axis_table;

    // The library in `folder`. The first call loads it, and it stays loaded until the process ends.
    // NULL when that fails, with the file at fault and the remedy in `error`. May take a second:
    // not for the cook thread.
    static const Library *load(const std::string &folder, std::string &error);

    // The message of the calling thread's last error.
    std::string message() const;
};

} // namespace rextrack_td

#endif
