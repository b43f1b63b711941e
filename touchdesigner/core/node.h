// A node's pipeline, as the cook thread uses it.

#ifndef REXTRACK_TD_NODE_H
#define REXTRACK_TD_NODE_H

#include "mailbox.h"
#include "parameter.h"
#include "pipeline.h"
#include "report.h"
#include "slots.h"
#include "stop_signal.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace rextrack_td {

// The camera.id of the pipeline of the node with that id.
std::string camera_id(uint32_t node_id);

// Passes parameters to a worker thread and slots to the cook, without making the cook wait.
class Node {
public:
    // `plugin_folder` is the folder of the Rust library.
    Node(std::string camera_id, std::string plugin_folder);

    // Ends the pipeline and joins its threads, within two seconds.
    ~Node();

    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;

    // The following are for the cook thread. None of them waits.

    // Sets the values of the parameters; `changed` says whether they differ from the last call's.
    void set(const Values &values, bool changed);

    // Restarts the source and the model.
    void restart() { pulses_.fetch_or(restart_pulse); }

    // Empties all slots and reassigns them from p1.
    void reset_slots() { pulses_.fetch_or(reset_slots_pulse); }

    // Reads the newest slots, with `predict` at their predicted positions of now. Without a pipeline
    // there are none. While the worker replaces the pipeline, `slots` stays unchanged.
    void poll(bool predict, Slots &slots);

    // As poll, for `values.axes` alone.
    void poll(bool predict, AxisValues &values);

    // The newest report. Valid until the next call.
    const Report &report();

    // For other threads: the pipeline, or NULL. Hold it only for as long as you use it.
    std::shared_ptr<Pipeline> pipeline() const;

private:
    static constexpr unsigned restart_pulse = 1, reset_slots_pulse = 2;

    template <class Poll>
    void poll_pipeline(RextrackSnapshot &snapshot, std::size_t &count, Poll poll);
    void run();
    void set_pipeline(std::shared_ptr<Pipeline> pipeline);

    const std::string camera_id_;
    const std::string plugin_folder_;

    Mailbox<Values> values_;
    // The cook thread's copy on its way into the mailbox.
    Values pending_;
    bool is_pending_ = true;
    std::atomic<unsigned> pulses_{0};

    mutable std::mutex pipeline_lock_;
    std::shared_ptr<Pipeline> pipeline_;

    Mailbox<std::shared_ptr<const Report>> reports_;
    std::shared_ptr<const Report> report_ = std::make_shared<Report>();

    StopSignal stop_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
