// Objects of TouchDesigner that plugins share. Uses no standard library, as sdk_defaults.h.

#ifndef REXTRACK_TD_TESTS_HOST_COUNTED_H
#define REXTRACK_TD_TESTS_HOST_COUNTED_H

namespace host {

inline int live_object_count = 0;

// How many such objects exist: plugins must release all of them.
inline int live_objects() { return __atomic_load_n(&live_object_count, __ATOMIC_SEQ_CST); }

// Deletes itself when its last owner releases it, which may be another thread.
template <class Base> class Counted : public Base {
public:
    Counted() { __atomic_add_fetch(&live_object_count, 1, __ATOMIC_SEQ_CST); }
    ~Counted() override { __atomic_sub_fetch(&live_object_count, 1, __ATOMIC_SEQ_CST); }

protected:
    void acquire() override { __atomic_add_fetch(&owners_, 1, __ATOMIC_SEQ_CST); }
    void release() override {
        if (__atomic_sub_fetch(&owners_, 1, __ATOMIC_SEQ_CST) == 0) delete this;
    }
    void reserved0() override {}
    void reserved1() override {}
    void reserved2() override {}
    void reserved3() override {}
    void reserved4() override {}

private:
    int owners_ = 0;
};

} // namespace host

#endif
