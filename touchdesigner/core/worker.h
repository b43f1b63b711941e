// Everything about a node's pipeline that takes time.

#ifndef REXTRACK_TD_WORKER_H
#define REXTRACK_TD_WORKER_H

#include "event_queue.h"
#include "installation.h"
#include "parameter.h"
#include "pipeline.h"
#include "report.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rextrack_td {

// Loads the library, creates and reconfigures the pipeline that the parameters ask for, and
// reports its state. Belongs to one thread, which calls step() at regular intervals.
class Worker {
public:
    // `set_pipeline` receives every new pipeline, and NULL before a pipeline ends.
    Worker(std::string camera_id, Installation installation,
           std::function<void(std::shared_ptr<Pipeline>)> set_pipeline);

    // Stops the pipeline, even while another node uses it.
    ~Worker();

    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // Applies the new `values` (NULL: unchanged) and the requests. Returns a report when one is due,
    // else NULL.
    std::shared_ptr<const Report> step(const Values *values, bool restart, bool reset_slots);

    // Whether events for scripts are kept.
    void want_events(bool wanted) { events_.want(wanted); }

    // The events since the last call, oldest first. Take them only when the previous ones have
    // arrived: the worker keeps the newest 1024, and tells how many it dropped.
    std::vector<Event> take_events() { return events_.take(); }

private:
    // A change that the library accepted, and could not carry out later.
    struct Refusal {
        // A RextrackStatus; REXTRACK_OK: there is none.
        int32_t status = REXTRACK_OK;
        // The library's text; empty while a problem of the camera hides it.
        std::string text;
        // The part of the configuration at fault.
        nlohmann::json part;
    };

    void apply_values();
    bool has_own_runtime() const;
    void apply_config(nlohmann::json config);
    void change_pipeline(nlohmann::json config);
    void stop_pipeline();
    void reject(const std::string &problem);
    void poll_events();
    void check_pipeline();
    void use_cpu(const std::string &problem);
    std::string with_remedy(std::string problem, int32_t status) const;
    void read_settings_file();
    void find_models();
    void find_webcams();
    std::shared_ptr<const Report> report();
    void add_pipeline_to(Report &report) const;
    std::string warning() const;

    const std::string camera_id_;
    const Installation installation_;
    const std::function<void(std::shared_ptr<Pipeline>)> set_pipeline_;

    const Library *library_ = nullptr;
    std::string library_error_;
    Values values_;
    bool has_values_ = false;
    int steps_since_report_ = 0;
    std::shared_ptr<Pipeline> pipeline_;
    // The configuration of the pipeline.
    nlohmann::json config_;
    // The result of rextrack_info.
    nlohmann::json info_;
    RextrackStats stats_{};
    EventQueue events_;
    // The text of the settings file, and why it cannot be read.
    std::string settings_file_;
    std::string settings_file_problem_;
    // Whose text it is. Not set: it has to be read.
    std::optional<std::string> settings_path_;
    std::vector<std::string> models_;
    std::chrono::steady_clock::time_point models_found_{};
    // The folder of the models.
    std::string models_folder_;
    std::vector<Webcam> webcams_;
    std::chrono::steady_clock::time_point webcams_found_{};
    // Why there is no pipeline.
    std::string start_problem_;
    // Why the pipeline cannot continue.
    std::string pipeline_problem_;
    // Why the camera gives no frames.
    std::string camera_problem_;
    // Why the latest change was not accepted.
    std::string change_problem_;
    Refusal refusal_;
    // The Device that does not work, so that the CPU is used, and the reason. Empty: none.
    std::string unusable_device_;
    std::string device_problem_;
};

} // namespace rextrack_td

#endif
