// A node: what CHOP and TOP have in common.

#ifndef REXTRACK_TD_NODE_H
#define REXTRACK_TD_NODE_H

#include "parameter.h"
#include "pipeline_thread.h"
#include "report.h"
#include "slots.h"
#include "top_source.h"

#include <chrono>
#include <string>
#include <vector>

namespace rextrack_td {

// One call at a time; see interface.h.
class Node {
public:
    Node(uint32_t family, uint32_t op_id, Installation installation);
    virtual ~Node() = default;
    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;

    uint32_t family() const { return family_; }

    void pulse(const std::string &parameter);

    // One cook.
    void set(const Parameter &parameter, const double *numbers);
    void set(const Parameter &parameter, const char *text);
    void begin_cook(int64_t frame);
    void end_cook();

    // Whether parameters may have to be enabled or disabled since the last cook, and the state of one:
    // see enabled.h.
    bool has_new_states() const { return has_new_states_; }
    int enabled(const Parameter &parameter) const;

    // The source, while it is a TOP; else NULL.
    TopSource *top_source() { return uses_top() ? &top_source_ : nullptr; }

    // The next event; NULL when there is none.
    const Event *next_event();

    // Information, between cooks.
    const std::string &error() const { return report().error; }
    std::string warning() const;
    std::string popup() const;
    // In one line, for people.
    std::string status() const;
    const Report &report() const { return *report_; }
    const RextrackSnapshot &snapshot() const { return *snapshot_; }
    float cook_us() const { return cook_us_; }

    // The newest slots, for the Info DAT.
    const Slots &read_slots();
    const Slots &slots() const { return slots_; }

protected:
    // The values have changed since the last cook.
    virtual void update_values() {}
    // The values for this node's own pipeline.
    virtual const Values &pipeline_values() const { return values_; }
    // Whether the node shows the pipeline of a CHOP in place of its own.
    virtual bool shows_chop() const { return false; }
    // Reads what the cook outputs. Returns the snapshot of it, which stays where it is.
    virtual const RextrackSnapshot &cook(int64_t frame) = 0;
    // The node's own warning, beside that of its pipeline; empty when there is none.
    virtual std::string own_warning() const = 0;
    // The warning when the source is a TOP and there is none.
    virtual const char *missing_top() const = 0;

    const Values &values() const { return values_; }
    // Whether the values have changed since the last cook.
    bool has_changed() const { return is_changed_; }
    void values_have_changed() { is_changed_ = true; }

    PipelineThread pipeline_;

private:
    bool uses_top() const;
    void add_problem_event();

    const uint32_t family_;
    Values values_;
    bool is_changed_ = true;
    bool has_new_states_ = true;
    TopSource top_source_{pipeline_};
    const Report *report_ = &pipeline_.report();
    RextrackSnapshot no_snapshot_{};
    const RextrackSnapshot *snapshot_ = &no_snapshot_;
    Slots slots_;
    std::vector<Event> events_;
    std::size_t next_event_ = 0;
    // The error or warning that the latest event of a problem had.
    std::string told_problem_;
    std::chrono::steady_clock::time_point cook_began_{};
    float cook_us_ = 0;
};

} // namespace rextrack_td

#endif
