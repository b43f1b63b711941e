// Everything about a node's pipeline that takes time.

#ifndef REXTRACK_TD_WORKER_H
#define REXTRACK_TD_WORKER_H

#include "parameter.h"
#include "pipeline.h"
#include "report.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rextrack_td {

// Loads the library, creates and reconfigures the pipeline that the parameters ask for, and
// reports its state. Belongs to one thread, which calls step() at regular intervals.
class Worker {
public:
    // `plugin_folder` is the folder of the Rust library. `set_pipeline` receives every new pipeline,
    // and NULL before a pipeline ends.
    Worker(std::string camera_id, std::string plugin_folder,
           std::function<void(std::shared_ptr<Pipeline>)> set_pipeline);

    // Stops the pipeline, even while another node uses it.
    ~Worker();

    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // Applies the new `values` (NULL: unchanged) and the requests. Returns a report when one is due,
    // else NULL.
    std::shared_ptr<const Report> step(const Values *values, bool restart, bool reset_slots);

private:
    void apply_values();
    void apply_config(nlohmann::json config);
    void stop_pipeline();
    void reject(const std::string &problem);
    void check_pipeline();
    int32_t pipeline_status() const;
    std::string message_with_remedy(int32_t status) const;
    std::vector<std::string> find_models() const;
    std::shared_ptr<const Report> report() const;
    void add_pipeline_to(Report &report) const;

    const std::string camera_id_;
    const std::string plugin_folder_;
    const std::function<void(std::shared_ptr<Pipeline>)> set_pipeline_;

    const Library *library_ = nullptr;
    std::string library_error_;
    Values values_;
    bool has_values_ = false;
    int steps_since_report_ = 0;
    std::shared_ptr<Pipeline> pipeline_;
    // The configuration of the pipeline.
    nlohmann::json config_;
    std::vector<std::string> models_;
    // Why there is no pipeline.
    std::string error_;
    // Why the latest change is not in force.
    std::string rejection_;
    // Why the pipeline cannot continue.
    std::string failure_;
    // The Device that does not work, so that the CPU is used, and the reason. Empty: none.
    std::string unusable_device_;
    std::string device_problem_;
};

} // namespace rextrack_td

#endif
