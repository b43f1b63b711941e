// The real plugins in a host of our own. Environment:
//   REXTRACK_TD_PLUGINS  the folder with the plugins and the Rust library
//   REXTRACK_TD_VIDEO    a movie with people in it (its tests are left out without one)
//   REXTRACK_TD_MODELS   a folder with a model that finds people (likewise)
//   REXTRACK_TD_MODEL    the model's name

#include "host.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <unistd.h>

using namespace host;

namespace {

constexpr auto frame = std::chrono::microseconds(16667);
constexpr auto patience = std::chrono::seconds(60);

uint32_t next_id() {
    static uint32_t id = 100;
    return ++id;
}

// Cooks at 60 Hz until it is so.
template <class Node, class Done> bool until(Node &node, Done done) {
    const auto deadline = Clock::now() + patience;
    while (Clock::now() < deadline) {
        node.cook();
        if (done()) return true;
        std::this_thread::sleep_for(frame);
    }
    return false;
}

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

// A CHOP that tracks what moves in a TOP.
struct Stage {
    Top source{next_id()};
    Chop chop{chop_plugin(), next_id()};
    int frames = 0;

    Stage() {
        chop.set("Source", std::string("top"));
        chop.set("Model", std::string("builtin:motion"));
        chop.set("Persistence", 1000.0);
        chop.set("Slots", 4.0);
        chop.inputs.top = &source;
    }

    // One frame of TouchDesigner's, with a white square or without.
    void show(bool square, double x, double y, double side = 0.15) {
        auto picture = std::make_shared<Picture>(640, 360, 90);
        if (square) picture->paint(x, y, side * 360 / 640, side);
        source.show(picture);
        chop.cook();
        ++frames;
        std::this_thread::sleep_for(frame);
    }

    // The empty stage, until the detector knows it.
    void settle() {
        const auto deadline = Clock::now() + patience;
        while (chop.info_channels["frames"] < 15 && Clock::now() < deadline) show(false, 0, 0);
    }
};

int threads() {
    int count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/task"))
        count += !entry.path().empty();
    return count;
}

int descriptors() {
    int count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        count += !entry.path().empty();
    return count;
}

std::string variable(const char *name) {
    const char *value = std::getenv(name);
    return value ? value : "";
}

} // namespace

TEST_CASE("the operators are described as TouchDesigner wants them") {
    Description chop;
    TD::CHOP_PluginInfo chop_info{};
    chop.lend(chop_info.customOPInfo);
    chop_plugin().entry<FILLCHOPPLUGININFO>("FillCHOPPluginInfo")(&chop_info);
    CHECK(chop_info.apiVersion == TD::CHOPCPlusPlusAPIVersion);
    Description top;
    TD::TOP_PluginInfo top_info{};
    top.lend(top_info.customOPInfo);
    top_plugin().entry<FILLTOPPLUGININFO>("FillTOPPluginInfo")(&top_info);
    CHECK(top_info.apiVersion == TD::TOPCPlusPlusAPIVersion);
    CHECK(top_info.executeMode == TD::TOP_ExecuteMode::CPUMem);
    for (const Description *one : {&chop, &top}) {
        CHECK(one->type.value == "Rextrack");
        CHECK(one->icon.value.size() == 3);
        CHECK_FALSE(one->label.value.empty());
        CHECK_FALSE(one->author.value.empty());
        CHECK(has(one->email.value, "@"));
    }
}

TEST_CASE("parameters stand on the pages that artists know") {
    const Chop chop(chop_plugin(), next_id());
    std::vector<std::string> pages;
    for (const std::string &name : chop.inputs.parameters.order) {
        const std::string &page = chop.inputs.par(name.c_str()).page;
        if (pages.empty() || pages.back() != page) pages.push_back(page);
    }
    CHECK(pages == std::vector<std::string>{"Source", "Model", "Tracking", "Slots", "Output",
                                            "Advanced"});
    CHECK(chop.inputs.par("Restart").is_pulse);
    CHECK(chop.inputs.par("Resetslots").is_pulse);
    CHECK_THROWS(chop.inputs.par("Chop"));
}

TEST_CASE("channels are there at the first cook and depend on parameters alone") {
    Chop chop(chop_plugin(), next_id());
    chop.cook();
    CHECK(chop.names.front() == "p1_x");
    CHECK(chop.names.size() == 10 * 7 + 1);
    CHECK(chop.value("p10_state") == 0.0f);
    chop.set("Slots", 3.0);
    chop.set("Age", 1.0);
    chop.cook();
    CHECK(chop.names.size() == 3 * 8 + 1);
}

TEST_CASE("a square that moves in a TOP is followed, held, and known again") {
    Stage stage;
    stage.chop.set("Predict", 0.0);
    stage.settle();
    CHECK(stage.chop.error == "");
    CHECK(stage.chop.warning == "");
    const auto y = [](double x) { return 0.5 + 0.2 * std::sin(x * 6); };
    double x = 0.2, worst = 0;
    int followed = 0;
    const auto walk = [&](int steps, double by) {
        for (int i = 0; i < steps; ++i) {
            x += by;
            stage.show(true, x, y(x));
        }
    };
    walk(90, 0.004);
    REQUIRE(stage.chop.value("p1_state") == 1.0f);
    const float generation = stage.chop.value("p1_gen"), id = stage.chop.value("p1_id");
    CHECK(generation == 1.0f);
    for (int i = 0; i < 60; ++i) {
        walk(1, i < 30 ? 0.003 : -0.003);
        worst = std::max({worst, std::abs(stage.chop.value("p1_x") - x),
                          std::abs(stage.chop.value("p1_y") - y(x))});
        followed += stage.chop.value("p1_state") == 1.0f;
    }
    MESSAGE("p1 is off by at most " << worst << " of the frame");
    CHECK(worst < 0.03);
    CHECK(followed >= 55);

    // Gone for less than the persistence.
    for (int i = 0; i < 20; ++i) stage.show(false, 0, 0);
    CHECK(stage.chop.value("p1_state") == 2.0f);
    walk(20, 0.0);
    CHECK(stage.chop.value("p1_state") == 1.0f);
    CHECK(stage.chop.value("p1_gen") == generation);
    CHECK(stage.chop.value("p1_id") == id);

    // Gone for longer.
    const auto deadline = Clock::now() + patience;
    while (stage.chop.value("p1_state") != 0.0f && Clock::now() < deadline)
        stage.show(false, 0, 0);
    CHECK(stage.chop.value("p1_state") == 0.0f);
    for (int i = 0; i < 10; ++i) stage.show(false, 0, 0);
    walk(60, 0.003);
    CHECK(stage.chop.value("p1_state") == 1.0f);
    CHECK(stage.chop.value("p1_gen") == generation + 1);
}

TEST_CASE("prediction shows the square where it is, not where it was") {
    // Two nodes on one TOP, the same cooks: only one predicts.
    Stage stage;
    Chop predicting(chop_plugin(), next_id());
    for (const char *name : {"Source", "Model"})
        predicting.set(name, stage.chop.inputs.par(name).text);
    predicting.inputs.top = &stage.source;
    stage.chop.set("Predict", 0.0);
    const auto deadline = Clock::now() + patience;
    while ((stage.chop.info_channels["frames"] < 15 ||
            predicting.info_channels["frames"] < 15) && Clock::now() < deadline) {
        stage.show(false, 0, 0);
        predicting.cook();
    }
    double behind = 0, ahead = 0;
    int counted = 0;
    for (int i = 0; i < 120; ++i) {
        const double x = 0.15 + i * 0.005;
        stage.show(true, x, 0.5);
        predicting.cook();
        if (i < 60 || stage.chop.value("p1_state") != 1.0f ||
            predicting.value("p1_state") != 1.0f)
            continue;
        behind += x - stage.chop.value("p1_x");
        ahead += x - predicting.value("p1_x");
        ++counted;
    }
    REQUIRE(counted > 20);
    MESSAGE("mean lag " << behind / counted << ", predicted " << ahead / counted);
    CHECK(std::abs(ahead) < std::abs(behind));
}

TEST_CASE("a live parameter restarts nothing") {
    Stage stage;
    stage.settle();
    for (int i = 0; i < 60; ++i) stage.show(true, 0.2 + i * 0.004, 0.5);
    REQUIRE(stage.chop.value("p1_state") == 1.0f);
    const float id = stage.chop.value("p1_id");
    for (int i = 0; i < 60; ++i) {
        stage.chop.set("Confidence", 0.2 + 0.005 * i);
        stage.chop.set("Smoothing", i % 2 ? 0.3 : 0.0);
        stage.chop.set("Persistence", 1000.0 + i);
        stage.chop.set("Slots", 4.0 + i % 3);
        stage.show(true, 0.44 + i * 0.003, 0.5);
    }
    CHECK(stage.chop.value("p1_state") == 1.0f);
    CHECK(stage.chop.value("p1_id") == id);
    CHECK(stage.chop.value("p1_gen") == 1.0f);
    CHECK(stage.chop.warning == "");
}

TEST_CASE("the slots are given out anew at a pulse") {
    Stage stage;
    stage.settle();
    for (int i = 0; i < 60; ++i) stage.show(true, 0.2 + i * 0.004, 0.5);
    REQUIRE(stage.chop.value("p1_gen") == 1.0f);
    stage.chop.pulse("Resetslots");
    for (int i = 0; i < 20; ++i) stage.show(true, 0.44 + i * 0.004, 0.5);
    CHECK(stage.chop.value("p1_gen") == 2.0f);
    CHECK(stage.chop.value("p1_state") == 1.0f);
}

TEST_CASE("errors and warnings say what is wrong and what to do") {
    Chop chop(chop_plugin(), next_id());
    chop.set("Model", std::string("builtin:motion"));
    CHECK(until(chop, [&] { return has(chop.error, "Address is empty: enter"); }));

    SUBCASE("a model that is not there") {
        chop.set("Address", std::string("rtsp://127.0.0.1:9/x"));
        chop.set("Model", std::string("no_such_model"));
        CHECK(until(chop, [&] { return has(chop.error, "no_such_model"); }));
        INFO(chop.error);
        CHECK(has(chop.error, "/models"));
        CHECK(has(chop.error, "choose a Model from the menu"));
    }
    SUBCASE("an ONNX Runtime that is not there") {
        const std::string models = variable("REXTRACK_TD_MODELS");
        if (models.empty()) {
            MESSAGE("left out: no REXTRACK_TD_MODELS");
            return;
        }
        chop.set("Source", std::string("top"));
        chop.set("Modelsfolder", models);
        chop.set("Model", variable("REXTRACK_TD_MODEL"));
        chop.set("Onnxruntime", std::string("/nowhere/libonnxruntime.so"));
        CHECK(until(chop, [&] { return has(chop.error, "/nowhere/libonnxruntime.so"); }));
        CHECK(has(chop.error, "put ONNX Runtime into " + plugins()));
    }
    SUBCASE("a camera that cannot be reached is a warning, and its password is nowhere") {
        chop.set("Address", std::string("rtsp://127.0.0.1:9/x"));
        chop.set("User", std::string("me"));
        chop.set("Password", std::string("hush-hush"));
        CHECK(until(chop, [&] { return has(chop.warning, "cannot be opened yet"); }));
        INFO(chop.warning);
        CHECK(chop.error == "");
        CHECK(has(chop.fact("source"), "127.0.0.1:9"));
        std::string everything = chop.warning + chop.popup;
        for (const auto &row : chop.info_table)
            for (const auto &cell : row) everything += cell;
        for (const auto &name : chop.names) everything += name;
        CHECK_FALSE(has(everything, "hush"));
    }
    SUBCASE("a setting that is wrong leaves what runs as it is") {
        chop.set("Address", std::string("rtsp://127.0.0.1:9/x"));
        CHECK(until(chop, [&] { return chop.error.empty() && chop.fact("status") != "not running"; }));
        chop.set("Settings", std::string("{\"tracking\": {\"confidense\": 1}}"));
        CHECK(until(chop, [&] { return has(chop.warning, "did you mean confidence"); }));
        CHECK(has(chop.warning, "the settings before are still in force"));
        CHECK(chop.error == "");
        chop.set("Settings", std::string("{\"tracking\": {\"confidence\": 0.5}}"));
        CHECK(until(chop, [&] { return !has(chop.warning, "confidense"); }));
    }
    SUBCASE("a graphics card that is not there is a warning, and the CPU works") {
        const std::string models = variable("REXTRACK_TD_MODELS");
        if (models.empty()) {
            MESSAGE("left out: no REXTRACK_TD_MODELS");
            return;
        }
        chop.set("Source", std::string("top"));
        chop.set("Modelsfolder", models);
        chop.set("Model", variable("REXTRACK_TD_MODEL"));
        chop.set("Device", std::string("cuda:7"));
        CHECK(until(chop, [&] { return has(chop.warning, "runs on the CPU"); }));
        INFO(chop.warning, chop.error);
        CHECK(until(chop, [&] { return chop.fact("device") == "cpu"; }));
        CHECK(chop.error == "");
    }
    SUBCASE("a TOP that is not there") {
        chop.set("Source", std::string("top"));
        CHECK(until(chop, [&] { return has(chop.warning, "there is no such TOP"); }));
    }
}

TEST_CASE("a plugin without its library says which file is missing") {
    const auto folder = std::filesystem::temp_directory_path() /
                        ("rextrack-td-bare-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(plugins() + "/RextrackCHOP.so", folder / "RextrackCHOP.so",
                               std::filesystem::copy_options::overwrite_existing);
    {
        const Plugin bare((folder / "RextrackCHOP.so").string());
        Chop chop(bare, next_id());
        CHECK(until(chop, [&] { return !chop.error.empty(); }));
        CHECK(has(chop.error, (folder / "librextrack.so").string() + " is missing; install"));
        CHECK(chop.names.size() == 71);
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("the menu lists the models of the folder") {
    const std::string models = variable("REXTRACK_TD_MODELS");
    Chop chop(chop_plugin(), next_id());
    if (!models.empty()) chop.set("Modelsfolder", models);
    const auto names = [&] { return chop.menu("Model"); };
    CHECK(until(chop, [&] { return names().size() >= (models.empty() ? 1u : 2u); }));
    CHECK(names().front() == "builtin:motion");
    if (!models.empty()) {
        const auto all = names();
        CHECK(std::count(all.begin(), all.end(), variable("REXTRACK_TD_MODEL")) == 1);
    }
}

TEST_CASE("parameters that mean nothing are grey") {
    Chop chop(chop_plugin(), next_id());
    chop.set("Source", std::string("file"));
    chop.cook();
    CHECK(chop.inputs.par("File").is_enabled);
    CHECK_FALSE(chop.inputs.par("Address").is_enabled);
    CHECK_FALSE(chop.inputs.par("Roi").is_enabled);
}

TEST_CASE("a TOP shows the picture of a CHOP, plain, with boxes, and as a mask") {
    Stage stage;
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = stage.chop.as_input();
    top.set("Show", std::string("plain"));
    stage.settle();
    const auto walk = [&](auto done) {
        const auto deadline = Clock::now() + patience;
        for (int i = 0; Clock::now() < deadline; ++i) {
            const double x = 0.5 + 0.3 * std::sin(i * 0.02);
            stage.show(true, x, 0.5, 0.3);
            top.cook();
            if (done()) return true;
        }
        return false;
    };
    CHECK(walk([&] { return top.output.uploads > 5; }));
    CHECK(top.error == "");
    CHECK(top.warning == "");
    CHECK(top.output.width == 640);
    CHECK(top.output.height == 360);
    CHECK(top.output.format == TD::OP_PixelFormat::BGRA8Fixed);
    CHECK(top.output.first == TD::TOP_FirstPixel::TopLeft);
    const auto colours = [&] {
        int count = 0;
        const auto &p = top.output.pixels;
        for (std::size_t i = 0; i + 3 < p.size(); i += 4)
            count += p[i] != p[i + 1] || p[i + 1] != p[i + 2];
        return count;
    };
    CHECK(colours() == 0);
    top.set("Show", std::string("annotated"));
    CHECK(walk([&] { return stage.chop.value("p1_state") == 1.0f && colours() > 100; }));

    top.set("Show", std::string("mask"));
    CHECK(walk([&] { return top.output.format == TD::OP_PixelFormat::Mono8Fixed; }));
    const auto white = [&] {
        return static_cast<double>(std::count(top.output.pixels.begin(), top.output.pixels.end(),
                                              255)) / (640 * 360);
    };
    CHECK(walk([&] { return white() > 0.02 && white() < 0.2; }));
}

TEST_CASE("a TOP that looks at a node which tracks nothing says so") {
    Chop chop(chop_plugin(), next_id());
    chop.set("Active", 0.0);
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = chop.as_input();
    CHECK(until(top, [&] { return has(top.warning, "that node tracks nothing"); }));
    CHECK(top.error == "");
}

TEST_CASE("a TOP has a source of its own, or what is wired to it") {
    Top source(next_id());
    TopNode top(top_plugin(), next_id());
    top.set("Source", std::string("top"));
    top.set("Model", std::string("builtin:motion"));
    top.set("Show", std::string("plain"));
    top.inputs.wired = &source;
    auto picture = std::make_shared<Picture>(320, 200, 40);
    picture->paint(0.25, 0.25, 0.5, 0.5);
    source.show(picture);
    CHECK(until(top, [&] {
        source.show(picture);
        return top.output.uploads > 0;
    }));
    // White at the top left, grey at the bottom right: the picture stands upright.
    REQUIRE(top.output.pixels.size() == 320 * 200 * 4);
    CHECK(top.output.pixels[(10 * 320 + 10) * 4] == 255);
    CHECK(top.output.pixels[(190 * 320 + 310) * 4] == 40);
}

namespace {

// What the library logs. Lines come from its threads.
struct Log {
    std::mutex lock;
    std::vector<std::string> lines;

    Log() { set(&take, this); }
    ~Log() { set(nullptr, nullptr); }

    std::size_t count(const std::string &part) {
        std::lock_guard<std::mutex> guard(lock);
        return static_cast<std::size_t>(std::count_if(
            lines.begin(), lines.end(), [&](const std::string &line) { return has(line, part); }));
    }

private:
    using Callback = void (*)(int32_t, const char *, void *);

    static void take(int32_t, const char *line, void *user) {
        Log &log = *static_cast<Log *>(user);
        std::lock_guard<std::mutex> guard(log.lock);
        log.lines.push_back(line);
    }

    // The library is in the process once a node has cooked.
    static void set(Callback callback, void *user) {
        void *library = dlopen((plugins() + "/librextrack.so").c_str(), RTLD_NOW | RTLD_LOCAL);
        REQUIRE(library != nullptr);
        using SetLog = int32_t (*)(int32_t, Callback, void *);
        reinterpret_cast<SetLog>(dlsym(library, "rextrack_set_log"))(3, callback, user);
        dlclose(library);
    }
};

} // namespace

TEST_CASE("a movie is tracked with a real model, and nodes share it") {
    const std::string video = variable("REXTRACK_TD_VIDEO"), models = variable("REXTRACK_TD_MODELS");
    if (video.empty() || models.empty()) {
        MESSAGE("left out: no REXTRACK_TD_VIDEO or no REXTRACK_TD_MODELS");
        return;
    }
    const std::string file = variable("REXTRACK_TD_MODEL") + ".onnx";
    Log log;
    Chop first(chop_plugin(), next_id()), second(chop_plugin(), next_id());
    TopNode top(top_plugin(), next_id());
    for (Chop *chop : {&first, &second}) {
        chop->set("Source", std::string("file"));
        chop->set("File", video);
        chop->set("Modelsfolder", models);
        chop->set("Model", variable("REXTRACK_TD_MODEL"));
        chop->set("Classes", std::string("person"));
        CHECK(until(*chop, [&] {
            return chop->value("p1_state") == 1.0f && has(chop->fact("model"), file);
        }));
        CHECK(chop->error == "");
    }
    CHECK(first.fact("model") == second.fact("model"));
    CHECK(first.fact("device") == "cpu");
    CHECK(first.info_table[1][5] == "person");
    top.inputs.chop = first.as_input();
    CHECK(until(top, [&] { return top.output.uploads > 2; }));
    // One model for two pipelines, and no third pipeline for the TOP.
    CHECK(log.count(file + " is loaded already, and shared") == 1);
    CHECK(log.count(file + " on cpu") == 2);
}

TEST_CASE("a hundred nodes leave nothing behind") {
    const auto life = [](bool cooks) {
        Top source(next_id());
        auto picture = std::make_shared<Picture>(320, 200, 40);
        std::unique_ptr<Chop> chop = std::make_unique<Chop>(chop_plugin(), next_id());
        std::unique_ptr<TopNode> top = std::make_unique<TopNode>(top_plugin(), next_id());
        chop->set("Source", std::string("top"));
        chop->set("Model", std::string("builtin:motion"));
        chop->inputs.top = &source;
        top->inputs.chop = chop->as_input();
        for (int i = 0; cooks && i < 4; ++i) {
            source.show(picture);
            chop->cook();
            top->cook();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        // In either order, as artists delete them.
        if (next_id() % 2) top.reset();
        chop.reset();
    };
    life(true);
    const int threads_before = threads(), descriptors_before = descriptors(),
              objects_before = live_objects();
    for (int i = 0; i < 50; ++i) life(i % 5 != 0);
    CHECK(threads() == threads_before);
    CHECK(descriptors() == descriptors_before);
    CHECK(live_objects() == objects_before);
    CHECK(objects_before == 0);
}
