// Ends a worker thread.

#ifndef REXTRACK_TD_STOP_SIGNAL_H
#define REXTRACK_TD_STOP_SIGNAL_H

#include <condition_variable>
#include <mutex>

namespace rextrack_td {

// A request to stop, and the sleep of the thread that it stops.
//
// The cook thread never wakes a worker: waking is a system call, and on a busy machine the woken
// thread takes the processor from the cook thread at once. Workers poll instead
// (docs/decisions/0012).
class StopSignal {
public:
    // Sleeps for `time`, or less when a stop is requested. Returns whether one was requested.
    template <class Duration> bool wait(Duration time) {
        std::unique_lock<std::mutex> lock(mutex_);
        return changed_.wait_for(lock, time, [this] { return requested_; });
    }

    // Ends the current wait and all later ones.
    void request() {
        {
            std::lock_guard<std::mutex> lock(mutex_);
            requested_ = true;
        }
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool requested_ = false;
};

} // namespace rextrack_td

#endif
