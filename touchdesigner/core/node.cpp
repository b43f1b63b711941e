#include "node.h"

#include "platform.h"
#include "settings.h"

#include <algorithm>
#include <chrono>
#include <exception>

namespace rextrack_td {

namespace {

using nlohmann::json;

// How often the worker looks whether the cook thread wants something: below what a person who
// moves a slider notices.
constexpr auto turn_interval = std::chrono::milliseconds(20);
// In how many turns without news the report is made anew.
constexpr int report_turns = 5;

std::string text_at(const json &object, const char *key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// As JSON text. A parameter that is not UTF-8 is the library's to refuse, by name.
std::string text_of(const json &value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// What rextrack_info tells, or an empty object.
json info_of(const Pipeline &pipeline) {
    const Library &library = pipeline.library();
    std::size_t length = 0;
    library.info(pipeline.handle(), nullptr, 0, &length);
    // It may grow in between: a model that was just loaded has names of classes.
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

std::string settings_file(const std::string &path, std::string &problem) {
    std::string text;
    if (!path.empty() && !platform::read_file(path, text))
        problem = "Settings File: " + path + " cannot be read: choose a .json file";
    return text;
}

const char *state_name(uint32_t state) {
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

} // namespace

std::string camera_id(uint32_t node_id) { return "td-" + std::to_string(node_id); }

// The worker thread's own state: what it was asked for, what it has done about it.
class Node::Worker {
public:
    explicit Worker(Node &node) : node_(node) {}

    // Another node may be looking at the pipeline: its threads end here all the same.
    ~Worker() { drop(); }

    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // One turn: does what was asked meanwhile, and reports.
    void turn() {
        bool changed = node_.values_.take(values_);
        known_ = known_ || changed;
        const unsigned pulses = node_.pulses_.exchange(0);
        if (!known_) return;
        const bool again = changed || (pulses & restart_flag);
        if (again && !library_)
            library_ = Library::load(node_.plugin_folder_, library_error_);
        if (pulses & restart_flag) restart();
        if (again) apply();
        if ((pulses & reset_flag) && pipeline_) library_->reset_slots(pipeline_->handle());
        if (!again && ++turns_ < report_turns) return;
        turns_ = 0;
        observe();
        publish();
    }

private:
    void restart() {
        drop();
        tried_cpu_for_.clear();
    }

    // Brings the pipeline to what the parameters ask for.
    void apply() {
        error_.clear();
        refusal_.clear();
        // Here and not for every report: the folder may be on a network.
        models_ = models();
        if (!library_) return;
        if (!values_.on(Par::Active)) return drop();
        std::string problem;
        const std::string file = settings_file(values_.text(Par::Settingsfile), problem);
        Settings settings =
            settings_of(values_, node_.camera_id_, node_.plugin_folder_, file);
        if (problem.empty()) problem = settings.problem;
        if (!problem.empty()) return refuse(problem);
        if (tried_cpu_for_ != values_.text(Par::Device)) tried_cpu_for_.clear();
        if (!tried_cpu_for_.empty()) settings.config["service"]["device"] = "cpu";
        bring_to(std::move(settings.config));
    }

    void bring_to(json config) {
        if (pipeline_) {
            const json patch = patch_between(applied_, config);
            if (patch.empty()) return;
            const std::string text = text_of(patch);
            if (!needs_another(patch)) {
                if (library_->set_config(pipeline_->handle(), text.c_str()) != REXTRACK_OK)
                    return refuse(library_->message());
                applied_ = std::move(config);
                return;
            }
        }
        RextrackPipeline *handle = nullptr;
        const std::string text = text_of(config);
        const int32_t status = library_->create(text.c_str(), &handle);
        if (status != REXTRACK_OK) return refuse(explained(status));
        auto created = std::make_shared<Pipeline>(*library_, handle);
        drop();
        if (library_->start(handle) != REXTRACK_OK) return refuse(library_->message());
        pipeline_ = created;
        applied_ = std::move(config);
        node_.replace(std::move(created));
    }

    // Whether a running pipeline cannot follow that change: what docs/ref/config.md marks as not
    // live.
    static bool needs_another(const json &patch) {
        const auto tracking = patch.find("tracking");
        return tracking != patch.end() && tracking->is_object() && tracking->contains("tracker");
    }

    // Says why what was asked for is not done. What runs goes on as it was.
    void refuse(const std::string &problem) {
        if (pipeline_)
            refusal_ = problem + " (the settings before are still in force)";
        else
            error_ = problem;
    }

    void drop() {
        node_.replace(nullptr);
        if (pipeline_) library_->stop(pipeline_->handle());
        pipeline_.reset();
        applied_ = json();
    }

    // Notes what became of the pipeline by itself.
    void observe() {
        failure_.clear();
        if (!pipeline_) return;
        int32_t status = probe();
        if (status == REXTRACK_ERR_DEVICE && tried_cpu_for_.empty()) {
            device_problem_ = library_->message();
            tried_cpu_for_ = values_.text(Par::Device);
            json config = applied_;
            config["service"]["device"] = "cpu";
            bring_to(std::move(config));
            return;
        }
        if (!is_failure(status)) return;
        const std::string message = explained(status);
        // A change that was given up is told once; what stops the pipeline, each time.
        if (is_failure(probe()))
            failure_ = message;
        else
            refusal_ = message;
    }

    // The library's message, with the remedy for those who have TouchDesigner and nothing else.
    std::string explained(int32_t status) const {
        std::string message = library_->message();
        if (status == REXTRACK_ERR_RUNTIME)
            message += "\nIn TouchDesigner: put ONNX Runtime into " + node_.plugin_folder_ +
                       ", beside the plugin, or choose it as ONNX Runtime on the page Advanced; "
                       "the Model builtin:motion needs none";
        if (status == REXTRACK_ERR_MODEL)
            message += "\nIn TouchDesigner: choose a Model from the menu, or a Model File";
        return message;
    }

    int32_t probe() { return library_->wait(pipeline_->handle(), UINT64_MAX, 0); }

    static bool is_failure(int32_t status) {
        return status < 0 && status != REXTRACK_ERR_TIMEOUT && status != REXTRACK_ERR_ENDED &&
               status != REXTRACK_ERR_NOT_RUNNING;
    }

    void publish() {
        auto report = std::make_shared<Report>();
        report->error = !library_ ? library_error_ : !error_.empty() ? error_ : failure_;
        report->warning = refusal_;
        if (library_) report->version = library_->version_string();
        report->status = values_.on(Par::Active) ? "not running" : "not active";
        report->models = models_;
        if (pipeline_) describe(*report);
        std::shared_ptr<const Report> ready = std::move(report);
        node_.reports_.put(ready);
    }

    void describe(Report &report) {
        RextrackStats &stats = report.stats;
        stats.struct_size = sizeof stats;
        library_->stats(pipeline_->handle(), &stats);
        const json info = info_of(*pipeline_);
        report.source = text_at(info, "source");
        const std::string problem = text_at(info, "problem");
        const auto detector = info.find("detector");
        if (detector != info.end() && detector->is_object()) {
            report.model = text_at(*detector, "model");
            report.family = text_at(*detector, "family");
            report.device = text_at(*detector, "device");
            report.licence = text_at(*detector, "licence");
            report.runtime = text_at(*detector, "runtime");
            const auto classes = detector->find("classes");
            if (classes != detector->end() && classes->is_array())
                for (const json &name : *classes)
                    report.classes.push_back(name.is_string() ? name.get<std::string>() : "");
        }
        report.status = std::string(state_name(stats.source_state)) +
                        (report.model.empty() && failure_.empty() ? ", loading the model" : "");
        const bool lost = stats.source_state == REXTRACK_SOURCE_LOST;
        const bool waits = stats.source_state == REXTRACK_SOURCE_CONNECTING;
        if (lost)
            add(report.warning, "the source is lost, slots are held and it is opened again: " +
                                    (problem.empty() ? "no reason is known" : problem));
        else if (waits && !problem.empty())
            add(report.warning, "the source cannot be opened yet: " + problem);
        if (!tried_cpu_for_.empty())
            add(report.warning, "the model runs on the CPU: " + device_problem_);
    }

    static void add(std::string &text, const std::string &more) {
        if (!text.empty()) text += "\n";
        text += more;
    }

    std::vector<std::string> models() {
        const std::string ending = ".onnx";
        std::vector<std::string> names = {"builtin:motion"};
        const std::string folder = models_folder(values_, node_.plugin_folder_);
        for (std::string &name : platform::files_in(folder, ending))
            names.push_back(name.substr(0, name.size() - ending.size()));
        return names;
    }

    Node &node_;
    const Library *library_ = nullptr;
    std::string library_error_;
    Values values_;
    bool known_ = false;
    int turns_ = 0;
    std::shared_ptr<Pipeline> pipeline_;
    json applied_;
    std::vector<std::string> models_;
    // Why there is no pipeline.
    std::string error_;
    // Why the latest change is not in force.
    std::string refusal_;
    // Why the pipeline cannot go on.
    std::string failure_;
    // The device that could not be had, and why; the CPU does its work.
    std::string tried_cpu_for_;
    std::string device_problem_;
};

Node::Node(std::string camera_id, std::string plugin_folder)
    : camera_id_(std::move(camera_id)), plugin_folder_(std::move(plugin_folder)),
      thread_([this] { run(); }) {}

Node::~Node() {
    rest_.end();
    thread_.join();
}

void Node::set(const Values &values, bool changed) {
    if (changed) {
        outgoing_ = values;
        unsent_ = true;
    } else if (unsent_) {
        // The very first time nothing has changed against the defaults.
        outgoing_ = values;
    }
    if (unsent_ && values_.try_put(outgoing_)) unsent_ = false;
}

void Node::poll(bool predict, Slots &slots) {
    std::unique_lock<std::mutex> lock(pipeline_lock_, std::try_to_lock);
    if (!lock) return;
    slots.snapshot.struct_size = sizeof slots.snapshot;
    slots.count = 0;
    if (!pipeline_) {
        slots.snapshot = {};
        return;
    }
    // Under the lock, so that the pipeline cannot end here; it takes well below a microsecond.
    const Library &library = pipeline_->library();
    const RextrackPipeline *handle = pipeline_->handle();
    if (predict)
        library.poll_at(handle, library.now_ns(), slots.slots.data(), slots.slots.size(),
                        &slots.snapshot);
    else
        library.poll(handle, slots.slots.data(), slots.slots.size(), &slots.snapshot);
    slots.count = std::min<std::size_t>(slots.snapshot.slot_count, slots.slots.size());
}

const Report &Node::report() {
    reports_.try_take(report_);
    return *report_;
}

std::shared_ptr<Pipeline> Node::pipeline() const {
    std::lock_guard<std::mutex> lock(pipeline_lock_);
    return pipeline_;
}

void Node::replace(std::shared_ptr<Pipeline> pipeline) {
    std::lock_guard<std::mutex> lock(pipeline_lock_);
    pipeline_.swap(pipeline);
    // What was there is let go after the lock, by the caller's thread.
}

void Node::run() {
    platform::begin_thread("rextrack:td");
    Worker worker(*this);
    do {
        try {
            worker.turn();
        } catch (const std::exception &error) {
            auto report = std::make_shared<Report>();
            report->error = std::string("rextrack failed inside: ") + error.what() +
                            "; please report this";
            std::shared_ptr<const Report> ready = std::move(report);
            reports_.put(ready);
        }
    } while (rest_.sleep(turn_interval));
}

} // namespace rextrack_td
