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

// Wakes a thread. Waking costs the cook thread one system call and never a wait; a wake-up that
// comes while nobody sleeps is kept for the next sleep.
class Bell {
public:
    void ring() {
        {
            std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
            if (lock) rung_ = true;
            // Else the sleeper is between sleep and wake, and will look by itself within a turn.
        }
        condition_.notify_one();
    }

    // As ring, but waits for the lock, so that it cannot be missed: for the end.
    void ring_surely() {
        {
            std::lock_guard<std::mutex> lock(mutex_);
            rung_ = true;
        }
        condition_.notify_one();
    }

    template <class Duration> void sleep(Duration longest) {
        std::unique_lock<std::mutex> lock(mutex_);
        condition_.wait_for(lock, longest, [this] { return rung_; });
        rung_ = false;
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    bool rung_ = false;
};

} // namespace rextrack_td

#endif
