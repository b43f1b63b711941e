#include "core/mailbox.h"
#include "core/stop_signal.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace rextrack_td;

TEST_CASE("a newer value replaces one that was not taken") {
    Mailbox<int> mailbox;
    int value = 0;
    CHECK_FALSE(mailbox.try_take(value));
    value = 1;
    mailbox.put(value);
    value = 2;
    mailbox.put(value);
    CHECK(value == 1);
    CHECK(mailbox.try_take(value));
    CHECK(value == 2);
    CHECK_FALSE(mailbox.take(value));
}

TEST_CASE("values arrive whole and in order, and the last one arrives") {
    struct Pair {
        int a = 0, b = 0;
    };
    constexpr int last = 20000;
    Mailbox<Pair> mailbox;
    std::thread writer([&] {
        for (int i = 1; i <= last; ++i) {
            Pair pair{i, -i};
            mailbox.put(pair);
        }
    });
    int received = 0;
    bool whole = true, ordered = true;
    while (received < last) {
        Pair pair;
        if (!mailbox.try_take(pair)) continue;
        whole = whole && pair.a == -pair.b;
        ordered = ordered && pair.a > received;
        received = pair.a;
    }
    writer.join();
    CHECK(whole);
    CHECK(ordered);
}

TEST_CASE("a stop request ends the current wait and every later one") {
    StopSignal stop;
    CHECK_FALSE(stop.wait(std::chrono::milliseconds(0)));
    bool stopped = false;
    std::thread sleeper([&] { stopped = stop.wait(std::chrono::hours(1)); });
    stop.request();
    sleeper.join();
    CHECK(stopped);
    CHECK(stop.wait(std::chrono::hours(1)));
}
