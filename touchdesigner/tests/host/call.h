// What the host promises about threads, and what a plugin may do in which call.
//
// As TouchDesigner: a node is called from any thread, but by one call at a time. Parameters are read
// and pictures are downloaded in the calls of a cook alone.

#ifndef REXTRACK_TD_TESTS_HOST_CALL_H
#define REXTRACK_TD_TESTS_HOST_CALL_H

#include <atomic>
#include <stdexcept>
#include <string>

namespace host {

enum class Stage { Outside, OutputInfo, Execute, Other };

// The stage of the call that this thread makes.
inline Stage &current_stage() {
    static thread_local Stage stage = Stage::Outside;
    return stage;
}

// Fails when a plugin does something in the wrong call or on a thread of its own.
inline void require_stage(bool is_right, const char *what) {
    if (!is_right) throw std::logic_error(std::string(what) + " outside of the call it belongs to");
}
inline void require_cook(const char *what) {
    const Stage stage = current_stage();
    require_stage(stage == Stage::OutputInfo || stage == Stage::Execute, what);
}
inline void require_execute(const char *what) {
    require_stage(current_stage() == Stage::Execute, what);
}

// One call of a node, from here to the end of the block.
class Call {
public:
    Call(std::atomic<bool> &is_called, Stage stage) : is_called_(is_called) {
        if (is_called_.exchange(true)) throw std::logic_error("the host calls a node twice at once");
        current_stage() = stage;
    }
    ~Call() {
        current_stage() = Stage::Outside;
        is_called_ = false;
    }
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

private:
    std::atomic<bool> &is_called_;
};

} // namespace host

#endif
