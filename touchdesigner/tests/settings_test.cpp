#include "core/settings.h"

#include <doctest/doctest.h>

using namespace rextrack_td;
using nlohmann::json;

namespace {

Settings made(const Values &values, const std::string &more = {}) {
    return settings_of(values, "td-1", "/plugins", more);
}

Values streaming() {
    Values values;
    values.set(Par::Address, "rtsp://camera/live");
    return values;
}

} // namespace

TEST_CASE("the defaults make a whole configuration") {
    const Settings settings = made(streaming());
    CHECK(settings.problem.empty());
    const json &config = settings.config;
    CHECK(config["camera"]["id"] == "td-1");
    CHECK(config["camera"]["stream"] == "rtsp://camera/live");
    CHECK_FALSE(config["camera"].contains("roi"));
    CHECK(config["tracking"]["model"] == "yolox_nano");
    CHECK(config["tracking"]["objects_max"] == 10);
    CHECK(config["tracking"]["classes"] == json::array());
    CHECK(config["service"]["device"] == "auto");
    CHECK(config["service"]["models_dir"].get<std::string>().find("/plugins") == 0);
    CHECK(config["slots"]["units"] == "normalized");
    CHECK_FALSE(config.contains("osc"));
}

TEST_CASE("each source has its address") {
    Values values = streaming();
    values.set(Par::Source, "webcam");
    values.set(Par::Webcam, 2.0);
    CHECK(made(values).config["camera"]["stream"] == "webcam:2");
    values.set(Par::Source, "top");
    CHECK(made(values).config["camera"]["stream"] == "push:");
    values.set(Par::Source, "file");
    CHECK(made(values).problem == "Source is Movie File and File is empty: choose a movie");
    values.set(Par::File, "/movies/a.mov");
    CHECK(made(values).config["camera"]["stream"] == "/movies/a.mov");
}

TEST_CASE("an address that is empty is said, with the remedy") {
    Values values;
    values.set(Par::Address, "  ");
    const Settings settings = made(values);
    CHECK(settings.config.empty());
    CHECK(settings.problem.find("Address is empty: enter") == 0);
}

TEST_CASE("user and password go into the address as they must stand there") {
    CHECK(with_credentials("rtsp://host/a", "me", "p@ss/w#rd") ==
          "rtsp://me:p%40ss%2Fw%23rd@host/a");
    CHECK(with_credentials("rtsp://host", "me", "") == "rtsp://me@host");
    CHECK(with_credentials("rtsp://host/a@b", "me", "x") == "rtsp://me:x@host/a@b");
    CHECK(with_credentials("rtsp://own:one@host/a", "me", "x") == "rtsp://own:one@host/a");
    CHECK(with_credentials("rtsp://host/a", "", "") == "rtsp://host/a");
}

TEST_CASE("a model's file goes over the model of the menu") {
    Values values = streaming();
    values.set(Par::Model, "yolov8l");
    CHECK(made(values).config["tracking"]["model"] == "yolov8l");
    values.set(Par::Modelfile, "/models/mine.onnx");
    CHECK(made(values).config["tracking"]["model"] == "/models/mine.onnx");
}

TEST_CASE("classes are names and numbers") {
    Values values = streaming();
    values.set(Par::Classes, " person, 16 ,,sports ball ");
    CHECK(made(values).config["tracking"]["classes"] == json({"person", 16, "sports ball"}));
}

TEST_CASE("a region is used when it is asked for") {
    Values values = streaming();
    values.set(Par::Useroi, 1.0);
    values.set(Par::Roi, {0.25, 0, 1, 0.5});
    CHECK(made(values).config["camera"]["roi"] == json({0.25, 0.0, 1.0, 0.5}));
}

TEST_CASE("settings as JSON go over the parameters, and the text over the file") {
    Values values = streaming();
    values.set(Par::Settings, "{\"tracking\": {\"confidence\": 0.9}, \"osc\": {\"port\": 7}}");
    const Settings settings =
        made(values, "// a comment\n{\"tracking\": {\"confidence\": 0.1, \"iou\": 0.2}}");
    REQUIRE(settings.problem.empty());
    CHECK(settings.config["tracking"]["confidence"] == 0.9);
    CHECK(settings.config["tracking"]["iou"] == 0.2);
    CHECK(settings.config["osc"]["port"] == 7);
}

TEST_CASE("what the channels rest on cannot be set otherwise") {
    Values values = streaming();
    values.set(Par::Settings, "{\"slots\": {\"units\": \"pixels\"}, \"camera\": {\"id\": \"x\"}}");
    const json config = made(values).config;
    CHECK(config["slots"]["units"] == "normalized");
    CHECK(config["camera"]["id"] == "td-1");
}

TEST_CASE("JSON that is none is said") {
    Values values = streaming();
    values.set(Par::Settings, "{\"tracking\": ");
    CHECK(made(values).problem.find("Settings is not JSON: ") == 0);
    values.set(Par::Settings, "[1]");
    CHECK(made(values).problem.find("Settings: must be a JSON object, such as") == 0);
    values.set(Par::Settings, "");
    CHECK(made(values, "nothing").problem.find("Settings File is not JSON: ") == 0);
}

TEST_CASE("a patch holds what has changed and nothing else") {
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
