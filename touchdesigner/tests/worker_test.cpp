// The worker with the Rust library. Environment: REXTRACK_TD_PLUGINS is the folder of the library;
// tests that need it are skipped without one.

#include "core/worker.h"

#include "core/interface.h"
#include "core/message.h"
#include "temporary_folder.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <thread>

using namespace rextrack_td;

namespace {

bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

std::string library_folder() {
    const char *folder = std::getenv("REXTRACK_TD_PLUGINS");
    if (!folder) MESSAGE("skipped: REXTRACK_TD_PLUGINS is not set");
    return folder ? folder : "";
}

// A worker with the values of a fresh node.
struct Fixture {
    explicit Fixture(const std::string &library_folder)
        : worker("td-worker-test", {library_folder, folder.path()},
                 [this](std::shared_ptr<Pipeline> pipeline) {
                     ++(pipeline ? started : stopped);
                 }) {}

    // Uses a simulated crowd, which needs no model.
    void show_people() {
        values.set(Par::Address, "rtsp://127.0.0.1:9/x");
        values.set(Par::Model, "builtin:motion");
        values.set(Par::Classes, "");
        set_settings("{\"camera\": {\"stream\": \"synth:people=4,seed=1\"}}");
    }

    void set_settings(const std::string &json) { values.set(Par::Settings, json.c_str()); }

    // Applies the values. Returns the report that follows at once.
    const Report &apply(bool restart = false) {
        report = worker.step(&values, restart, false);
        REQUIRE(report);
        return *report;
    }

    // Steps until `done`, which looks at the newest report. False after the timeout.
    template <class Done> bool step_until(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (std::chrono::steady_clock::now() < deadline) {
            if (auto newer = worker.step(nullptr, false, false)) report = newer;
            for (Event &event : worker.take_events()) events.push_back(std::move(event));
            if (done()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }

    bool has_event(uint32_t kind) const {
        for (const Event &event : events)
            if (event.kind == kind) return true;
        return false;
    }

    TemporaryFolder folder;
    Values values;
    int started = 0, stopped = 0;
    Worker worker;
    std::shared_ptr<const Report> report;
    std::vector<Event> events;
};

} // namespace

TEST_CASE("a missing library is an error, because no setting puts it right") {
    const TemporaryFolder empty;
    Fixture one(empty.path());
    const Report &report = one.apply();
    CHECK(contains(report.error, empty.path()));
    CHECK(contains(report.error, message::library_is_missing));
    CHECK(report.warning == "");
}

TEST_CASE("empty and wrong parameters are warnings with the remedy") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    CHECK(one.apply().warning == message::address_is_empty);
    CHECK(one.report->error == "");
    one.values.set(Par::Source, "file");
    CHECK(one.apply().warning == message::file_is_empty);
    one.values.set(Par::File, one.folder.file("none.mp4").c_str());
    one.values.set(Par::Model, "builtin:motion");
    one.values.set(Par::Classes, "");
    one.apply();
    CHECK(one.step_until([&] { return contains(one.report->warning, "none.mp4"); }));
    CHECK(one.report->error == "");
    one.values.set(Par::Settingsfile, one.folder.file("none.json").c_str());
    const std::string file = "Settings File: " + one.folder.file("none.json");
    CHECK(contains(one.apply().warning, file + message::cannot_be_read));
    CHECK(one.report->error == "");
}

TEST_CASE("a missing model is a warning with the remedy") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.show_people();
    one.set_settings("");
    one.values.set(Par::Model, "no_such_model");
    one.apply();
    CHECK(one.step_until([&] { return contains(one.report->warning, "no_such_model"); }));
    CHECK(contains(one.report->warning, message::choose_a_model));
    CHECK(one.report->error == "");
}

TEST_CASE("a change that the library refuses at once is a warning until it is corrected") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.show_people();
    CHECK(one.apply().warning == "");
    const std::string settings = one.values.text(Par::Settings);
    one.set_settings("{\"tracking\": {\"confidense\": 1}}");
    CHECK(contains(one.apply().warning, "confidense"));
    CHECK(contains(one.report->warning, message::previous_settings_stay));
    one.set_settings(settings);
    CHECK(one.apply().warning == "");
    CHECK(one.started == 1);
}

TEST_CASE("a model that cannot be loaded is a warning until another model is chosen") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.values.set(Par::Source, "top");
    one.values.set(Par::Model, "builtin:motion");
    one.values.set(Par::Classes, "");
    one.apply();
    REQUIRE(one.step_until([&] { return one.report->model == "builtin:motion"; }));
    const std::string runtime = one.folder.file("no_runtime");
    one.folder.write("bad.onnx", "not a model");
    one.values.set(Par::Modelfile, one.folder.file("bad.onnx").c_str());
    one.values.set(Par::Onnxruntime, runtime.c_str());
    one.apply();
    REQUIRE(one.step_until([&] { return one.report->warning != ""; }));
    INFO(one.report->warning);
    CHECK(contains(one.report->warning, message::previous_settings_stay));
    CHECK(one.report->error == "");
    CHECK(one.report->model == "builtin:motion");
    // A change of something else does not put it right.
    const std::string warning = one.report->warning;
    one.values.set(Par::Smoothing, 0.25);
    CHECK(one.apply().warning == warning);
    one.values.set(Par::Modelfile, "");
    one.values.set(Par::Onnxruntime, "");
    CHECK(one.apply().warning == "");
    CHECK(one.started == 1);
}

TEST_CASE("an output that cannot be created is a warning, and tracking goes on") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.show_people();
    one.set_settings("{\"camera\": {\"stream\": \"synth:people=4,seed=1\","
                     " \"sinks\": [{\"jsonl\": {\"path\": \"/nowhere/x.jsonl\"}}]}}");
    one.apply();
    REQUIRE(one.step_until([&] { return contains(one.report->warning, "/nowhere/x.jsonl"); }));
    CHECK(contains(one.report->warning, message::continues_without_it));
    CHECK(one.step_until([&] { return one.report->stats.frames_processed > 0; }));
    CHECK(one.report->error == "");
}

TEST_CASE("ONNX Runtime beside the plugins is used if the library lies elsewhere") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.folder.write("libonnxruntime.so", "not a library");
    one.folder.write("bad.onnx", "not a model");
    one.values.set(Par::Source, "top");
    one.values.set(Par::Modelfile, one.folder.file("bad.onnx").c_str());
    one.apply();
    CHECK(one.step_until(
        [&] { return contains(one.report->warning, one.folder.file("libonnxruntime.so")); }));
    CHECK(contains(one.report->warning, message::put_runtime_into + one.folder.path()));
    CHECK(one.report->error == "");
}

TEST_CASE("several warnings stand on lines of their own") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.show_people();
    one.set_settings("");
    one.apply();
    CHECK(one.step_until([&] { return one.report->warning != ""; }));
    const std::string camera = one.report->warning;
    CHECK(camera.find(message::source_cannot_be_opened) == 0);
    one.set_settings("[]");
    one.apply();
    CHECK(one.step_until([&] {
        const std::string &all = one.report->warning;
        return contains(all, std::string("\nSettings") + message::is_not_an_object) &&
               all.find(message::source_cannot_be_opened) == 0;
    }));
}

TEST_CASE("a restart creates a pipeline, a change keeps it, and Active off ends it") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.show_people();
    one.apply();
    one.values.set(Par::Confidence, 0.7);
    one.values.set(Par::Slots, 3.0);
    one.apply();
    CHECK(one.report->warning == "");
    CHECK(one.started == 1);
    one.apply(true);
    CHECK(one.started == 2);
    one.values.set(Par::Active, 0.0);
    const int stopped = one.stopped;
    CHECK(one.apply().status == "not active");
    CHECK(one.stopped == stopped + 1);
    CHECK(one.report->warning == "");
}

TEST_CASE("objects enter and leave, also when the pipeline ends") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.worker.want_events(true);
    one.show_people();
    one.apply();
    CHECK(one.step_until([&] { return one.has_event(REXTRACK_TD_ENTER); }));
    one.values.set(Par::Active, 0.0);
    one.apply();
    for (Event &event : one.worker.take_events()) one.events.push_back(std::move(event));
    std::map<uint32_t, uint64_t> owners;
    for (const Event &event : one.events) {
        CAPTURE(event.slot);
        if (event.kind == REXTRACK_TD_PROBLEM) continue;
        CHECK(event.slot >= 1);
        if (event.kind == REXTRACK_TD_ENTER) {
            CHECK(owners.count(event.slot) == 0);
            CHECK(event.generation >= 1);
            owners[event.slot] = event.id;
        } else {
            CHECK(owners[event.slot] == event.id);
        }
        if (event.kind == REXTRACK_TD_LEAVE) owners.erase(event.slot);
    }
    CHECK(owners.empty());
}

TEST_CASE("webcams are listed while Source is Webcam") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    CHECK(one.apply().webcams.empty());
    one.values.set(Par::Source, "webcam");
    one.values.set(Par::Active, 0.0);
    CHECK(one.apply().webcams.size() == webcams().size());
}

TEST_CASE("a settings file that was corrected is read with the next change") {
    const std::string library = library_folder();
    if (library.empty()) return;
    Fixture one(library);
    one.show_people();
    one.folder.write("settings.json", "{\"tracking\": ");
    one.values.set(Par::Settingsfile, one.folder.file("settings.json"));
    CHECK(contains(one.apply().warning, "Settings File"));
    one.folder.write("settings.json", "{\"tracking\": {\"confidence\": 0.5}}");
    one.values.set(Par::Confidence, 0.3);
    CHECK_FALSE(contains(one.apply().warning, "Settings File"));
}
