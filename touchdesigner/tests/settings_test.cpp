#include "core/message.h"
#include "core/settings.h"

#include <doctest/doctest.h>

using namespace rextrack_td;
using nlohmann::json;

namespace {

Settings settings(const Values &values, const std::string &settings_file = {}) {
    return settings_from(values, "td-1", "/plugins", settings_file);
}

Values with_address() {
    Values values;
    values.set(Par::Address, "rtsp://camera/live");
    return values;
}

} // namespace

TEST_CASE("defaults make a complete configuration") {
    const Settings defaults = settings(with_address());
    CHECK(defaults.problem.empty());
    const json &config = defaults.config;
    CHECK(config["camera"]["id"] == "td-1");
    CHECK(config["camera"]["stream"] == "rtsp://camera/live");
    CHECK_FALSE(config["camera"].contains("roi"));
    CHECK(config["tracking"]["model"] == "yolox_nano");
    CHECK(config["tracking"]["objects_max"] == 10);
    CHECK(config["tracking"]["classes"] == json({"person"}));
    CHECK(config["service"]["device"] == "auto");
    CHECK(config["service"]["models_dir"].get<std::string>().find("/plugins") == 0);
    CHECK(config["slots"]["units"] == "normalized");
    CHECK_FALSE(config.contains("osc"));
}

TEST_CASE("each source has its own stream address") {
    Values values = with_address();
    values.set(Par::Source, "webcam");
    values.set(Par::Webcam, " 2 ");
    CHECK(settings(values).config["camera"]["stream"] == "webcam:2");
    values.set(Par::Source, "top");
    CHECK(settings(values).config["camera"]["stream"] == "push:");
    values.set(Par::Source, "file");
    CHECK(settings(values).problem == message::file_is_empty);
    values.set(Par::File, "/movies/a.mov");
    CHECK(settings(values).config["camera"]["stream"] == "/movies/a.mov");
}

TEST_CASE("a webcam that is no number is a problem that says what to enter") {
    Values values;
    values.set(Par::Source, "webcam");
    CHECK(settings(values).config["camera"]["stream"] == "webcam:0");
    for (const char *webcam : {"", "Integrated Camera", "-1", "1.5", "webcam:1", "1000000"}) {
        values.set(Par::Webcam, webcam);
        const Settings made = settings(values);
        INFO(std::string(webcam));
        CHECK(made.config.empty());
        CHECK(made.problem.find("Webcam is not a number: choose") == 0);
    }
}

TEST_CASE("an empty address is a problem") {
    Values values;
    values.set(Par::Address, "  ");
    CHECK(settings(values).config.empty());
    CHECK(settings(values).problem == message::address_is_empty);
}

TEST_CASE("an address without a scheme is a problem") {
    Values values;
    for (const char *address :
         {"192.168.1.10", "192.168.1.10:554/live", "rtsp//camera/live", "show.mov"}) {
        values.set(Par::Address, address);
        INFO(std::string(address));
        CHECK(settings(values).problem == message::address_has_no_scheme);
    }
    values.set(Par::Address, " rtsps://camera/live");
    CHECK(settings(values).problem.empty());
}

TEST_CASE("credentials are percent-encoded and inserted if the address has none") {
    CHECK(with_credentials("rtsp://host/a", "me", "p@ss/w#rd") ==
          "rtsp://me:p%40ss%2Fw%23rd@host/a");
    CHECK(with_credentials("rtsp://host", "me", "") == "rtsp://me@host");
    CHECK(with_credentials("rtsp://host/a@b", "me", "x") == "rtsp://me:x@host/a@b");
    CHECK(with_credentials("rtsp://own:one@host/a", "me", "x") == "rtsp://own:one@host/a");
    CHECK(with_credentials("rtsp://host/a", "", "") == "rtsp://host/a");
}

TEST_CASE("Model File overrides Model") {
    Values values = with_address();
    values.set(Par::Model, "yolov8l");
    CHECK(settings(values).config["tracking"]["model"] == "yolov8l");
    values.set(Par::Modelfile, "/models/mine.onnx");
    CHECK(settings(values).config["tracking"]["model"] == "/models/mine.onnx");
}

TEST_CASE("Classes takes names and numbers") {
    Values values = with_address();
    values.set(Par::Classes, " person, 16 ,,sports ball ");
    CHECK(settings(values).config["tracking"]["classes"] == json({"person", 16, "sports ball"}));
    // All classes of the model.
    values.set(Par::Classes, " ");
    CHECK(settings(values).config["tracking"]["classes"] == json::array());
}

TEST_CASE("Region is used if Use Region is on") {
    Values values = with_address();
    values.set(Par::Useroi, 1.0);
    values.set(Par::Roi, std::array<double, 4>{0.25, 0, 1, 0.5});
    CHECK(settings(values).config["camera"]["roi"] == json({0.25, 0.0, 1.0, 0.5}));
    for (const auto &wrong : {std::array<double, 4>{0.8, 0, 0.2, 1}, {0, 0.5, 1, 0.5}}) {
        values.set(Par::Roi, wrong);
        CHECK(settings(values).problem == message::region_is_upside_down);
    }
    values.set(Par::Useroi, 0.0);
    CHECK(settings(values).problem.empty());
}

TEST_CASE("Settings overrides Settings File, which overrides the parameters") {
    Values values = with_address();
    values.set(Par::Settings, "{\"tracking\": {\"confidence\": 0.9}, \"osc\": {\"port\": 7}}");
    const Settings merged =
        settings(values, "// a comment\n{\"tracking\": {\"confidence\": 0.1, \"iou\": 0.2}}");
    REQUIRE(merged.problem.empty());
    CHECK(merged.config["tracking"]["confidence"] == 0.9);
    CHECK(merged.config["tracking"]["iou"] == 0.2);
    CHECK(merged.config["osc"]["port"] == 7);
}

TEST_CASE("settings cannot override the coordinates and the camera id") {
    Values values = with_address();
    values.set(Par::Settings, "{\"slots\": {\"units\": \"pixels\"}, \"camera\": {\"id\": \"x\"}}");
    const json config = settings(values).config;
    CHECK(config["slots"]["units"] == "normalized");
    CHECK(config["camera"]["id"] == "td-1");
}

TEST_CASE("invalid JSON is a problem that names the parameter") {
    Values values = with_address();
    values.set(Par::Settings, "{\"tracking\": ");
    CHECK(settings(values).problem.find(std::string("Settings") + message::is_not_json) == 0);
    values.set(Par::Settings, "[1]");
    CHECK(settings(values).problem == std::string("Settings") + message::is_not_an_object);
    values.set(Par::Settings, "");
    CHECK(settings(values, "nothing").problem.find(std::string("Settings File") + message::is_not_json) == 0);
}

TEST_CASE("a problem of invalid JSON says where, and does not repeat the text") {
    Values values = with_address();
    values.set(Par::Settings, "{\"camera\": {\"stream\": \"rtsp://me:hush-hush@camera/1}}");
    const std::string problem = settings(values).problem;
    INFO(problem);
    CHECK(problem.find("line 1, column ") != std::string::npos);
    CHECK(problem.find("hush") == std::string::npos);
}

TEST_CASE("patch_between contains only the differences") {
    const json from = {{"a", {{"b", 1}, {"c", 2}}}, {"osc", {{"port", 1}}}, {"list", {1, 2}}};
    json to = from;
    CHECK(patch_between(from, to) == json::object());
    to["a"]["b"] = 3;
    to["list"] = {1};
    to["new"] = true;
    to.erase("osc");
    const json patch = patch_between(from, to);
    CHECK(patch == json({{"a", {{"b", 3}}}, {"list", {1}}, {"new", true}, {"osc", nullptr}}));
    json patched = from;
    patched.merge_patch(patch);
    CHECK(patched == to);
}

TEST_CASE("the default of Classes does not apply to motion, but other classes do") {
    Values values;
    values.set(Par::Address, "rtsp://camera/1");
    const auto classes = [&] {
        return settings_from(values, "td-1", "/plugins", "").config["tracking"]["classes"];
    };
    CHECK(classes() == nlohmann::json{"person"});
    values.set(Par::Model, "builtin:motion");
    CHECK(classes() == nlohmann::json::array());
    values.set(Par::Classes, "dog");
    CHECK(classes() == nlohmann::json{"dog"});
    // Also when the model is chosen in the settings.
    values = Values();
    values.set(Par::Address, "rtsp://camera/1");
    values.set(Par::Settings, "{\"tracking\": {\"model\": \"builtin:motion\"}}");
    CHECK(classes() == nlohmann::json::array());
}
