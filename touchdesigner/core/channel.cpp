#include "channel.h"

namespace rextrack_td {

namespace {

struct Axes {
    Par par;
    std::vector<Axis> axes;
};

const std::vector<Axes> &toggles() {
    static const std::vector<Axes> all = {
        {Par::Position, {Axis::X, Axis::Y}},   {Par::Size, {Axis::W, Axis::H}},
        {Par::Velocity, {Axis::Vx, Axis::Vy}}, {Par::Identity, {Axis::Id}},
        {Par::Generation, {Axis::Generation}},        {Par::State, {Axis::State}},
        {Par::Score, {Axis::Score}},      {Par::Class, {Axis::Class}},
        {Par::Age, {Axis::Age}},
    };
    return all;
}

const char *name_of(Axis axis) {
    switch (axis) {
    case Axis::X: return "x";
    case Axis::Y: return "y";
    case Axis::W: return "w";
    case Axis::H: return "h";
    case Axis::Vx: return "vx";
    case Axis::Vy: return "vy";
    case Axis::Id: return "id";
    case Axis::Generation: return "generation";
    case Axis::State: return "state";
    case Axis::Score: return "score";
    case Axis::Class: return "class";
    case Axis::Age: return "age";
    }
    return "";
}

float value_of(const RextrackSlot &slot, Axis axis) {
    switch (axis) {
    case Axis::X: return slot.x;
    case Axis::Y: return slot.y;
    case Axis::W: return slot.w;
    case Axis::H: return slot.h;
    case Axis::Vx: return slot.vx;
    case Axis::Vy: return slot.vy;
    case Axis::Id: return static_cast<float>(slot.track_id);
    case Axis::Generation: return static_cast<float>(slot.generation);
    case Axis::State: return static_cast<float>(slot.state);
    case Axis::Score: return slot.score;
    case Axis::Class: return static_cast<float>(slot.class_id);
    case Axis::Age: return static_cast<float>(slot.age_ms);
    }
    return 0.0f;
}

Coordinates coordinates_of(const std::string &name) {
    if (name == "uv") return Coordinates::Uv;
    if (name == "touch") return Coordinates::Touch;
    if (name == "pixels") return Coordinates::Pixels;
    return Coordinates::Frame;
}

std::vector<double> toggles_of(const Values &values) {
    std::vector<double> on;
    on.reserve(16);
    for (const Axes &toggle : toggles()) on.push_back(values.number(toggle.par));
    for (Par par : {Par::Count, Par::Fps, Par::Latency}) on.push_back(values.number(par));
    return on;
}

// Nobody has been here, or nothing was kept: all of it is 0, whichever way y grows.
bool is_zeroed(const RextrackSlot &slot) {
    return slot.state == REXTRACK_SLOT_EMPTY && slot.w == 0.0f && slot.h == 0.0f;
}

} // namespace

Channels::Channels(const Values &values)
    : toggles_(toggles_of(values)), coordinates_(coordinates_of(values.text(Par::Coordinates))),
      slots_(static_cast<std::size_t>(values.whole(Par::Slots))), count_(values.on(Par::Count)),
      fps_(values.on(Par::Fps)), latency_(values.on(Par::Latency)) {
    for (const Axes &toggle : toggles())
        if (values.on(toggle.par))
            axes_.insert(axes_.end(), toggle.axes.begin(), toggle.axes.end());
    names_.reserve(slots_ * axes_.size() + 3);
    for (std::size_t slot = 1; slot <= slots_; ++slot)
        for (Axis axis : axes_) names_.push_back("p" + std::to_string(slot) + "_" + name_of(axis));
    if (count_) names_.push_back("count");
    if (fps_) names_.push_back("fps");
    if (latency_) names_.push_back("latency");
}

bool Channels::fit(const Values &values) const {
    return static_cast<std::size_t>(values.whole(Par::Slots)) == slots_ &&
           coordinates_of(values.text(Par::Coordinates)) == coordinates_ &&
           toggles_of(values) == toggles_;
}

void Channels::fill(const RextrackSlot *slots, std::size_t count, const RextrackSnapshot &snapshot,
                    float fps, float **channels) const {
    RextrackSlot nobody{};
    nobody.class_id = -1;
    std::size_t index = 0;
    for (std::size_t i = 0; i < slots_; ++i) {
        const RextrackSlot slot = converted(i < count ? slots[i] : nobody, coordinates_,
                                            snapshot.frame_width, snapshot.frame_height);
        for (Axis axis : axes_) channels[index++][0] = value_of(slot, axis);
    }
    const int64_t latency_ns = snapshot.publish_ns - snapshot.capture_ns;
    if (count_) channels[index++][0] = static_cast<float>(snapshot.active_count);
    if (fps_) channels[index++][0] = fps;
    if (latency_) channels[index++][0] = static_cast<float>(latency_ns) / 1e6f;
}

RextrackSlot converted(RextrackSlot slot, Coordinates to, uint32_t width, uint32_t height) {
    if (to == Coordinates::Frame || is_zeroed(slot)) return slot;
    float across = 1.0f, up = 1.0f;
    if (to == Coordinates::Pixels) {
        across = static_cast<float>(width);
        up = static_cast<float>(height);
    } else {
        slot.y = 1.0f - slot.y;
        // Not -vy, which shows a resting slot's speed as "-0".
        slot.vy = 0.0f - slot.vy;
        if (to == Coordinates::Touch && height > 0)
            across = static_cast<float>(width) / static_cast<float>(height);
    }
    slot.x *= across;
    slot.w *= across;
    slot.vx *= across;
    slot.y *= up;
    slot.h *= up;
    slot.vy *= up;
    return slot;
}

} // namespace rextrack_td
