#include "worker.h"

#include "message.h"
#include "platform.h"
#include "settings.h"

namespace rextrack_td {

namespace {

using nlohmann::json;

// Steps between two reports while nothing changes.
constexpr int steps_per_report = 5;

std::string text_at(const json &object, const char *key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// As JSON text. Invalid UTF-8 is replaced, so that the library can name the key that has it.
std::string to_text(const json &value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The result of rextrack_info, or an empty object.
json info_of(const Pipeline &pipeline) {
    const Library &library = pipeline.library();
    std::size_t length = 0;
    library.info(pipeline.handle(), nullptr, 0, &length);
    // The text may grow between the calls, when a model was just loaded.
    for (int tries = 0; tries < 3; ++tries) {
        std::string text(length + 1, '\0');
        const int32_t status = library.info(pipeline.handle(), &text[0], text.size(), &length);
        if (status == REXTRACK_ERR_BUFFER_TOO_SMALL) continue;
        if (status != REXTRACK_OK) break;
        text.resize(length);
        json info = json::parse(text, nullptr, false);
        if (info.is_object()) return info;
        break;
    }
    return json::object();
}

std::string read_settings_file(const std::string &path, std::string &problem) {
    std::string text;
    if (!path.empty() && !platform::read_file(path, text))
        problem = "Settings File: " + path + message::cannot_be_read;
    return text;
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

// Whether a change needs a new pipeline: the keys that docs/ref/config.md marks as not live.
bool needs_new_pipeline(const json &patch) {
    const auto tracking = patch.find("tracking");
    return tracking != patch.end() && tracking->is_object() && tracking->contains("tracker");
}

bool is_failure(int32_t status) {
    switch (status) {
    case REXTRACK_ERR_TIMEOUT:
    case REXTRACK_ERR_ENDED:
    case REXTRACK_ERR_NOT_RUNNING:
    case REXTRACK_ERR_STOPPED:
    case REXTRACK_ERR_CLOSED: return false;
    default: return status < 0;
    }
}

void append_line(std::string &text, const std::string &line) {
    if (!text.empty()) text += "\n";
    text += line;
}

} // namespace

Worker::Worker(std::string camera_id, std::string plugin_folder,
               std::function<void(std::shared_ptr<Pipeline>)> set_pipeline)
    : camera_id_(std::move(camera_id)), plugin_folder_(std::move(plugin_folder)),
      set_pipeline_(std::move(set_pipeline)) {}

Worker::~Worker() { stop_pipeline(); }

std::shared_ptr<const Report> Worker::step(const Values *values, bool restart, bool reset_slots) {
    if (values) values_ = *values;
    has_values_ = has_values_ || values;
    if (!has_values_) return nullptr;
    const bool apply = values || restart;
    if (apply && !library_) library_ = Library::load(plugin_folder_, library_error_);
    if (restart) {
        stop_pipeline();
        unusable_device_.clear();
    }
    if (apply) apply_values();
    if (reset_slots && pipeline_) library_->reset_slots(pipeline_->handle());
    if (!apply && ++steps_since_report_ < steps_per_report) return nullptr;
    steps_since_report_ = 0;
    check_pipeline();
    return report();
}

void Worker::apply_values() {
    error_.clear();
    rejection_.clear();
    // Not for every report: the folder may be on a network drive.
    models_ = find_models();
    if (!library_) return;
    if (!values_.is_on(Par::Active)) return stop_pipeline();
    std::string problem;
    const std::string file = read_settings_file(values_.text(Par::Settingsfile), problem);
    Settings settings = settings_from(values_, camera_id_, plugin_folder_, file);
    if (problem.empty()) problem = settings.problem;
    if (!problem.empty()) return reject(problem);
    if (unusable_device_ != values_.text(Par::Device)) unusable_device_.clear();
    if (!unusable_device_.empty()) settings.config["service"]["device"] = "cpu";
    apply_config(std::move(settings.config));
}

void Worker::apply_config(json config) {
    if (pipeline_) {
        const json patch = patch_between(config_, config);
        if (patch.empty()) return;
        if (!needs_new_pipeline(patch)) {
            const std::string text = to_text(patch);
            if (library_->set_config(pipeline_->handle(), text.c_str()) != REXTRACK_OK)
                return reject(library_->message());
            config_ = std::move(config);
            return;
        }
    }
    RextrackPipeline *handle = nullptr;
    const std::string text = to_text(config);
    const int32_t status = library_->create(REXTRACK_ABI_VERSION, text.c_str(), &handle);
    if (status != REXTRACK_OK) return reject(message_with_remedy(status));
    auto created = std::make_shared<Pipeline>(*library_, handle);
    stop_pipeline();
    if (library_->start(handle) != REXTRACK_OK) return reject(library_->message());
    pipeline_ = created;
    config_ = std::move(config);
    set_pipeline_(std::move(created));
}

void Worker::stop_pipeline() {
    set_pipeline_(nullptr);
    if (pipeline_) library_->stop(pipeline_->handle());
    pipeline_.reset();
    config_ = json();
}

// A running pipeline continues with its previous settings.
void Worker::reject(const std::string &problem) {
    if (pipeline_)
        rejection_ = problem + message::previous_settings_stay;
    else
        error_ = problem;
}

// Finds out whether the pipeline failed since the last step.
void Worker::check_pipeline() {
    failure_.clear();
    if (!pipeline_) return;
    const int32_t status = pipeline_status();
    if (status == REXTRACK_ERR_DEVICE && unusable_device_.empty()) {
        device_problem_ = library_->message();
        unusable_device_ = values_.text(Par::Device);
        json config = config_;
        config["service"]["device"] = "cpu";
        return apply_config(std::move(config));
    }
    if (!is_failure(status)) return;
    const std::string message = message_with_remedy(status);
    // The library reports a rejected change once, but an error that stops the pipeline every time.
    if (is_failure(pipeline_status()))
        failure_ = message;
    else
        rejection_ = message;
}

int32_t Worker::pipeline_status() const {
    return library_->wait(pipeline_->handle(), UINT64_MAX, 0);
}

// The library's message, with a remedy that can be done in TouchDesigner.
std::string Worker::message_with_remedy(int32_t status) const {
    std::string text = library_->message();
    if (status == REXTRACK_ERR_RUNTIME)
        text += message::put_runtime_into + plugin_folder_ + message::or_choose_runtime;
    if (status == REXTRACK_ERR_MODEL) text += message::choose_a_model;
    return text;
}

std::vector<std::string> Worker::find_models() const {
    const std::string ending = ".onnx";
    std::vector<std::string> names = {"builtin:motion"};
    const std::string folder = models_folder(values_, plugin_folder_);
    for (const std::string &name : platform::files_in(folder, ending))
        names.push_back(name.substr(0, name.size() - ending.size()));
    return names;
}

std::shared_ptr<const Report> Worker::report() const {
    auto report = std::make_shared<Report>();
    report->error = !library_ ? library_error_ : !error_.empty() ? error_ : failure_;
    report->warning = rejection_;
    if (library_) {
        report->version = library_->version_string();
        report->axes = &library_->axis_table;
    }
    report->status = values_.is_on(Par::Active) ? "not running" : "not active";
    report->models = models_;
    if (pipeline_) add_pipeline_to(*report);
    return report;
}

void Worker::add_pipeline_to(Report &report) const {
    RextrackStats &stats = report.stats;
    stats.struct_size = sizeof stats;
    library_->stats(pipeline_->handle(), &stats);
    const json info = info_of(*pipeline_);
    report.source = text_at(info, "source");
    const std::string problem = text_at(info, "problem");
    const auto detector = info.find("detector");
    if (detector != info.end() && detector->is_object()) {
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
    report.status = name_of_source_state(stats.source_state);
    if (report.model.empty() && failure_.empty()) report.status += ", loading the model";
    if (stats.source_state == REXTRACK_SOURCE_LOST)
        append_line(report.warning, message::source_is_lost +
                                        (problem.empty() ? message::reason_is_unknown : problem));
    if (stats.source_state == REXTRACK_SOURCE_CONNECTING && !problem.empty())
        append_line(report.warning, message::source_cannot_be_opened + problem);
    if (!unusable_device_.empty())
        append_line(report.warning, message::model_runs_on_cpu + device_problem_);
}

} // namespace rextrack_td
