// Passes the newest value from one thread to another.

#ifndef REXTRACK_TD_MAILBOX_H
#define REXTRACK_TD_MAILBOX_H

#include <mutex>
#include <utility>

namespace rextrack_td {

// Room for one value; a newer value replaces one that was not taken. The library's Mailbox
// (src/base/) is the same thing.
//
// The cook thread calls only the try_ functions. They fail instead of waiting when another thread
// holds the lock, and the cook continues with the values it has.
template <class T> class Mailbox {
public:
    // Puts `value` in. `value` receives what was in the mailbox before.
    void put(T &value) {
        std::lock_guard<std::mutex> lock(mutex_);
        swap_in(value);
    }

    // As put. False when another thread holds the lock: `value` is unchanged then.
    bool try_put(T &value) {
        std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
        if (!lock) return false;
        swap_in(value);
        return true;
    }

    // Whether there is a value.
    bool is_full() {
        std::lock_guard<std::mutex> lock(mutex_);
        return full_;
    }

    // Takes the value out. False when there is none.
    bool take(T &value) {
        std::lock_guard<std::mutex> lock(mutex_);
        return swap_out(value);
    }

    // As take. False also when another thread holds the lock.
    bool try_take(T &value) {
        std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
        return lock && swap_out(value);
    }

private:
    void swap_in(T &value) {
        std::swap(value, value_);
        full_ = true;
    }

    bool swap_out(T &value) {
        if (!full_) return false;
        std::swap(value, value_);
        full_ = false;
        return true;
    }

    std::mutex mutex_;
    T value_{};
    bool full_ = false;
};

} // namespace rextrack_td

#endif
