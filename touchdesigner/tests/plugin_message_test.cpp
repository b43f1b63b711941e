// Errors and warnings of the nodes.

#include "plugin_test.h"

#include <doctest/doctest.h>

using namespace plugin_test;

namespace {

// A CHOP whose Address is empty.
struct MotionChop : ChopNode {
    MotionChop() : ChopNode(chop_plugin(), next_id()) {
        set("Model", std::string("builtin:motion"));
    }

    // Starts to connect to an address at which nothing listens.
    void connect() { set("Address", std::string("rtsp://127.0.0.1:9/x")); }
};

// Uses the people model of the environment. False when there is none.
bool set_people_model(ChopNode &chop) {
    const std::string models = variable("REXTRACK_TD_MODELS");
    if (models.empty()) {
        MESSAGE("skipped: REXTRACK_TD_MODELS is not set");
        return false;
    }
    chop.set("Source", std::string("top"));
    chop.set("Modelsfolder", models);
    chop.set("Model", variable("REXTRACK_TD_MODEL"));
    return true;
}

} // namespace

TEST_CASE("an empty address is a warning") {
    MotionChop chop;
    CHECK(cook_until(chop, [&] { return chop.warning == message::address_is_empty; }));
    CHECK(chop.error == "");
}

TEST_CASE("a missing model is a warning with its name, folder and remedy") {
    MotionChop chop;
    chop.connect();
    chop.set("Model", std::string("no_such_model"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, "no_such_model"); }));
    INFO(chop.warning);
    CHECK(contains(chop.warning, "/models"));
    CHECK(contains(chop.warning, message::choose_a_model));
    CHECK(chop.error == "");
}

TEST_CASE("a missing ONNX Runtime is a warning with its path and the remedy") {
    MotionChop chop;
    if (!set_people_model(chop)) return;
    chop.set("Onnxruntime", std::string("/nowhere/libonnxruntime.so"));
    CHECK(cook_until(chop,
                     [&] { return contains(chop.warning, "/nowhere/libonnxruntime.so"); }));
    CHECK(contains(chop.warning, message::put_runtime_into + plugin_folder()));
    CHECK(chop.error == "");
}

TEST_CASE("an unreachable camera is a warning, and no text shows its password") {
    MotionChop chop;
    chop.connect();
    chop.set("User", std::string("me"));
    chop.set("Password", std::string("hush-hush"));
    CHECK(cook_until(chop,
                     [&] { return contains(chop.warning, message::source_cannot_be_opened); }));
    INFO(chop.warning);
    CHECK(chop.error == "");
    CHECK(contains(chop.info_field("source"), "127.0.0.1:9"));
    std::string all_texts = chop.warning + chop.popup;
    for (const auto &row : chop.info_table)
        for (const auto &cell : row) all_texts += cell;
    for (const auto &name : chop.names) all_texts += name;
    CHECK_FALSE(contains(all_texts, "hush"));
}

TEST_CASE("a wrong setting is a warning, and the previous settings stay in force") {
    MotionChop chop;
    chop.connect();
    CHECK(cook_until(chop, [&] { return contains(chop.info_field("source"), "127.0.0.1"); }));
    chop.set("Settings", std::string("{\"tracking\": {\"confidense\": 1}}"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, "confidense"); }));
    CHECK(contains(chop.warning, message::previous_settings_stay));
    CHECK(chop.error == "");
    chop.set("Settings", std::string("{\"tracking\": {\"confidence\": 0.5}}"));
    CHECK(cook_until(chop, [&] { return !contains(chop.warning, "confidense"); }));
}

TEST_CASE("an unusable GPU is a warning, and the CPU runs the model") {
    MotionChop chop;
    if (!set_people_model(chop)) return;
    chop.set("Device", std::string("cuda:7"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, message::model_runs_on_cpu); }));
    INFO(chop.warning, chop.error);
    CHECK(cook_until(chop, [&] { return chop.info_field("device") == "cpu"; }));
    CHECK(chop.error == "");
}

TEST_CASE("a GPU that turns out to be unusable while the node runs is a warning") {
    MotionChop chop;
    if (!set_people_model(chop)) return;
    chop.set("Device", std::string("cpu"));
    CHECK(cook_until(chop, [&] { return chop.info_field("device") == "cpu"; }));
    CHECK_FALSE(contains(chop.warning, message::model_runs_on_cpu));
    chop.set("Device", std::string("cuda:7"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, message::model_runs_on_cpu); }));
    INFO(chop.warning);
    CHECK(contains(chop.warning, "cuda:7"));
    CHECK_FALSE(contains(chop.warning, message::previous_settings_stay));
    CHECK(chop.error == "");
    chop.set("Device", std::string("cpu"));
    CHECK(cook_until(chop,
                     [&] { return !contains(chop.warning, message::model_runs_on_cpu); }));
}

TEST_CASE("a missing TOP is a warning of the CHOP and of the TOP") {
    MotionChop chop;
    chop.set("Source", std::string("top"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, message::top_is_missing); }));
    TopNode top(top_plugin(), next_id());
    top.set("Source", std::string("top"));
    CHECK(cook_until(
        top, [&] { return contains(top.warning, message::top_is_missing_or_unwired); }));
}

TEST_CASE("an unknown name in More Axes is a warning") {
    MotionChop chop;
    chop.connect();
    chop.set("Moreaxes", std::string("life tempo"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, message::more_axes_has_no); }));
    CHECK(contains(chop.warning, "tempo"));
    CHECK(chop.error == "");
}

TEST_CASE("a TOP warns if its CHOP does not track") {
    ChopNode chop(chop_plugin(), next_id());
    chop.set("Active", 0.0);
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = chop.as_input();
    CHECK(cook_until(top, [&] { return contains(top.warning, message::chop_tracks_nothing); }));
    CHECK(top.error == "");
}
