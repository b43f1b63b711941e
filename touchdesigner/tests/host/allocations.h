// Allocations of the calling thread.

#ifndef REXTRACK_TD_TESTS_HOST_ALLOCATIONS_H
#define REXTRACK_TD_TESTS_HOST_ALLOCATIONS_H

#include <cstddef>

namespace host {

// How often the calling thread has called operator new. Always 0 in programs that do not replace
// operator new.
inline std::size_t &allocation_count() {
    static thread_local std::size_t count = 0;
    return count;
}

} // namespace host

#endif
