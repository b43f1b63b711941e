// Description, parameters, channels and life of the nodes.

#include "plugin_test.h"
#include "temporary_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <unistd.h>

using namespace plugin_test;

namespace {

std::size_t entries_of(const char *folder) {
    const std::filesystem::directory_iterator begin(folder);
    return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

std::size_t thread_count() { return entries_of("/proc/self/task"); }

std::size_t descriptor_count() { return entries_of("/proc/self/fd"); }

} // namespace

TEST_CASE("both plugins describe their operator completely") {
    Description chop;
    TD::CHOP_PluginInfo chop_info{};
    chop.attach_to(chop_info.customOPInfo);
    chop_plugin().entry<FILLCHOPPLUGININFO>("FillCHOPPluginInfo")(&chop_info);
    CHECK(chop_info.apiVersion == TD::CHOPCPlusPlusAPIVersion);
    Description top;
    TD::TOP_PluginInfo top_info{};
    top.attach_to(top_info.customOPInfo);
    top_plugin().entry<FILLTOPPLUGININFO>("FillTOPPluginInfo")(&top_info);
    CHECK(top_info.apiVersion == TD::TOPCPlusPlusAPIVersion);
    CHECK(top_info.executeMode == TD::TOP_ExecuteMode::CPUMem);
    for (const Description *one : {&chop, &top}) {
        CHECK(one->type.value == "Rextrack");
        CHECK(one->icon.value.size() == 3);
        CHECK_FALSE(one->label.value.empty());
        CHECK_FALSE(one->author.value.empty());
        CHECK(contains(one->email.value, "@"));
    }
    for (const TD::OP_CustomOPInfo *info : {&chop_info.customOPInfo, &top_info.customOPInfo}) {
        CHECK(info->cookOnStart);
        CHECK(info->majorVersion == 0);
        CHECK(info->minorVersion >= 2);
    }
}

TEST_CASE("parameter pages follow the flow from source to output") {
    const ChopNode chop(chop_plugin(), next_id());
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

TEST_CASE("the first cook disables the parameters without effect") {
    ChopNode chop(chop_plugin(), next_id());
    chop.cook();
    for (const char *name : {"Address", "User", "Password", "Transport"})
        CHECK(chop.inputs.par(name).is_enabled);
    for (const char *name : {"File", "Loop", "Webcam", "Top", "Roi"})
        CHECK_FALSE(chop.inputs.par(name).is_enabled);
}

TEST_CASE("a new node with the same parameters enables those that an earlier one disabled") {
    ChopNode chop(chop_plugin(), next_id());
    chop.inputs.par("Address").is_enabled = false;
    chop.cook();
    CHECK(chop.inputs.par("Address").is_enabled);
}

TEST_CASE("a TOP that shows a CHOP disables the parameters of its own pipeline") {
    ChopNode chop(chop_plugin(), next_id());
    TopNode top(top_plugin(), next_id());
    top.cook();
    CHECK(top.inputs.par("Source").is_enabled);
    top.inputs.chop = chop.as_input();
    top.cook();
    for (const char *name : {"Source", "Address", "Model", "Slots", "Settings"})
        CHECK_FALSE(top.inputs.par(name).is_enabled);
    CHECK(top.inputs.par("Show").is_enabled);
    top.inputs.chop = nullptr;
    top.cook();
    CHECK(top.inputs.par("Source").is_enabled);
    CHECK_FALSE(top.inputs.par("File").is_enabled);
}

TEST_CASE("a node is created, cooked, asked and deleted on different threads") {
    auto scene = std::make_unique<SquareScene>();
    // TouchDesigner does not cook on its main thread on every system.
    for (int i = 0; i < 20; ++i)
        std::thread([&] { scene->show_square(0.3 + i * 0.01, 0.5); }).join();
    CHECK(scene->chop.names.size() == 4 * 7 + 1);
    std::thread([&] { CHECK(scene->show_background_until([&] {
        return scene->chop.info_channels["frames"] > 0; })); }).join();
    std::thread([&] { scene.reset(); }).join();
}

TEST_CASE("parameters without effect are disabled") {
    ChopNode chop(chop_plugin(), next_id());
    chop.set("Source", std::string("file"));
    chop.cook();
    CHECK(chop.inputs.par("File").is_enabled);
    CHECK_FALSE(chop.inputs.par("Address").is_enabled);
    CHECK_FALSE(chop.inputs.par("Roi").is_enabled);
}

TEST_CASE("the menu of Model lists the models of the folder") {
    const std::string models = variable("REXTRACK_TD_MODELS");
    ChopNode chop(chop_plugin(), next_id());
    if (!models.empty()) chop.set("Modelsfolder", models);
    const auto names = [&] { return chop.menu("Model"); };
    CHECK(cook_until(chop, [&] { return names().size() >= (models.empty() ? 1u : 2u); }));
    CHECK(names().front() == "builtin:motion");
    if (!models.empty()) {
        const auto all = names();
        CHECK(std::count(all.begin(), all.end(), variable("REXTRACK_TD_MODEL")) == 1);
    }
}

TEST_CASE("the menu of More Axes lists the library's axes without a toggle") {
    ChopNode chop(chop_plugin(), next_id());
    CHECK(cook_until(chop, [&] { return !chop.menu("Moreaxes").empty(); }));
    const auto names = chop.menu("Moreaxes");
    CHECK(std::count(names.begin(), names.end(), "life") == 1);
    CHECK(std::count(names.begin(), names.end(), "x") == 0);
}

TEST_CASE("channels exist at the first cook and depend on parameters alone") {
    ChopNode chop(chop_plugin(), next_id());
    chop.cook();
    CHECK(chop.names.front() == "p1_x");
    CHECK(chop.names.size() == 10 * 7 + 1);
    CHECK(chop.value("p10_state") == 0.0f);
    chop.set("Slots", 3.0);
    chop.set("Age", 1.0);
    chop.set("Presence", 1.0);
    chop.set("Moreaxes", std::string("life"));
    chop.cook();
    CHECK(chop.names.size() == 3 * 10 + 1);
    CHECK(chop.value("p3_life") == 0.0f);
}

TEST_CASE("with all toggles off there is still a channel") {
    ChopNode chop(chop_plugin(), next_id());
    for (const char *name : {"Position", "Size", "Identity", "Generation", "State", "Count"})
        chop.set(name, 0.0);
    chop.cook();
    CHECK(chop.names == std::vector<std::string>{"count"});
}

TEST_CASE("the menu of Webcam is never empty, and begins with a number") {
    ChopNode chop(chop_plugin(), next_id());
    chop.set("Source", std::string("webcam"));
    chop.cook();
    const auto names = chop.menu("Webcam");
    REQUIRE_FALSE(names.empty());
    CHECK(names.front().find_first_not_of("0123456789") == std::string::npos);
}

TEST_CASE("a model that is copied into the folder appears in the menu while the node runs") {
    const TemporaryFolder folder;
    ChopNode chop(chop_plugin(), next_id());
    chop.set("Modelsfolder", folder.path());
    REQUIRE(cook_until(chop, [&] { return chop.menu("Model").size() == 1; }));
    folder.write("new_model.onnx", "x");
    CHECK(cook_until(chop, [&] { return chop.menu("Model").back() == "new_model"; }));
}

TEST_CASE("a webcam's number can be typed") {
    ChopNode chop(chop_plugin(), next_id());
    chop.set("Source", std::string("webcam"));
    chop.set("Model", std::string("builtin:motion"));
    chop.set("Webcam", std::string("63"));
    CHECK(cook_until(chop, [&] { return contains(chop.info_field("source"), "webcam:63"); }));
    CHECK(chop.error == "");
}

TEST_CASE("a plugin without its library has all channels and reports the missing file") {
    const auto folder = std::filesystem::temp_directory_path() /
                        ("rextrack-td-without-library-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(plugin_folder() + "/RextrackCHOP.so", folder / "RextrackCHOP.so",
                               std::filesystem::copy_options::overwrite_existing);
    {
        const Plugin plugin((folder / "RextrackCHOP.so").string());
        ChopNode chop(plugin, next_id());
        CHECK(cook_until(chop, [&] { return !chop.error.empty(); }));
        CHECK(chop.error == (folder / "librextrack.so").string() + message::library_is_missing +
                                message::reinstall);
        CHECK(chop.names.size() == 71);
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("a hundred nodes leave no thread, file descriptor or object behind") {
    const auto create_and_delete = [](bool cooks, bool top_first) {
        SourceTop source(next_id());
        auto picture = std::make_shared<Picture>(320, 200, 40);
        std::unique_ptr<ChopNode> chop = std::make_unique<ChopNode>(chop_plugin(), next_id());
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
        if (top_first) top.reset();
        chop.reset();
    };
    create_and_delete(true, true);
    const auto threads = thread_count(), descriptors = descriptor_count();
    const int objects = live_objects();
    for (int i = 0; i < 50; ++i) create_and_delete(i % 5 != 0, i % 2 == 0);
    CHECK(thread_count() == threads);
    CHECK(descriptor_count() == descriptors);
    CHECK(live_objects() == objects);
    CHECK(objects == 0);
}
