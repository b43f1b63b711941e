#include "channel.h"

#include "message.h"

#include <algorithm>
#include <sstream>

namespace rextrack_td {

namespace {

struct Toggle {
    Par par;
    // Names in the library's table.
    std::vector<std::string> axes;
    // Value in an empty slot until the library's table is bound.
    float empty = 0.0f;
};

const std::vector<Toggle> &toggles() {
    static const std::vector<Toggle> all = {
        {Par::Position, {"x", "y"}},
        {Par::Size, {"w", "h"}},
        {Par::Velocity, {"vx", "vy"}},
        {Par::Identity, {"id"}},
        {Par::Generation, {"generation"}},
        {Par::State, {"state"}},
        {Par::Score, {"score"}},
        // A patch must not see class 0, a person, while the library is loading.
        {Par::Class, {"class"}, -1.0f},
        {Par::Age, {"age"}},
        {Par::Speed, {"speed"}},
        {Par::Presence, {"presence"}},
    };
    return all;
}

bool has_toggle(const std::string &axis) {
    for (const Toggle &toggle : toggles())
        if (std::find(toggle.axes.begin(), toggle.axes.end(), axis) != toggle.axes.end())
            return true;
    return false;
}

std::vector<double> toggles_of(const Values &values) {
    std::vector<double> numbers;
    for (const Toggle &toggle : toggles()) numbers.push_back(values.number(toggle.par));
    for (Par par : {Par::Count, Par::Fps, Par::Latency}) numbers.push_back(values.number(par));
    return numbers;
}

// The names in a text, separated by spaces or commas.
std::vector<std::string> split(std::string text) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream words(text);
    std::vector<std::string> names;
    for (std::string name; words >> name;) names.push_back(name);
    return names;
}

// Whether TouchDesigner accepts the name as part of a channel's name.
bool is_channel_name(const std::string &name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

auto find_axis(const std::vector<RextrackAxis> &table, const std::string &name) {
    return std::find_if(table.begin(), table.end(),
                        [&](const RextrackAxis &axis) { return name == axis.name; });
}

} // namespace

std::vector<const RextrackAxis *> axes_without_toggle(const std::vector<RextrackAxis> &table) {
    std::vector<const RextrackAxis *> axes;
    for (const RextrackAxis &axis : table)
        if (!has_toggle(axis.name)) axes.push_back(&axis);
    return axes;
}

Channels::Channels(const Values &values)
    : toggles_(toggles_of(values)), more_axes_(values.text(Par::Moreaxes)),
      coordinates_(coordinates_from(values.text(Par::Coordinates))),
      slot_count_(static_cast<std::size_t>(values.integer(Par::Slots))),
      has_count_(values.is_on(Par::Count)), has_fps_(values.is_on(Par::Fps)),
      has_latency_(values.is_on(Par::Latency)) {
    const auto add = [this](const std::string &name, float empty) {
        const auto is_same = [&](const Axis &axis) { return axis.name == name; };
        if (std::none_of(axes_.begin(), axes_.end(), is_same)) axes_.push_back({name, empty});
    };
    for (const Toggle &toggle : toggles())
        if (values.is_on(toggle.par))
            for (const std::string &name : toggle.axes) add(name, toggle.empty);
    for (const std::string &name : split(more_axes_))
        if (is_channel_name(name)) add(name, 0.0f);
    for (std::size_t slot = 1; slot <= slot_count_; ++slot)
        for (const Axis &axis : axes_) names_.push_back("p" + std::to_string(slot) + "_" + axis.name);
    if (has_count_) names_.push_back("count");
    if (has_fps_) names_.push_back("fps");
    if (has_latency_) names_.push_back("latency");
}

bool Channels::match(const Values &values) const {
    return static_cast<std::size_t>(values.integer(Par::Slots)) == slot_count_ &&
           coordinates_from(values.text(Par::Coordinates)) == coordinates_ &&
           values.text(Par::Moreaxes) == more_axes_ && toggles_of(values) == toggles_;
}

void Channels::bind(const std::vector<RextrackAxis> &table) {
    if (table_ == &table) return;
    table_ = &table;
    values_ = {};
    for (Axis &axis : axes_) {
        axis.column = add_column(table, axis.name);
        if (axis.column < 0) continue;
        const auto found = find_axis(table, axis.name);
        axis.empty = found->empty;
        axis.quantity = found->quantity;
    }
    state_column_ = add_column(table, "state");
    width_column_ = add_column(table, "w");
    height_column_ = add_column(table, "h");
    values_.capacity = slot_count_;
    values_.values.resize(slot_count_ * values_.axes.size());

    problem_.clear();
    for (const std::string &name : split(more_axes_)) {
        if (find_axis(table, name) != table.end()) continue;
        problem_ = message::more_axes_has_no + name + message::choose_an_axis;
        const char *separator = "";
        for (const RextrackAxis *axis : axes_without_toggle(table)) {
            problem_ += std::string(separator) + axis->name;
            separator = ", ";
        }
        break;
    }
}

// Adds an axis to those that are polled. Returns its index in a slot's row, or -1.
int Channels::add_column(const std::vector<RextrackAxis> &table, const std::string &name) {
    const auto found = find_axis(table, name);
    if (found == table.end()) return -1;
    values_.axes.push_back(static_cast<uint32_t>(found - table.begin()));
    return static_cast<int>(values_.axes.size()) - 1;
}

float Channels::value_at(std::size_t slot, int column) const {
    return values_.values[slot * values_.axes.size() + static_cast<std::size_t>(column)];
}

// Whether the slot is empty and has no kept position, so that its values are 0. They stay 0 in all
// coordinates, also where y points upwards.
bool Channels::is_unused(std::size_t slot) const {
    return state_column_ >= 0 && width_column_ >= 0 && height_column_ >= 0 &&
           value_at(slot, state_column_) == REXTRACK_SLOT_EMPTY &&
           value_at(slot, width_column_) == 0.0f && value_at(slot, height_column_) == 0.0f;
}

void Channels::fill(float fps, float **channels) const {
    const RextrackSnapshot &snapshot = values_.snapshot;
    const Conversion conversion(coordinates_, snapshot.frame_width, snapshot.frame_height);
    const Conversion none(Coordinates::Frame, 0, 0);
    std::size_t index = 0;
    for (std::size_t slot = 0; slot < slot_count_; ++slot) {
        const bool is_valid = slot < values_.count;
        const Conversion &to = is_valid && !is_unused(slot) ? conversion : none;
        for (const Axis &axis : axes_) {
            const bool is_known = is_valid && axis.column >= 0;
            channels[index++][0] =
                is_known ? to.apply(axis.quantity, value_at(slot, axis.column)) : axis.empty;
        }
    }
    const int64_t latency_ns = snapshot.publish_ns - snapshot.capture_ns;
    if (has_count_) channels[index++][0] = static_cast<float>(snapshot.active_count);
    if (has_fps_) channels[index++][0] = fps;
    if (has_latency_) channels[index++][0] = static_cast<float>(latency_ns) / 1e6f;
}

} // namespace rextrack_td
