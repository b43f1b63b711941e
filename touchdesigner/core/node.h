// What a node of TouchDesigner has behind it: a pipeline, and a thread that does with it whatever
// takes time.

#ifndef REXTRACK_TD_NODE_H
#define REXTRACK_TD_NODE_H

#include "exchange.h"
#include "parameter.h"
#include "pipeline.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rextrack_td {

// What is known of a node's pipeline, some ten times a second.
struct Report {
    // No valid output comes, and why and what to do; empty while some does.
    std::string error;
    // Output comes and is not what was asked for, and why and what to do.
    std::string warning;
    // One line for people: what is going on.
    std::string status;
    RextrackStats stats{};
    std::string version;
    // Address of the source, without its password.
    std::string source;
    std::string model;
    std::string family;
    std::string device;
    std::string licence;
    std::string runtime;
    // Names of the classes, by number.
    std::vector<std::string> classes;
    // What the Model parameter can be.
    std::vector<std::string> models;
};

// The slots at one moment.
struct Slots {
    RextrackSnapshot snapshot{};
    // Room for as many as a pipeline can have; the first `count` are valid.
    std::vector<RextrackSlot> slots;
    std::size_t count = 0;

    Slots() : slots(256) {}
};

// How a camera is called whose pipeline belongs to the node with that id.
std::string camera_id(uint32_t node_id);

class Node {
public:
    // `plugin_folder` is where the Rust library is.
    Node(std::string camera_id, std::string plugin_folder);

    // Ends the pipeline and joins every thread, within two seconds.
    ~Node();

    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;

    // The following are for the cook thread. None of them waits for anything.

    // The values of the parameters; `changed` says whether they are other ones than last time.
    void set(const Values &values, bool changed);

    // Closes the source and opens it anew.
    void restart() { pulse(restart_flag); }

    // Gives the slots out anew.
    void reset_slots() { pulse(reset_flag); }

    // The newest slots, moved to now if `predict`. Leaves `slots` as it is while the pipeline is
    // being exchanged; without a pipeline there are none.
    void poll(bool predict, Slots &slots);

    // Valid until the next call.
    const Report &report();

    // For other threads: the pipeline, or NULL. Keep it only for as long as you use it.
    std::shared_ptr<Pipeline> pipeline() const;

private:
    static constexpr unsigned restart_flag = 1, reset_flag = 2;

    void pulse(unsigned flag) { pulses_.fetch_or(flag); }

    class Worker;
    void run();
    void replace(std::shared_ptr<Pipeline> pipeline);

    const std::string camera_id_;
    const std::string plugin_folder_;

    Newest<Values> values_;
    Values outgoing_;
    bool unsent_ = true;
    std::atomic<unsigned> pulses_{0};

    mutable std::mutex pipeline_lock_;
    std::shared_ptr<Pipeline> pipeline_;

    Newest<std::shared_ptr<const Report>> reports_;
    std::shared_ptr<const Report> report_ = std::make_shared<Report>();

    Rest rest_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
