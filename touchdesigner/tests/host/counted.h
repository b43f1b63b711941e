// Objects of TouchDesigner that plugins share.

#ifndef REXTRACK_TD_TESTS_HOST_COUNTED_H
#define REXTRACK_TD_TESTS_HOST_COUNTED_H

#include <atomic>

namespace host {

// How many such objects exist: plugins must release all of them.
inline std::atomic<int> &live_objects() {
    static std::atomic<int> count{0};
    return count;
}

// Deletes itself when its last owner releases it.
template <class Base> class Counted : public Base {
public:
    Counted() { ++live_objects(); }
    ~Counted() override { --live_objects(); }

protected:
    void acquire() override { ++owners_; }
    void release() override {
        if (--owners_ == 0) delete this;
    }
    void reserved0() override {}
    void reserved1() override {}
    void reserved2() override {}
    void reserved3() override {}
    void reserved4() override {}

private:
    std::atomic<int> owners_{0};
};

} // namespace host

#endif
