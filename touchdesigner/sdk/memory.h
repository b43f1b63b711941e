// Memory for the objects of this half, without exceptions.

#ifndef REXTRACK_TD_MEMORY_H
#define REXTRACK_TD_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

namespace rextrack_td::sdk {

// Base of classes that are created with `new`. When there is no memory, `new` gives NULL instead of
// throwing.
class Allocated {
public:
    static void *operator new(size_t size) noexcept { return malloc(size); }
    static void operator delete(void *memory) noexcept { free(memory); }
};

} // namespace rextrack_td::sdk

#endif
