#include "node.h"

#include "enabled.h"
#include "info.h"
#include "message.h"

namespace rextrack_td {

Node::Node(uint32_t family, uint32_t op_id, Installation installation)
    : pipeline_(camera_id(op_id), std::move(installation)), family_(family) {}

void Node::pulse(const std::string &name) {
    if (name == parameter(Par::Restart).td.name) pipeline_.restart();
    if (name == parameter(Par::Resetslots).td.name) pipeline_.reset_slots();
}

void Node::set(const Parameter &parameter, const double *numbers) {
    if (parameter.td.kind == REXTRACK_TD_REGION)
        is_changed_ |= values_.set(
            parameter.par, std::array<double, 4>{numbers[0], numbers[1], numbers[2], numbers[3]});
    else
        is_changed_ |= values_.set(parameter.par, numbers[0]);
}

void Node::set(const Parameter &parameter, const char *text) {
    is_changed_ |= values_.set(parameter.par, text);
}

void Node::begin_cook(int64_t frame) {
    cook_began_ = std::chrono::steady_clock::now();
    has_new_states_ = is_changed_;
    if (is_changed_) update_values();
    pipeline_.set(pipeline_values(), is_changed_);
    if (!uses_top()) top_source_.disable();
    report_ = &pipeline_.report();
    snapshot_ = &cook(frame);
    is_changed_ = false;
}

void Node::end_cook() {
    const std::chrono::duration<float, std::micro> time =
        std::chrono::steady_clock::now() - cook_began_;
    cook_us_ = time.count();
}

int Node::enabled(const Parameter &parameter) const {
    return enabled_state(parameter.par, values_, shows_chop());
}

const Event *Node::next_event() {
    if (next_event_ == events_.size()) {
        events_ = pipeline_.take_events();
        next_event_ = 0;
        add_problem_event();
    }
    return next_event_ < events_.size() ? &events_[next_event_++] : nullptr;
}

// A problem is also one that the pipeline does not know, such as of the TOP or of a channel.
void Node::add_problem_event() {
    for (const Event &event : events_)
        if (event.kind == REXTRACK_TD_PROBLEM) told_problem_ = event.text;
    std::string problem = error().empty() ? warning() : error();
    if (problem == told_problem_) return;
    events_.push_back({REXTRACK_TD_PROBLEM, 0, 0, 0, problem});
    told_problem_ = std::move(problem);
}

std::string Node::warning() const {
    std::string text = own_warning();
    if (text.empty()) text = top_source_.warning(missing_top());
    if (!text.empty() && !report().warning.empty()) text += "\n";
    return text + report().warning;
}

std::string Node::popup() const {
    return shows_chop() ? status() : popup_text(report(), snapshot());
}

std::string Node::status() const {
    return shows_chop() ? message::shows_chop : report().status;
}

const Slots &Node::read_slots() {
    pipeline_.poll(slots_);
    return slots_;
}

bool Node::uses_top() const {
    const Values &values = pipeline_values();
    return values.text(Par::Source) == "top" && values.is_on(Par::Active);
}

} // namespace rextrack_td
