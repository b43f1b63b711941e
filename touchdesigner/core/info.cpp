#include "info.h"

#include <cstdio>

namespace rextrack_td {

namespace {

// A row of the Info DAT below the slots and the status.
struct InfoField {
    const char *name;
    std::string Report::*value;
};

const InfoField info_fields[] = {
    {"source", &Report::source}, {"model", &Report::model},     {"family", &Report::model_family},
    {"device", &Report::device}, {"licence", &Report::licence}, {"runtime", &Report::runtime},
    {"rextrack", &Report::version}};
constexpr std::size_t info_field_count = sizeof info_fields / sizeof info_fields[0];

const char *const slot_columns[] = {"slot",  "state", "id", "generation", "class", "name",
                               "score", "x",     "y",  "w",   "h",     "age_ms"};
constexpr std::size_t slot_column_count = sizeof slot_columns / sizeof slot_columns[0];

const char *state_name(uint32_t state) {
    return state == REXTRACK_SLOT_ACTIVE ? "active" : state == REXTRACK_SLOT_HELD ? "held" : "empty";
}

std::string number_text(float value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", static_cast<double>(value));
    return text;
}

std::vector<std::string> slot_row(std::size_t index, const RextrackSlot &slot,
                                  const Report &report) {
    const bool has_name = slot.class_id >= 0 &&
                          static_cast<std::size_t>(slot.class_id) < report.classes.size();
    return {"p" + std::to_string(index + 1),
            state_name(slot.state),
            std::to_string(slot.track_id),
            std::to_string(slot.generation),
            std::to_string(slot.class_id),
            has_name ? report.classes[static_cast<std::size_t>(slot.class_id)] : std::string(),
            number_text(slot.score),
            number_text(slot.x),
            number_text(slot.y),
            number_text(slot.w),
            number_text(slot.h),
            std::to_string(slot.age_ms)};
}

struct InfoChannel {
    const char *name;
    float (*value)(const Report &, const RextrackSnapshot &, float cook_us);
};

const InfoChannel info_channels[] = {
    {"fps_in", [](const Report &r, const RextrackSnapshot &, float) { return r.stats.fps_in; }},
    {"fps", [](const Report &r, const RextrackSnapshot &, float) { return r.stats.fps_proc; }},
    {"frames_in", [](const Report &r, const RextrackSnapshot &, float) {
         return static_cast<float>(r.stats.frames_in); }},
    {"frames", [](const Report &r, const RextrackSnapshot &, float) {
         return static_cast<float>(r.stats.frames_processed); }},
    {"dropped", [](const Report &r, const RextrackSnapshot &, float) {
         return static_cast<float>(r.stats.dropped); }},
    {"reconnects", [](const Report &r, const RextrackSnapshot &, float) {
         return static_cast<float>(r.stats.reconnects); }},
    {"capture_ms", [](const Report &r, const RextrackSnapshot &, float) {
         return r.stats.capture_ms; }},
    {"preprocess_ms", [](const Report &r, const RextrackSnapshot &, float) {
         return r.stats.preprocess_ms; }},
    {"inference_ms", [](const Report &r, const RextrackSnapshot &, float) {
         return r.stats.inference_ms; }},
    {"postprocess_ms", [](const Report &r, const RextrackSnapshot &, float) {
         return r.stats.postprocess_ms; }},
    {"track_ms", [](const Report &r, const RextrackSnapshot &, float) {
         return r.stats.track_ms; }},
    {"latency_ms", [](const Report &r, const RextrackSnapshot &, float) {
         return r.stats.end_to_end_ms; }},
    {"source_state", [](const Report &, const RextrackSnapshot &s, float) {
         return static_cast<float>(s.source_state); }},
    {"active", [](const Report &, const RextrackSnapshot &s, float) {
         return static_cast<float>(s.active_count); }},
    {"waiting", [](const Report &, const RextrackSnapshot &s, float) {
         return static_cast<float>(s.waiting_count); }},
    {"frame_width", [](const Report &, const RextrackSnapshot &s, float) {
         return static_cast<float>(s.frame_width); }},
    {"frame_height", [](const Report &, const RextrackSnapshot &s, float) {
         return static_cast<float>(s.frame_height); }},
    {"cook_us", [](const Report &, const RextrackSnapshot &, float cook_us) { return cook_us; }},
};

} // namespace

std::size_t info_channel_count() { return sizeof info_channels / sizeof info_channels[0]; }

const char *info_channel_name(std::size_t index) { return info_channels[index].name; }

float info_channel_value(std::size_t index, const Report &report, const RextrackSnapshot &snapshot,
                         float cook_us) {
    return info_channels[index].value(report, snapshot, cook_us);
}

// With the rows of titles and status.
std::size_t info_row_count(const Slots &slots) { return 2 + slots.count + info_field_count; }

std::size_t info_column_count() { return slot_column_count; }

std::vector<std::string> info_row(std::size_t index, const std::string &status, const Report &report,
                                  const Slots &slots) {
    if (index == 0) return {slot_columns, slot_columns + slot_column_count};
    if (index <= slots.count) return slot_row(index - 1, slots.slots[index - 1], report);
    if (index == slots.count + 1) return {"status", status};
    const std::size_t field = index - slots.count - 2;
    if (field >= info_field_count) return {};
    return {info_fields[field].name, report.*info_fields[field].value};
}

std::string popup_text(const Report &report, const RextrackSnapshot &snapshot) {
    // Before the library is loaded there is nothing to say.
    if (report.version.empty()) return report.status.empty() ? "starting" : report.status;
    char text[96];
    std::snprintf(text, sizeof text, ", %.1f fps, %u of %u slots, %u waiting",
                  static_cast<double>(report.stats.fps_proc), snapshot.active_count,
                  snapshot.slot_count, snapshot.waiting_count);
    std::string lines = "rextrack " + report.version + ": " + report.status + text;
    // "push:" is the library's word for pictures of its host.
    const bool is_top = report.source == "push:";
    if (!report.source.empty()) lines += "\nsource " + (is_top ? "TOP" : report.source);
    if (!report.model.empty()) lines += "\nmodel " + report.model + " on " + report.device;
    return lines;
}

} // namespace rextrack_td
