// A TOP of the network as source: still pictures, and pictures that do not come.

#include "plugin_test.h"

#include <algorithm>

using namespace plugin_test;

namespace {

// A CHOP that tracks in a TOP with one picture that never changes.
struct StillScene {
    SourceTop source{next_id()};
    ChopNode chop{chop_plugin(), next_id()};

    explicit StillScene(std::shared_ptr<const Picture> picture) {
        chop.set("Source", std::string("top"));
        chop.inputs.top = &source;
        source.show(std::move(picture));
    }

    float frames() { return chop.info_channels["frames"]; }

    // Whether frames go on being processed.
    bool is_processed() {
        const float before = frames();
        return cook_until(chop, [&] { return frames() > before + 3; });
    }
};

// A frame of the movie of the environment, with people in it; NULL when there is no movie.
std::shared_ptr<const Picture> frame_with_people() {
    const std::string video = variable("REXTRACK_TD_VIDEO");
    if (video.empty()) return nullptr;
    TopNode film(top_plugin(), next_id());
    film.set("Source", std::string("file"));
    film.set("File", video);
    film.set("Model", std::string("builtin:motion"));
    film.set("Show", std::string("plain"));
    if (!cook_until(film, [&] { return film.output.uploads > 3; })) return nullptr;
    auto picture = std::make_shared<Picture>(film.output.width, film.output.height, 0);
    const std::size_t row = std::size_t{picture->width} * 4;
    // The top row was first.
    for (std::size_t y = 0; y < picture->height; ++y)
        std::copy_n(film.output.pixels.begin() + static_cast<std::ptrdiff_t>(y * row), row,
                    picture->pixels.begin() +
                        static_cast<std::ptrdiff_t>((picture->height - 1 - y) * row));
    return picture;
}

} // namespace

TEST_CASE("a still TOP is processed, and again after Restart and after a change of the source") {
    StillScene scene(std::make_shared<Picture>(320, 200, 90));
    scene.chop.set("Model", std::string("builtin:motion"));
    CHECK(scene.is_processed());
    CHECK(scene.chop.warning == "");
    CHECK(scene.chop.error == "");

    scene.chop.pulse("Restart");
    REQUIRE(cook_until(scene.chop, [&] { return scene.frames() < 3; }));
    CHECK(scene.is_processed());

    scene.chop.set("Source", std::string("stream"));
    REQUIRE(cook_until(scene.chop, [&] { return scene.chop.warning != ""; }));
    scene.chop.set("Source", std::string("top"));
    CHECK(scene.is_processed());
    CHECK(cook_until(scene.chop, [&] { return scene.chop.warning == ""; }));
}

TEST_CASE("a still TOP is downloaded some times a second, and not in every cook") {
    StillScene scene(std::make_shared<Picture>(320, 200, 90));
    scene.chop.set("Model", std::string("builtin:motion"));
    const Clock::time_point begin = Clock::now();
    int cooks = 0;
    CHECK(cook_until(scene.chop, [&] { return ++cooks >= 90; }));
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    CHECK(scene.source.downloads() >= 2);
    CHECK(scene.source.downloads() <= seconds * 10 + 1);
}

TEST_CASE("a TOP that cooks rarely is downloaded once for each of its pictures") {
    auto picture = std::make_shared<Picture>(320, 200, 90);
    StillScene scene(picture);
    scene.chop.set("Model", std::string("builtin:motion"));
    // From the second picture on the rate is known.
    const auto show_for = [&](std::chrono::milliseconds time) {
        scene.source.show(picture);
        const Clock::time_point end = Clock::now() + time;
        while (Clock::now() < end) {
            scene.chop.cook();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    };
    show_for(std::chrono::milliseconds(200));
    show_for(std::chrono::milliseconds(200));
    const int before = scene.source.downloads();
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < 5; ++i) show_for(std::chrono::milliseconds(200));
    // A machine that was too busy to cook in time proves nothing.
    if (Clock::now() - begin < std::chrono::milliseconds(1150))
        CHECK(scene.source.downloads() - before == 5);
}

TEST_CASE("people in a still TOP are tracked and keep their slots") {
    const auto picture = frame_with_people();
    if (!picture) {
        MESSAGE("skipped: REXTRACK_TD_VIDEO is not set");
        return;
    }
    StillScene scene(picture);
    if (!set_people_model(scene.chop)) return;
    CHECK(cook_until(scene.chop, [&] { return scene.chop.value("count") >= 3.0f; }));
    const float id = scene.chop.value("p1_id");
    const float frames = scene.frames();
    // For longer than the persistence of a second.
    CHECK(cook_until(scene.chop, [&] { return scene.frames() > frames + 15; }));
    CHECK(scene.chop.value("p1_state") == 1.0f);
    CHECK(scene.chop.value("p1_id") == id);
    CHECK(scene.chop.value("p1_generation") == 1.0f);
}

TEST_CASE("a TOP without a picture is a warning, which ends when the picture comes back") {
    auto picture = std::make_shared<Picture>(320, 200, 90);
    StillScene scene(picture);
    scene.chop.set("Model", std::string("builtin:motion"));
    REQUIRE(scene.is_processed());
    scene.source.fail();
    CHECK(cook_until(scene.chop, [&] {
        return contains(scene.chop.warning, message::no_picture_from_top);
    }));
    CHECK(scene.chop.error == "");
    scene.source.show(picture);
    CHECK(cook_until(scene.chop, [&] { return scene.chop.warning == ""; }));
}

TEST_CASE("a TOP may change its size, and another TOP may take its place") {
    StillScene scene(std::make_shared<Picture>(320, 200, 90));
    scene.chop.set("Model", std::string("builtin:motion"));
    const auto has_size = [&](float width, float height) {
        return cook_until(scene.chop, [&] {
            return scene.chop.info_channels["frame_width"] == width &&
                   scene.chop.info_channels["frame_height"] == height;
        });
    };
    CHECK(has_size(320, 200));
    for (const uint32_t width : {641u, 1u, 1280u}) {
        scene.source.show(std::make_shared<Picture>(width, width + 2, 90));
        CHECK(has_size(static_cast<float>(width), static_cast<float>(width + 2)));
    }
    // The other TOP has cooked as often, and stands still, too.
    SourceTop other(next_id());
    for (int i = 0; i < 4; ++i) other.show(std::make_shared<Picture>(160, 100, 90));
    REQUIRE(other.totalCooks == scene.source.totalCooks);
    for (int i = 0; i < 3; ++i) {
        scene.chop.inputs.top = &other;
        CHECK(has_size(160, 100));
        scene.chop.inputs.top = &scene.source;
        CHECK(has_size(1280, 1282));
    }
    CHECK(scene.chop.warning == "");
    CHECK(scene.is_processed());
}
