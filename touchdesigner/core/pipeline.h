// Owns a pipeline of the Rust library.

#ifndef REXTRACK_TD_PIPELINE_H
#define REXTRACK_TD_PIPELINE_H

#include "library.h"

namespace rextrack_td {

// One handle. Destroying it may take up to two seconds: never on the cook thread.
class Pipeline {
public:
    Pipeline(const Library &library, RextrackPipeline *handle)
        : library_(library), handle_(handle) {}
    ~Pipeline() { library_.destroy(handle_); }
    Pipeline(const Pipeline &) = delete;
    Pipeline &operator=(const Pipeline &) = delete;

    const Library &library() const { return library_; }
    RextrackPipeline *handle() const { return handle_; }

private:
    const Library &library_;
    RextrackPipeline *const handle_;
};

} // namespace rextrack_td

#endif
