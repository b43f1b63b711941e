// Tracking of motion in a TOP.

#include "plugin_test.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace plugin_test;

namespace {

// Longer than a busy machine can delay a test.
constexpr double long_persistence = 600000.0;

// A square that moves on a wave.
struct MovingSquare : SquareScene {
    double x = 0.2;

    double y() const { return 0.5 + 0.2 * std::sin(x * 6); }

    void move(int frames, double step) {
        for (int i = 0; i < frames; ++i) {
            x += step;
            show_square(x, y());
        }
    }

    bool wait_until_p1_follows() {
        return show_square_until(x, y(), [this] {
            return has_value("p1_state", 1.0f) && std::abs(chop.value("p1_x") - x) < 0.03 &&
                   std::abs(chop.value("p1_y") - y()) < 0.03;
        });
    }

    bool wait_until_p1_has_state(float state) {
        return show_background_until([&] { return has_value("p1_state", state); });
    }
};

} // namespace

TEST_CASE("a moving square is followed, held and found again, and a later one is a new owner") {
    MovingSquare scene;
    scene.chop.set("Predict", 0.0);
    scene.chop.set("Persistence", long_persistence);
    scene.learn_background();
    CHECK(scene.chop.error == "");
    CHECK(scene.chop.warning == "");
    scene.move(90, 0.004);
    REQUIRE(scene.wait_until_p1_follows());
    const float generation = scene.chop.value("p1_generation"), id = scene.chop.value("p1_id");
    CHECK(generation == 1.0f);
    for (int i = 0; i < 6; ++i) {
        scene.move(10, i < 3 ? 0.003 : -0.003);
        CHECK(scene.wait_until_p1_follows());
        CHECK(scene.has_value("p1_id", id));
    }

    // Absent for less than the persistence.
    CHECK(scene.wait_until_p1_has_state(2.0f));
    CHECK(scene.wait_until_p1_follows());
    CHECK(scene.has_value("p1_generation", generation));
    CHECK(scene.has_value("p1_id", id));

    // Absent for longer.
    scene.chop.set("Persistence", 300.0);
    CHECK(scene.wait_until_p1_has_state(0.0f));
    scene.chop.set("Persistence", long_persistence);
    for (int i = 0; i < 10; ++i) scene.show_background();
    scene.move(60, 0.003);
    CHECK(scene.wait_until_p1_follows());
    CHECK(scene.has_value("p1_generation", generation + 1));
}

TEST_CASE("speed is the length of the velocity in frame heights per second") {
    MovingSquare scene;
    scene.chop.set("Velocity", 1.0);
    scene.chop.set("Speed", 1.0);
    scene.learn_background();
    int compared = 0;
    for (int i = 0; i < 2000 && compared < 30; ++i) {
        scene.move(1, i % 200 < 100 ? 0.004 : -0.004);
        if (!scene.has_value("p1_state", 1.0f) || scene.chop.value("p1_speed") == 0.0f) continue;
        const double aspect = 640.0 / 360.0;
        const double length = std::hypot(static_cast<double>(scene.chop.value("p1_vx")) * aspect,
                                         static_cast<double>(scene.chop.value("p1_vy")));
        CHECK(static_cast<double>(scene.chop.value("p1_speed")) ==
              doctest::Approx(length).epsilon(0.001));
        ++compared;
    }
    CHECK(compared == 30);
}

TEST_CASE("presence rises to 1 while the square is detected and falls to 0 while it is held") {
    MovingSquare scene;
    scene.chop.set("Presence", 1.0);
    scene.chop.set("Persistence", 2000.0);
    scene.learn_background();
    CHECK(scene.chop.value("p1_presence") == 0.0f);
    int frame = 0;
    const auto is_moved_until = [&](auto done) {
        const auto deadline = Clock::now() + timeout;
        while (Clock::now() < deadline) {
            scene.move(1, ++frame % 200 < 100 ? 0.004 : -0.004);
            if (done(scene.chop.value("p1_presence"))) return true;
        }
        return false;
    };
    CHECK(is_moved_until([](float presence) { return presence > 0.0f; }));
    CHECK(is_moved_until([](float presence) { return presence == 1.0f; }));
    CHECK(scene.show_background_until([&] {
        return scene.has_value("p1_state", 2.0f) && scene.chop.value("p1_presence") < 1.0f;
    }));
    CHECK(scene.wait_until_p1_has_state(0.0f));
    CHECK(scene.chop.value("p1_presence") == 0.0f);
}

TEST_CASE("More Axes shows the time since the square was first detected") {
    MovingSquare scene;
    scene.chop.set("Moreaxes", std::string("life"));
    scene.learn_background();
    scene.move(90, 0.004);
    REQUIRE(scene.wait_until_p1_follows());
    CHECK(scene.chop.value("p1_life") > 0.0f);
    CHECK(scene.chop.value("p4_life") == 0.0f);
    CHECK(scene.chop.warning == "");
}

TEST_CASE("prediction reduces the lag") {
    // Two nodes with one TOP and the same cooks. Only one of them predicts.
    SquareScene scene;
    ChopNode predicting(chop_plugin(), next_id());
    for (const char *name : {"Source", "Model"})
        predicting.set(name, scene.chop.inputs.par(name).text);
    predicting.inputs.top = &scene.source;
    scene.chop.set("Predict", 0.0);
    const auto deadline = Clock::now() + timeout;
    while ((scene.chop.info_channels["frames"] < 15 || predicting.info_channels["frames"] < 15) &&
           Clock::now() < deadline) {
        scene.show_background();
        predicting.cook();
    }
    for (ChopNode *chop : {&scene.chop, &predicting}) chop->set("Persistence", long_persistence);
    double lag = 0, predicted_lag = 0;
    int compared = 0;
    // The square moves back and forth until there are enough cooks to compare: on a busy machine
    // many cooks have no track yet. After a turn the prediction is wrong for a moment.
    for (int i = 0; compared < 60 && Clock::now() < deadline + timeout; ++i) {
        const int step = i % 240, distance = std::min(step, 240 - step), since_turn = i % 120;
        const double x = 0.15 + distance * 0.005, direction = step < 120 ? 1 : -1;
        scene.show_square(x, 0.5);
        predicting.cook();
        if (since_turn < 60 || !scene.has_value("p1_state", 1.0f) ||
            predicting.value("p1_state") != 1.0f)
            continue;
        lag += direction * (x - scene.chop.value("p1_x"));
        predicted_lag += direction * (x - predicting.value("p1_x"));
        ++compared;
    }
    REQUIRE(compared >= 60);
    MESSAGE("mean lag " << lag / compared << ", predicted " << predicted_lag / compared);
    CHECK(std::abs(predicted_lag) < std::abs(lag));
}

TEST_CASE("live parameters do not restart the pipeline") {
    SquareScene scene;
    scene.learn_background();
    for (int i = 0; i < 60; ++i) scene.show_square(0.2 + i * 0.004, 0.5);
    REQUIRE(scene.chop.value("p1_state") == 1.0f);
    const float id = scene.chop.value("p1_id");
    for (int i = 0; i < 60; ++i) {
        scene.chop.set("Confidence", 0.2 + 0.005 * i);
        scene.chop.set("Smoothing", i % 2 ? 0.3 : 0.0);
        scene.chop.set("Persistence", 1000.0 + i);
        scene.chop.set("Slots", 4.0 + i % 3);
        scene.show_square(0.44 + i * 0.003, 0.5);
    }
    CHECK(scene.chop.value("p1_state") == 1.0f);
    CHECK(scene.chop.value("p1_id") == id);
    CHECK(scene.chop.value("p1_generation") == 1.0f);
    CHECK(scene.chop.warning == "");
}

TEST_CASE("Reset Slots reassigns the slots") {
    SquareScene scene;
    scene.learn_background();
    for (int i = 0; i < 60; ++i) scene.show_square(0.2 + i * 0.004, 0.5);
    REQUIRE(scene.chop.value("p1_generation") == 1.0f);
    scene.chop.pulse("Resetslots");
    for (int i = 0; i < 20; ++i) scene.show_square(0.44 + i * 0.004, 0.5);
    CHECK(scene.chop.value("p1_generation") == 2.0f);
    CHECK(scene.chop.value("p1_state") == 1.0f);
}
