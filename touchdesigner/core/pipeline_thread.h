// A node's pipeline and the thread that it belongs to, as the cook uses them.

#ifndef REXTRACK_TD_PIPELINE_THREAD_H
#define REXTRACK_TD_PIPELINE_THREAD_H

#include "event.h"
#include "installation.h"

#include "mailbox.h"
#include "parameter.h"
#include "pipeline.h"
#include "report.h"
#include "slots.h"
#include "stop_signal.h"

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rextrack_td {

class Worker;

// The camera.id of the pipeline of the node with that id.
std::string camera_id(uint32_t node_id);

// Passes parameters to a worker thread and slots to the cook, without making the cook wait.
class PipelineThread {
public:
    PipelineThread(std::string camera_id, Installation installation);

    // Ends the pipeline and joins its threads, within two seconds.
    ~PipelineThread();

    PipelineThread(const PipelineThread &) = delete;
    PipelineThread &operator=(const PipelineThread &) = delete;

    // The following are for the cook. None of them waits.

    // Sets the values of the parameters; `changed` says whether they differ from the last call's.
    void set(const Values &values, bool changed);

    // Restarts the source and the model.
    void restart() { pulses_.fetch_or(restart_pulse); }

    // Empties all slots and reassigns them from p1.
    void reset_slots() { pulses_.fetch_or(reset_slots_pulse); }

    // Reads the newest slots. Without a pipeline there are none. While the worker replaces the
    // pipeline, `slots` stays unchanged.
    void poll(Slots &slots);

    // As poll, for `values.axes` alone, and with `predict` at the predicted positions of now.
    void poll(bool predict, AxisValues &values);

    // As poll, for the snapshot alone.
    void poll(RextrackSnapshot &snapshot);

    // The events since the last call. They are gathered only after the first call.
    std::vector<Event> take_events();

    // The newest report. Valid until the next call.
    const Report &report();

    // For other threads: the pipeline, or NULL. Hold it only for as long as you use it.
    std::shared_ptr<Pipeline> pipeline() const;

private:
    static constexpr unsigned restart_pulse = 1, reset_slots_pulse = 2;

    template <class Poll>
    void poll_pipeline(RextrackSnapshot &snapshot, std::size_t &count, Poll poll);
    void run();
    void pass_report(std::shared_ptr<const Report> report);
    void report_failure(const std::exception &error) noexcept;
    void pass_events(Worker &worker);
    void set_pipeline(std::shared_ptr<Pipeline> pipeline);

    const std::string camera_id_;
    const Installation installation_;

    Mailbox<Values> values_;
    // The cook's copy on its way into the mailbox.
    Values pending_;
    bool is_pending_ = true;
    std::atomic<unsigned> pulses_{0};

    mutable std::mutex pipeline_lock_;
    std::shared_ptr<Pipeline> pipeline_;

    std::atomic<bool> wants_events_{false};
    Mailbox<std::vector<Event>> events_;

    Mailbox<std::shared_ptr<const Report>> reports_;
    std::shared_ptr<const Report> report_ = std::make_shared<Report>();

    StopSignal stop_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
