#include "channel.h"

#include "message.h"

#include <algorithm>
#include <iterator>
#include <sstream>

namespace rextrack_td {

namespace {

// What the Body Track CHOP calls the values of a body, after its number.
struct BodyTrackName {
    const char *axis;
    const char *channel;
};

constexpr BodyTrackName body_track_names[] = {{"x", "bbox:u"},
                                              {"y", "bbox:v"},
                                              {"w", "bbox:width"},
                                              {"h", "bbox:height"},
                                              {"id", "trackingid"}};

// NULL when that CHOP does not have the value.
const char *find_body_track_name(const std::string &axis) {
    for (const BodyTrackName &name : body_track_names)
        if (axis == name.axis) return name.channel;
    return nullptr;
}

bool is_toggle(const Parameter &one) { return *one.axes || *one.channel; }

bool has_toggle(const std::string &axis) {
    for (const Parameter &one : parameters()) {
        const std::vector<std::string> names = split_names(one.axes);
        if (std::find(names.begin(), names.end(), axis) != names.end()) return true;
    }
    return false;
}

// One bit for each toggle of channels, in the order of the table.
uint32_t toggles_of(const Values &values) {
    uint32_t toggles = 0;
    for (const Parameter &one : parameters())
        if (is_toggle(one)) toggles = toggles << 1 | (values.is_on(one.par) ? 1u : 0u);
    return toggles;
}

// Whether a name from More Axes can be part of a channel's name: TouchDesigner accepts it, and the
// node has no channel of that name.
bool is_axis_name(const std::string &name) {
    for (const Parameter &one : parameters())
        if (name == one.channel) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

auto find_axis(const std::vector<RextrackAxis> &table, const std::string &name) {
    return std::find_if(table.begin(), table.end(),
                        [&](const RextrackAxis &axis) { return name == axis.name; });
}

Coordinates coordinates_in(Layout layout, const std::string &name) {
    const Coordinates chosen = coordinates_from(name);
    // The default means what the Body Track CHOP has.
    return layout == Layout::BodyTrack && chosen == Coordinates::Frame ? Coordinates::Uv : chosen;
}

} // namespace

Layout layout_from(const std::string &name) {
    if (name == "samples") return Layout::Samples;
    return name == "bodytrack" ? Layout::BodyTrack : Layout::Channels;
}

std::string channel_name(Layout layout, const std::string &axis, std::size_t slot) {
    if (layout == Layout::Samples) return axis;
    if (layout == Layout::Channels) return "p" + std::to_string(slot) + "_" + axis;
    const char *name = find_body_track_name(axis);
    return "body" + std::to_string(slot) + "/" + (name ? name : axis);
}

std::string valid_channel_name(std::size_t slot) {
    return "body" + std::to_string(slot) + ":valid";
}

Choice choice(Layout layout, Par toggle) {
    // Instances and particles need velocity and presence.
    if (layout == Layout::Samples && (toggle == Par::Velocity || toggle == Par::Presence))
        return Choice::AlwaysOn;
    const std::vector<std::string> axes = split_names(parameter(toggle).axes);
    const bool is_named = axes.empty() || find_body_track_name(axes.front());
    return layout == Layout::BodyTrack && !is_named ? Choice::AlwaysOff : Choice::User;
}

std::vector<std::string> split_names(std::string text) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
}

std::vector<const RextrackAxis *> axes_without_toggle(const std::vector<RextrackAxis> &table) {
    std::vector<const RextrackAxis *> axes;
    for (const RextrackAxis &axis : table)
        if (!has_toggle(axis.name)) axes.push_back(&axis);
    return axes;
}

Channels::Channels(const Values &values)
    : toggles_(toggles_of(values)), more_axes_(values.text(Par::Moreaxes)),
      coordinates_name_(values.text(Par::Coordinates)),
      layout_(layout_from(values.text(Par::Layout))), is_mirrored_(values.is_on(Par::Mirror)),
      slot_count_(static_cast<std::size_t>(values.integer(Par::Slots))),
      coordinates_(coordinates_in(layout_, coordinates_name_)) {
    if (layout_ == Layout::BodyTrack) {
        add_axis("state", 0.0f);
        axes_.back().is_valid = true;
    }
    for (const Parameter &one : parameters()) {
        if (!is_toggle(one)) continue;
        const Choice made = choice(layout_, one.par);
        if (made == Choice::AlwaysOff || (made == Choice::User && !values.is_on(one.par))) continue;
        for (const std::string &name : split_names(one.axes)) add_axis(name, one.empty);
        if (*one.channel) node_channels_.push_back(one.par);
    }
    for (const std::string &name : split_names(more_axes_))
        if (is_axis_name(name)) add_axis(name, 0.0f);
    // TouchDesigner has trouble with a CHOP without channels.
    if (axes_.empty() && node_channels_.empty()) node_channels_.push_back(Par::Count);
    add_names();
}

void Channels::add_axis(const std::string &name, float empty) {
    const auto is_same = [&](const Axis &axis) { return axis.name == name && !axis.is_valid; };
    if (std::any_of(axes_.begin(), axes_.end(), is_same)) return;
    Axis axis;
    axis.name = name;
    axis.empty = empty;
    axes_.push_back(axis);
}

void Channels::add_names() {
    const std::size_t last = layout_ == Layout::Samples ? 1 : slot_count_;
    for (std::size_t slot = 1; slot <= last; ++slot)
        for (const Axis &axis : axes_)
            names_.push_back(axis.is_valid ? valid_channel_name(slot)
                                           : channel_name(layout_, axis.name, slot));
    for (Par par : node_channels_) names_.push_back(parameter(par).channel);
}

bool Channels::match(const Values &values) const {
    return static_cast<std::size_t>(values.integer(Par::Slots)) == slot_count_ &&
           layout_from(values.text(Par::Layout)) == layout_ &&
           values.is_on(Par::Mirror) == is_mirrored_ &&
           values.text(Par::Coordinates) == coordinates_name_ &&
           values.text(Par::Moreaxes) == more_axes_ && toggles_of(values) == toggles_;
}

const char *Channels::name(int32_t index) const {
    return index >= 0 && index < channel_count() ? names_[static_cast<std::size_t>(index)].c_str()
                                                 : "";
}

void Channels::bind(const std::vector<RextrackAxis> &table) {
    if (table_ == &table) return;
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
    values_.values.resize(slot_count_ * values_.axes.size());
    values_.capacity = slot_count_;

    problem_.clear();
    for (const std::string &name : split_names(more_axes_)) {
        if (find_axis(table, name) != table.end()) continue;
        problem_ = message::more_axes_has_no + name + message::choose_an_axis;
        const char *separator = "";
        for (const RextrackAxis *axis : axes_without_toggle(table)) {
            problem_ += std::string(separator) + axis->name;
            separator = ", ";
        }
        break;
    }
    // Last, so that a bind for which there was no memory is done again.
    table_ = &table;
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

float Channels::value_of(std::size_t slot, const Axis &axis, const Conversion &conversion) const {
    if (slot >= values_.count || axis.column < 0) return axis.empty;
    const float value = value_at(slot, axis.column);
    if (axis.is_valid) return value == REXTRACK_SLOT_EMPTY ? 0.0f : 1.0f;
    return conversion.apply(axis.quantity, value);
}

float Channels::node_value(Par par, float fps) const {
    const RextrackSnapshot &snapshot = values_.snapshot;
    if (par == Par::Fps) return fps;
    if (par == Par::Count) return static_cast<float>(snapshot.active_count);
    return static_cast<float>(snapshot.publish_ns - snapshot.capture_ns) / 1e6f;
}

void Channels::fill(float fps, float **channels, int32_t channel_count,
                    int32_t sample_count) const {
    if (channel_count != this->channel_count() || sample_count != this->sample_count()) return;
    const Conversion conversion(coordinates_, is_mirrored_, values_.snapshot.frame_width,
                                values_.snapshot.frame_height);
    const Conversion none;
    const bool is_samples = layout_ == Layout::Samples;
    for (std::size_t slot = 0; slot < slot_count_; ++slot) {
        const bool is_used = slot < values_.count && !is_unused(slot);
        for (std::size_t i = 0; i < axes_.size(); ++i) {
            const float value = value_of(slot, axes_[i], is_used ? conversion : none);
            if (is_samples)
                channels[i][slot] = value;
            else
                channels[slot * axes_.size() + i][0] = value;
        }
    }
    float **channel = channels + names_.size() - node_channels_.size();
    for (Par par : node_channels_)
        std::fill_n(*channel++, sample_count, node_value(par, fps));
}

} // namespace rextrack_td
