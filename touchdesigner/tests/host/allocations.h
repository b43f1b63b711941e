// Allocations of the calling thread.

#ifndef REXTRACK_TD_TESTS_HOST_ALLOCATIONS_H
#define REXTRACK_TD_TESTS_HOST_ALLOCATIONS_H

#include <atomic>
#include <cstddef>

namespace host {

// How often the calling thread has called operator new. Always 0 in programs that do not replace
// operator new.
inline std::size_t &allocation_count() {
    static thread_local std::size_t count = 0;
    return count;
}

// How many more allocations of the calling thread succeed in execute(); a negative number: all.
inline int &allocations_left() {
    static thread_local int count = -1;
    return count;
}

// The name of a plugin's thread whose allocations fail; NULL: none do.
inline std::atomic<const char *> &thread_without_memory() {
    static std::atomic<const char *> name{nullptr};
    return name;
}

} // namespace host

#endif
