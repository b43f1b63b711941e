#include "core/exchange.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

using namespace rextrack_td;

TEST_CASE("the newest value replaces one that nobody took") {
    Newest<int> newest;
    int value = 0;
    CHECK_FALSE(newest.try_take(value));
    value = 1;
    newest.put(value);
    value = 2;
    newest.put(value);
    CHECK(value == 1);
    CHECK(newest.try_take(value));
    CHECK(value == 2);
    CHECK_FALSE(newest.take(value));
}

TEST_CASE("the end cuts a sleep short, and every later one") {
    Rest rest;
    CHECK(rest.sleep(std::chrono::milliseconds(0)));
    bool went_on = true;
    std::thread sleeper([&] { went_on = rest.sleep(std::chrono::hours(1)); });
    rest.end();
    sleeper.join();
    CHECK_FALSE(went_on);
    CHECK_FALSE(rest.sleep(std::chrono::hours(1)));
}

TEST_CASE("values go over in order, none is torn, and the last arrives") {
    struct Pair {
        int a = 0, b = 0;
    };
    constexpr int last = 20000;
    Newest<Pair> newest;
    std::thread writer([&] {
        for (int i = 1; i <= last; ++i) {
            Pair pair{i, -i};
            newest.put(pair);
        }
    });
    int seen = 0;
    bool whole = true, ordered = true;
    while (seen < last) {
        Pair pair;
        if (!newest.try_take(pair)) continue;
        whole = whole && pair.a == -pair.b;
        ordered = ordered && pair.a > seen;
        seen = pair.a;
    }
    writer.join();
    CHECK(whole);
    CHECK(ordered);
}
