#include "pipeline_thread.h"

#include "message.h"
#include "platform.h"
#include "worker.h"

#include <algorithm>
#include <chrono>

namespace rextrack_td {

namespace {

// How often the worker polls for new values. Users do not notice this delay when they move a slider.
constexpr auto poll_interval = std::chrono::milliseconds(20);

} // namespace

std::string camera_id(uint32_t node_id) { return "td-" + std::to_string(node_id); }

PipelineThread::PipelineThread(std::string camera_id, Installation installation)
    : camera_id_(std::move(camera_id)), installation_(std::move(installation)),
      thread_([this] { run(); }) {}

PipelineThread::~PipelineThread() {
    stop_.request();
    thread_.join();
}

void PipelineThread::set(const Values &values, bool changed) {
    is_pending_ = is_pending_ || changed;
    if (!is_pending_) return;
    pending_ = values;
    is_pending_ = !values_.try_put(pending_);
}

void PipelineThread::poll(Slots &slots) {
    const auto poll = [&](const Library &library, const RextrackPipeline *handle) {
        library.poll(handle, slots.slots.data(), sizeof(RextrackSlot), slots.slots.size(),
                     &slots.snapshot);
        return slots.slots.size();
    };
    poll_pipeline(slots.snapshot, slots.count, poll);
}

void PipelineThread::poll(RextrackSnapshot &snapshot) {
    std::size_t count = 0;
    const auto poll = [&](const Library &library, const RextrackPipeline *handle) {
        library.poll(handle, nullptr, sizeof(RextrackSlot), 0, &snapshot);
        return std::size_t{0};
    };
    poll_pipeline(snapshot, count, poll);
}

void PipelineThread::poll(bool predict, AxisValues &values) {
    const auto poll = [&](const Library &library, const RextrackPipeline *handle) {
        library.poll_axes(handle, predict ? library.now_ns() : 0, values.axes.data(),
                          values.axes.size(), values.values.data(), values.capacity,
                          &values.snapshot);
        return values.capacity;
    };
    poll_pipeline(values.snapshot, values.count, poll);
}

// `poll` fills in the snapshot, and returns for how many slots it has room.
template <class Poll>
void PipelineThread::poll_pipeline(RextrackSnapshot &snapshot, std::size_t &count, Poll poll) {
    std::unique_lock<std::mutex> lock(pipeline_lock_, std::try_to_lock);
    if (!lock) return;
    snapshot = {};
    snapshot.struct_size = sizeof snapshot;
    count = 0;
    if (!pipeline_) return;
    // Under the lock, so that the pipeline cannot end meanwhile. A poll takes about a microsecond.
    const std::size_t capacity = poll(pipeline_->library(), pipeline_->handle());
    count = std::min<std::size_t>(snapshot.slot_count, capacity);
}

const Report &PipelineThread::report() {
    reports_.try_take(report_);
    return *report_;
}

std::vector<Event> PipelineThread::take_events() {
    wants_events_ = true;
    std::vector<Event> events;
    events_.try_take(events);
    return events;
}

std::shared_ptr<Pipeline> PipelineThread::pipeline() const {
    std::lock_guard<std::mutex> lock(pipeline_lock_);
    return pipeline_;
}

void PipelineThread::set_pipeline(std::shared_ptr<Pipeline> pipeline) {
    std::lock_guard<std::mutex> lock(pipeline_lock_);
    pipeline_.swap(pipeline);
    // The caller frees the old pipeline, after the lock.
}

void PipelineThread::run() {
    platform::init_thread("rextrack:td");
    Worker worker(camera_id_, installation_, [this](std::shared_ptr<Pipeline> pipeline) {
        set_pipeline(std::move(pipeline));
    });
    Values values;
    bool has_values = false, apply = false;
    do {
        try {
            const bool is_new = values_.take(values);
            has_values = has_values || is_new;
            apply = apply || is_new;
            const unsigned pulses = pulses_.exchange(0);
            const auto report = worker.step(apply ? &values : nullptr, pulses & restart_pulse,
                                            pulses & reset_slots_pulse);
            apply = false;
            pass_report(report);
            if (wants_events_) pass_events(worker);
        } catch (const std::exception &error) {
            // Most likely there is no memory at the moment. The next step tries again.
            apply = has_values;
            report_failure(error);
        }
    } while (!stop_.wait(poll_interval));
}

void PipelineThread::pass_report(std::shared_ptr<const Report> report) {
    if (report) reports_.put(report);
}

void PipelineThread::report_failure(const std::exception &error) noexcept {
    try {
        auto failed = std::make_shared<Report>();
        failed->warning =
            std::string(message::internal_error) + error.what() + message::please_report;
        pass_report(std::move(failed));
    } catch (const std::exception &) {
        // Without memory there is no report either.
    }
}

// Passes the worker's events to the cook once it has taken the earlier ones: the worker keeps the newest
// ones for a node that does not cook.
void PipelineThread::pass_events(Worker &worker) {
    worker.want_events(true);
    if (events_.is_full()) return;
    std::vector<Event> events = worker.take_events();
    if (!events.empty()) events_.put(events);
}

} // namespace rextrack_td
