// Pictures of the Rextrack TOP.

#include "plugin_test.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace plugin_test;

TEST_CASE("a TOP shows the video of a CHOP plain, with boxes, or as a mask") {
    SquareScene scene;
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = scene.chop.as_input();
    top.set("Show", std::string("plain"));
    scene.learn_background();
    const auto move_square_until = [&](auto done) {
        const auto deadline = Clock::now() + timeout;
        for (int i = 0; Clock::now() < deadline; ++i) {
            const double x = 0.5 + 0.3 * std::sin(i * 0.02);
            scene.show_square(x, 0.5, 0.3);
            top.cook();
            if (done()) return true;
        }
        return false;
    };
    CHECK(move_square_until([&] { return top.output.uploads > 5; }));
    CHECK(top.error == "");
    CHECK(top.warning == "");
    CHECK(top.popup == message::shows_chop);
    CHECK(top.info_field("status") == message::shows_chop);
    CHECK(top.output.width == 640);
    CHECK(top.output.height == 360);
    CHECK(top.output.format == TD::OP_PixelFormat::BGRA8Fixed);
    CHECK(top.output.first == TD::TOP_FirstPixel::TopLeft);
    const auto coloured_pixels = [&] {
        int count = 0;
        const auto &p = top.output.pixels;
        for (std::size_t i = 0; i + 3 < p.size(); i += 4)
            count += p[i] != p[i + 1] || p[i + 1] != p[i + 2];
        return count;
    };
    CHECK(coloured_pixels() == 0);
    top.set("Show", std::string("annotated"));
    CHECK(move_square_until(
        [&] { return scene.has_value("p1_state", 1.0f) && coloured_pixels() > 100; }));

    top.set("Show", std::string("mask"));
    CHECK(move_square_until([&] { return top.output.format == TD::OP_PixelFormat::Mono8Fixed; }));
    const auto white_share = [&] {
        return static_cast<double>(std::count(top.output.pixels.begin(), top.output.pixels.end(),
                                              255)) / (640 * 360);
    };
    CHECK(move_square_until([&] { return white_share() > 0.02 && white_share() < 0.2; }));
}

TEST_CASE("a TOP shows each frame of a CHOP once, and follows the CHOP to its next pipeline") {
    SquareScene scene;
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = scene.chop.as_input();
    top.set("Show", std::string("plain"));
    const auto is_shown = [&] {
        const int before = top.output.uploads;
        return scene.show_background_until([&] {
            top.cook();
            return top.output.uploads > before;
        });
    };
    REQUIRE(is_shown());
    int uploads = 0, cooks_without = 0;
    CHECK(cook_until(top, [&] {
        cooks_without = top.output.uploads == uploads ? cooks_without + 1 : 0;
        uploads = top.output.uploads;
        return cooks_without == 15;
    }));

    scene.chop.set("Active", 0.0);
    CHECK(scene.show_background_until([&] {
        top.cook();
        return contains(top.warning, message::chop_tracks_nothing);
    }));
    scene.chop.set("Active", 1.0);
    CHECK(is_shown());
    CHECK(cook_until(top, [&] { return top.warning == ""; }));
}

TEST_CASE("a TOP without a CHOP tracks in the TOP that is connected to it") {
    SourceTop source(next_id());
    TopNode top(top_plugin(), next_id());
    top.set("Source", std::string("top"));
    top.set("Model", std::string("builtin:motion"));
    top.set("Show", std::string("plain"));
    top.inputs.connected = &source;
    auto picture = std::make_shared<Picture>(320, 200, 40);
    picture->paint(0.25, 0.25, 0.5, 0.5);
    source.show(picture);
    CHECK(cook_until(top, [&] {
        source.show(picture);
        return top.output.uploads > 0;
    }));
    // White at the top left, grey at the bottom right: the picture is not upside down.
    REQUIRE(top.output.pixels.size() == 320 * 200 * 4);
    CHECK(top.output.pixels[(10 * 320 + 10) * 4] == 255);
    CHECK(top.output.pixels[(190 * 320 + 310) * 4] == 40);
}

TEST_CASE("a TOP shows its picture again after a bypass, also when its source has ended") {
    SquareScene scene;
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = scene.chop.as_input();
    top.set("Show", std::string("plain"));
    REQUIRE(scene.show_background_until([&] {
        top.cook();
        return top.output.width > 0;
    }));
    // From here on no new frame comes: the CHOP does not cook.
    int uploads = -1;
    REQUIRE(cook_until(top, [&] {
        const bool is_quiet = uploads == top.output.uploads;
        uploads = top.output.uploads;
        return is_quiet;
    }));
    top.bypass();
    CHECK(top.output.width == 0);
    CHECK(cook_until(top, [&] { return top.output.width == 640; }));

    scene.chop.set("Active", 0.0);
    scene.chop.cook();
    REQUIRE(cook_until(top, [&] { return contains(top.warning, message::chop_tracks_nothing); }));
    top.bypass();
    CHECK(cook_until(top, [&] { return top.output.width == 640; }));
}

TEST_CASE("a TOP warns when its CHOP has lost its source") {
    ChopNode chop(chop_plugin(), next_id());
    chop.set("Source", std::string("file"));
    chop.set("File", std::string("/nowhere/show.mov"));
    chop.set("Model", std::string("builtin:motion"));
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = chop.as_input();
    CHECK(cook_until(top, [&] {
        chop.cook();
        return contains(top.warning, message::chop_source_is_lost);
    }));
    CHECK(top.error == "");
}
