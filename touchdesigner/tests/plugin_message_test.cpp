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

} // namespace

// An error would stop what is behind the node, so whatever a setting puts right is a warning.
void has_zeros_and_no_error(const ChopNode &chop) {
    CHECK(chop.error == "");
    CHECK(chop.names.size() == 71);
    for (float value : chop.values) CHECK(value == 0.0f);
}

TEST_CASE("an empty address is a warning, and all channels are zero") {
    MotionChop chop;
    CHECK(cook_until(chop, [&] { return chop.warning == message::address_is_empty; }));
    has_zeros_and_no_error(chop);
}

TEST_CASE("a movie that is not there is a warning with its path, and all channels are zero") {
    MotionChop chop;
    chop.set("Source", std::string("file"));
    chop.set("File", std::string("/nowhere/show.mov"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, "/nowhere/show.mov"); }));
    has_zeros_and_no_error(chop);
}

TEST_CASE("a missing model is a warning with its name, folder and remedy") {
    MotionChop chop;
    chop.connect();
    chop.set("Model", std::string("no_such_model"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, "no_such_model"); }));
    INFO(chop.warning);
    CHECK(contains(chop.warning, "/models"));
    CHECK(contains(chop.warning, message::choose_a_model));
    has_zeros_and_no_error(chop);
}

TEST_CASE("a missing ONNX Runtime is a warning with its path and the remedy") {
    MotionChop chop;
    if (!set_people_model(chop)) return;
    chop.set("Source", std::string("top"));
    chop.set("Onnxruntime", std::string("/nowhere/libonnxruntime.so"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, "/nowhere/libonnxruntime.so"); }));
    CHECK(contains(chop.warning, message::put_runtime_into + plugin_folder()));
    has_zeros_and_no_error(chop);
}

TEST_CASE("a settings file that is not there is a warning with its path") {
    MotionChop chop;
    chop.connect();
    chop.set("Settingsfile", std::string("/nowhere/settings.json"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, "/nowhere/settings.json"); }));
    has_zeros_and_no_error(chop);
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
    chop.set("Source", std::string("top"));
    chop.set("Device", std::string("cuda:7"));
    CHECK(cook_until(chop, [&] { return contains(chop.warning, message::model_runs_on_cpu); }));
    INFO(chop.warning, chop.error);
    CHECK(cook_until(chop, [&] { return chop.info_field("device") == "cpu"; }));
    CHECK(chop.error == "");
}

TEST_CASE("a GPU that turns out to be unusable while the node runs is a warning") {
    MotionChop chop;
    if (!set_people_model(chop)) return;
    chop.set("Source", std::string("top"));
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

TEST_CASE("a new model on an unusable GPU replaces the old one, on the CPU") {
    MotionChop chop;
    chop.set("Source", std::string("top"));
    CHECK(cook_until(chop, [&] { return chop.info_field("model") == "builtin:motion"; }));
    if (!set_people_model(chop)) return;
    chop.set("Device", std::string("cuda:7"));
    const std::string model = variable("REXTRACK_TD_MODEL");
    CHECK(cook_until(chop, [&] { return contains(chop.info_field("model"), model); }));
    CHECK(chop.info_field("device") == "cpu");
    CHECK(cook_until(chop, [&] { return contains(chop.warning, message::model_runs_on_cpu); }));
    INFO(chop.warning);
    CHECK_FALSE(contains(chop.warning, "unknown class"));
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

TEST_CASE("a TOP warns if its Rextrack CHOP is another node") {
    ChopNode chop(chop_plugin(), next_id());
    TopNode top(top_plugin(), next_id());
    // A Null has its own number, and is no custom operator.
    TD::OP_CHOPInput null = *chop.as_input();
    null.opId = next_id();
    null.customOP = nullptr;
    top.inputs.chop = &null;
    CHECK(cook_until(top, [&] { return contains(top.warning, message::chop_is_not_rextrack); }));
    CHECK(top.error == "");
}

TEST_CASE("a new TOP asks for its CHOP first") {
    TopNode top(top_plugin(), next_id());
    CHECK(cook_until(top, [&] { return contains(top.warning, message::address_is_empty); }));
    CHECK(top.warning.find(message::chop_is_empty) == 0);
    top.set("Source", std::string("file"));
    CHECK(cook_until(top, [&] { return !contains(top.warning, message::chop_is_empty); }));
}

TEST_CASE("a TOP warns if its CHOP does not track") {
    ChopNode chop(chop_plugin(), next_id());
    chop.set("Active", 0.0);
    TopNode top(top_plugin(), next_id());
    top.inputs.chop = chop.as_input();
    CHECK(cook_until(top, [&] { return contains(top.warning, message::chop_tracks_nothing); }));
    CHECK(top.error == "");
}
