#include "worker.h"

#include "message.h"
#include "platform.h"
#include "settings.h"

#include <array>
#include <exception>

namespace rextrack_td {

namespace {

using nlohmann::json;

// Steps between two reports while nothing changes.
constexpr int steps_per_report = 5;

constexpr auto lists_interval = std::chrono::seconds(3);

std::string text_at(const json &object, const char *key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// As JSON text. Invalid UTF-8 is replaced, so that the library can name the key that has it.
std::string to_text(const json &value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The text that a function of the library writes into a buffer.
template <class Function> std::string text_of(const Pipeline &pipeline, Function function) {
    std::size_t length = 0;
    function(pipeline.handle(), nullptr, 0, &length);
    // The text may grow between the calls, when a model was just loaded.
    for (int tries = 0; tries < 3; ++tries) {
        std::string text(length + 1, '\0');
        const int32_t status = function(pipeline.handle(), &text[0], text.size(), &length);
        if (status == REXTRACK_ERR_BUFFER_TOO_SMALL) continue;
        if (status != REXTRACK_OK) break;
        text.resize(length);
        return text;
    }
    return {};
}

// The result of rextrack_info, or an empty object.
json info_of(const Pipeline &pipeline) {
    json info = json::parse(text_of(pipeline, pipeline.library().info), nullptr, false);
    return info.is_object() ? info : json::object();
}

const char *name_of_source_state(uint32_t state) {
    switch (state) {
    case REXTRACK_SOURCE_STOPPED: return "stopped";
    case REXTRACK_SOURCE_CONNECTING: return "connecting";
    case REXTRACK_SOURCE_LIVE: return "live";
    case REXTRACK_SOURCE_LOST: return "lost";
    case REXTRACK_SOURCE_ENDED: return "ended";
    case REXTRACK_SOURCE_FAILED: return "failed";
    default: return "unknown";
    }
}

bool is_about_model(int32_t status) {
    return status == REXTRACK_ERR_MODEL || status == REXTRACK_ERR_RUNTIME ||
           status == REXTRACK_ERR_DEVICE;
}

// The part of a configuration that is at fault when a change is refused with that status: the
// model's, else also that of the outputs.
json part_at_fault(const json &config, int32_t status) {
    json part = is_about_model(status) ? json::object() : config;
    for (const char *key : {"camera", "tracking", "slots"}) part.erase(key);
    part["model"] = config.value("/tracking/model"_json_pointer, json());
    part["service"] = config.value("service", json());
    return part;
}

void append_line(std::string &text, const std::string &line) {
    if (!text.empty() && !line.empty()) text += "\n";
    text += line;
}

} // namespace

Worker::Worker(std::string camera_id, Installation installation,
               std::function<void(std::shared_ptr<Pipeline>)> set_pipeline)
    : camera_id_(std::move(camera_id)), installation_(std::move(installation)),
      set_pipeline_(std::move(set_pipeline)) {}

Worker::~Worker() {
    try {
        stop_pipeline();
    } catch (const std::exception &) {
        // There was no memory for the last events, which nobody reads.
    }
}

std::shared_ptr<const Report> Worker::step(const Values *values, bool restart, bool reset_slots) {
    if (values) values_ = *values;
    has_values_ = has_values_ || values;
    if (!has_values_) return nullptr;
    const bool apply = values || restart;
    if (apply && !library_)
        library_ = Library::load(installation_.library_folder, library_error_);
    if (restart) {
        stop_pipeline();
        unusable_device_.clear();
        settings_path_.reset();
        models_found_ = {};
    }
    if (apply) apply_values();
    if (reset_slots && pipeline_) library_->reset_slots(pipeline_->handle());
    poll_events();
    if (!apply && ++steps_since_report_ < steps_per_report) return nullptr;
    steps_since_report_ = 0;
    check_pipeline();
    find_models();
    find_webcams();
    return report();
}

void Worker::apply_values() {
    start_problem_.clear();
    change_problem_.clear();
    if (!library_) return;
    if (!values_.is_on(Par::Active)) return stop_pipeline();
    read_settings_file();
    Settings settings =
        settings_from(values_, camera_id_, installation_.plugin_folder, settings_file_);
    const std::string &problem =
        settings_file_problem_.empty() ? settings.problem : settings_file_problem_;
    if (!problem.empty()) {
        // The file may be corrected before the next change.
        settings_path_.reset();
        return reject(problem);
    }
    json &service = settings.config["service"];
    if (service.is_null()) service = json::object();
    if (service.is_object() && !service.contains("onnxruntime") && has_own_runtime())
        service["onnxruntime"] = installation_.plugin_folder;
    if (unusable_device_ != values_.text(Par::Device)) unusable_device_.clear();
    if (service.is_object() && !unusable_device_.empty()) service["device"] = "cpu";
    apply_config(std::move(settings.config));
}

// Whether ONNX Runtime is beside the plugins, where the library does not search: on macOS it
// searches its own folder, which is inside a signed bundle.
bool Worker::has_own_runtime() const {
    if (installation_.plugin_folder == installation_.library_folder) return false;
    for (const std::string &name : platform::files_in(installation_.plugin_folder, ""))
        if (name.find("libonnxruntime") == 0) return true;
    return false;
}

void Worker::apply_config(json config) {
    if (pipeline_) return change_pipeline(std::move(config));
    RextrackPipeline *handle = nullptr;
    const int32_t status =
        library_->create(REXTRACK_ABI_VERSION, to_text(config).c_str(), &handle);
    if (status != REXTRACK_OK) return reject(with_remedy(library_->message(), status));
    auto created = std::make_shared<Pipeline>(*library_, handle);
    if (library_->start(handle) != REXTRACK_OK) return reject(library_->message());
    pipeline_ = created;
    config_ = std::move(config);
    set_pipeline_(std::move(created));
}

void Worker::change_pipeline(json config) {
    json patch = patch_between(config_, config);
    if (patch.empty()) return;
    if (is_about_model(refusal_.status) &&
        part_at_fault(config, refusal_.status) != refusal_.part) {
        // The library went back to the model before, and its device. They are not in config_. The
        // user's settings may have something else than an object there, which the library refuses.
        for (const auto &key : {"/tracking/model"_json_pointer, "/service/device"_json_pointer})
            if (config.contains(key)) patch[key] = config[key];
    }
    const int32_t status = library_->set_config(pipeline_->handle(), to_text(patch).c_str());
    if (status != REXTRACK_OK) return reject(with_remedy(library_->message(), status));
    config_ = std::move(config);
    if (part_at_fault(config_, refusal_.status) != refusal_.part) refusal_ = {};
}

void Worker::stop_pipeline() {
    set_pipeline_(nullptr);
    if (pipeline_) {
        library_->stop(pipeline_->handle());
        poll_events();
    }
    events_.end_pipeline();
    pipeline_.reset();
    config_ = json();
    refusal_ = {};
}

// A running pipeline continues with its previous settings.
void Worker::reject(const std::string &problem) {
    if (pipeline_)
        change_problem_ = problem + message::previous_settings_stay;
    else
        start_problem_ = problem;
}

void Worker::poll_events() {
    if (!pipeline_) return;
    std::array<RextrackEvent, 64> events;
    std::size_t count = 0;
    do {
        count = 0;
        library_->poll_events(pipeline_->handle(), events.data(), sizeof events[0], events.size(),
                              &count);
        for (std::size_t i = 0; i < count; ++i) {
            events_.add(events[i]);
            // The next report tells it at once.
            if (events[i].kind == REXTRACK_EVENT_PROBLEM) steps_since_report_ = steps_per_report;
            if (events[i].kind != REXTRACK_EVENT_CHANGE_REFUSED) continue;
            steps_since_report_ = steps_per_report;
            const int32_t status = events[i].status;
            refusal_ = {status, {}, part_at_fault(config_, status)};
        }
    } while (count == events.size());
}

// Finds out what is wrong with the pipeline.
void Worker::check_pipeline() {
    pipeline_problem_.clear();
    camera_problem_.clear();
    info_ = json::object();
    stats_ = {};
    if (!pipeline_) return;
    RextrackSnapshot snapshot{};
    snapshot.struct_size = sizeof snapshot;
    library_->poll(pipeline_->handle(), nullptr, sizeof(RextrackSlot), 0, &snapshot);
    stats_.struct_size = sizeof stats_;
    library_->stats(pipeline_->handle(), &stats_);
    info_ = info_of(*pipeline_);
    const std::string problem = text_of(*pipeline_, library_->problem);
    if (snapshot.problem == REXTRACK_ERR_DEVICE) {
        // It stays until the CPU has loaded the model.
        if (unusable_device_.empty()) use_cpu(problem);
        return;
    }
    if (snapshot.problem != REXTRACK_OK)
        pipeline_problem_ = with_remedy(problem, snapshot.problem);
    else if (problem == text_at(info_, "problem"))
        camera_problem_ = problem;
    else if (refusal_.status != REXTRACK_OK)
        // The library has one text at a time, and its info does not tell refused changes.
        refusal_.text = problem;
    if (refusal_.status == REXTRACK_ERR_DEVICE && unusable_device_.empty())
        use_cpu(refusal_.text.empty() ? library_->status_string(refusal_.status) : refusal_.text);
}

void Worker::use_cpu(const std::string &problem) {
    device_problem_ = problem;
    unusable_device_ = values_.text(Par::Device);
    json config = config_;
    config["service"]["device"] = "cpu";
    apply_config(std::move(config));
}

// A problem of the library, with a remedy that can be done in TouchDesigner.
std::string Worker::with_remedy(std::string problem, int32_t status) const {
    if (status == REXTRACK_ERR_RUNTIME)
        problem += message::put_runtime_into + installation_.plugin_folder +
                   message::or_choose_runtime;
    if (status == REXTRACK_ERR_MODEL) problem += message::choose_a_model;
    return problem;
}

// Not for every change of a slider: the file may be on a network drive.
void Worker::read_settings_file() {
    const std::string &path = values_.text(Par::Settingsfile);
    if (settings_path_ == path) return;
    settings_file_.clear();
    settings_file_problem_.clear();
    if (!path.empty() && !platform::read_file(path, settings_file_))
        settings_file_problem_ = "Settings File: " + path + message::cannot_be_read;
    settings_path_ = path;
}

// Models are copied into the folder while the node runs, so the list is renewed; not for every report,
// because the folder may be on a network drive.
void Worker::find_models() {
    const auto now = std::chrono::steady_clock::now();
    std::string folder = models_folder(values_, installation_.plugin_folder);
    const bool is_recent =
        models_found_ != decltype(models_found_){} && now - models_found_ < lists_interval;
    if (is_recent && folder == models_folder_) return;
    const std::string ending = ".onnx";
    models_ = {"builtin:motion"};
    for (const std::string &name : platform::files_in(folder, ending))
        models_.push_back(name.substr(0, name.size() - ending.size()));
    models_folder_ = std::move(folder);
    models_found_ = now;
}

// Webcams come and go, so the list is renewed while it is needed.
void Worker::find_webcams() {
    const auto now = std::chrono::steady_clock::now();
    if (values_.text(Par::Source) != "webcam") {
        webcams_.clear();
        webcams_found_ = {};
    } else if (webcams_found_ == decltype(webcams_found_){} ||
               now - webcams_found_ >= lists_interval) {
        webcams_ = webcams();
        webcams_found_ = now;
    }
}

std::shared_ptr<const Report> Worker::report() {
    auto report = std::make_shared<Report>();
    if (library_) {
        report->version = library_->version_string();
        report->axes = &library_->axis_table;
        report->warning = warning();
    } else {
        report->error = library_error_;
    }
    report->status = values_.is_on(Par::Active) ? "not running" : "not active";
    report->models = models_;
    report->webcams = webcams_;
    if (pipeline_) add_pipeline_to(*report);
    return report;
}

void Worker::add_pipeline_to(Report &report) const {
    report.stats = stats_;
    report.source = text_at(info_, "source");
    const auto detector = info_.find("detector");
    if (detector != info_.end() && detector->is_object()) {
        report.model = text_at(*detector, "model");
        report.model_family = text_at(*detector, "family");
        report.device = text_at(*detector, "device");
        report.licence = text_at(*detector, "licence");
        report.runtime = text_at(*detector, "runtime");
        const auto classes = detector->find("classes");
        if (classes != detector->end() && classes->is_array())
            for (const json &name : *classes)
                report.classes.push_back(name.is_string() ? name.get<std::string>() : "");
    }
    report.status = name_of_source_state(stats_.source_state);
    if (report.model.empty() && pipeline_problem_.empty()) report.status += ", loading the model";
}

// The most important first.
std::string Worker::warning() const {
    std::string text = start_problem_;
    append_line(text, pipeline_problem_);
    if (stats_.source_state == REXTRACK_SOURCE_LOST && pipeline_problem_.empty())
        append_line(text, message::source_is_lost + (camera_problem_.empty()
                                                         ? message::reason_is_unknown
                                                         : camera_problem_));
    if (stats_.source_state == REXTRACK_SOURCE_CONNECTING && !camera_problem_.empty())
        append_line(text, message::source_cannot_be_opened + camera_problem_);
    append_line(text, change_problem_);
    if (refusal_.status != REXTRACK_OK) {
        const std::string reason =
            refusal_.text.empty() ? library_->status_string(refusal_.status) : refusal_.text;
        append_line(text, with_remedy(reason, refusal_.status) +
                              (is_about_model(refusal_.status) ? message::previous_settings_stay
                                                               : message::continues_without_it));
    }
    if (!unusable_device_.empty() && pipeline_)
        append_line(text, message::model_runs_on_cpu + device_problem_ + message::choose_a_device);
    return text;
}

} // namespace rextrack_td
