// Handing the newest value from one thread to another, with one side that never waits.

#ifndef REXTRACK_TD_EXCHANGE_H
#define REXTRACK_TD_EXCHANGE_H

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace rextrack_td {

// One value; a newer one replaces one that was not taken. The cook thread uses only the try_
// functions: where another thread holds the lock, they give up instead of waiting, and the cook
// goes on with what it has.
template <class T> class Newest {
public:
    // Puts a value in, and the one that nobody took into `value`.
    void put(T &value) {
        std::lock_guard<std::mutex> lock(mutex_);
        swap_in(value);
    }

    // As put. False when it would have had to wait: `value` is as it was.
    bool try_put(T &value) {
        std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
        if (!lock) return false;
        swap_in(value);
        return true;
    }

    // Takes the value out. False when there is none, or it would have had to wait.
    bool try_take(T &value) {
        std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
        if (!lock || !full_) return false;
        std::swap(value, value_);
        full_ = false;
        return true;
    }

    // Takes the value out, and drops it elsewhere. False when there is none.
    bool take(T &value) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (!full_) return false;
        std::swap(value, value_);
        full_ = false;
        return true;
    }

private:
    void swap_in(T &value) {
        std::swap(value, value_);
        full_ = true;
    }

    std::mutex mutex_;
    T value_{};
    bool full_ = false;
};

// The sleep of a worker thread, which only the end cuts short.
//
// The cook thread wakes nobody: a wake-up is a system call, and on a busy machine the thread that
// wakes takes the cook thread's place at once. Workers look by themselves instead, as often as
// what they do is urgent.
class Rest {
public:
    // Sleeps for so long. False when it is over and the thread is to end.
    template <class Duration> bool sleep(Duration time) {
        std::unique_lock<std::mutex> lock(mutex_);
        return !condition_.wait_for(lock, time, [this] { return over_; });
    }

    // Ends the sleep, and all sleeps from now on.
    void end() {
        {
            std::lock_guard<std::mutex> lock(mutex_);
            over_ = true;
        }
        condition_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    bool over_ = false;
};

} // namespace rextrack_td

#endif
