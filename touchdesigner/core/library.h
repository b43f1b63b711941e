// The Rust library, loaded by its absolute path.

#ifndef REXTRACK_TD_LIBRARY_H
#define REXTRACK_TD_LIBRARY_H

#include "rextrack.h"

#include <string>

namespace rextrack_td {

// The functions of librextrack that the plugin uses. Loaded, not linked: TouchDesigner brings
// libraries of the same names along, and only an absolute path says which one is meant.
struct Library {
    decltype(&rextrack_abi_version) abi_version;
    decltype(&rextrack_version_string) version_string;
    decltype(&rextrack_last_error) last_error;
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
    decltype(&rextrack_wait) wait;
    decltype(&rextrack_push_frame) push_frame;
    decltype(&rextrack_preview) preview;
    decltype(&rextrack_stats) stats;
    decltype(&rextrack_info) info;

    // The library in `folder`; loaded at the first call, and kept until the process ends. NULL
    // when it cannot be had, with the file at fault and the remedy in `error`. May take a second:
    // not for the cook thread.
    static const Library *load(const std::string &folder, std::string &error);

    // The calling thread's last message.
    std::string message() const;
};

} // namespace rextrack_td

#endif
