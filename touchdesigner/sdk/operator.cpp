#include "operator.h"

#include "core/platform.h"
#include "rextrack.h"

#include <cstdio>
#include <cstring>

namespace rextrack_td::sdk {

namespace {

bool belongs(const Parameter &one, Family family) {
    return one.family == Family::Both || one.family == family;
}

void append(TD::OP_ParameterManager &manager, const Parameter &one) {
    TD::OP_NumericParameter number(one.name);
    number.label = one.label;
    number.page = one.page;
    for (int i = 0; i < 4; ++i) {
        // A region is left, top, right, bottom: by default the whole picture.
        number.defaultValues[i] = one.kind == Kind::Region ? (i < 2 ? 0.0 : 1.0) : one.value;
        number.minValues[i] = one.least;
        number.maxValues[i] = one.most;
        number.minSliders[i] = one.least;
        number.maxSliders[i] = one.slider;
        number.clampMins[i] = number.clampMaxes[i] = true;
    }
    TD::OP_StringParameter text(one.name);
    text.label = one.label;
    text.page = one.page;
    text.defaultValue = one.text;
    set_help(number, one.help, 0);
    set_help(text, one.help, 0);
    std::vector<const char *> names, labels;
    for (const MenuItem &item : one.items) {
        names.push_back(item.name);
        labels.push_back(item.label);
    }
    const auto items = static_cast<int32_t>(names.size());
    switch (one.kind) {
    case Kind::Toggle: manager.appendToggle(number); break;
    case Kind::Pulse: manager.appendPulse(number); break;
    case Kind::Integer: manager.appendInt(number); break;
    case Kind::Number: manager.appendFloat(number); break;
    case Kind::Region: manager.appendFloat(number, 4); break;
    case Kind::Text: manager.appendString(text); break;
    case Kind::File: manager.appendFile(text); break;
    case Kind::Folder: manager.appendFolder(text); break;
    case Kind::Menu: manager.appendMenu(text, items, names.data(), labels.data()); break;
    case Kind::TextMenu: manager.appendStringMenu(text, items, names.data(), labels.data()); break;
    case Kind::ModelMenu: manager.appendDynamicStringMenu(text); break;
    case Kind::Top: manager.appendTOP(text); break;
    case Kind::Chop: manager.appendCHOP(text); break;
    }
}

bool read(const TD::OP_Inputs &inputs, const Parameter &one, Values &values) {
    switch (one.kind) {
    case Kind::Toggle:
    case Kind::Integer: return values.set(one.par, inputs.getParInt(one.name));
    case Kind::Number: return values.set(one.par, inputs.getParDouble(one.name));
    case Kind::Region: {
        std::array<double, 4> region{};
        inputs.getParDouble4(one.name, region[0], region[1], region[2], region[3]);
        return values.set(one.par, region);
    }
    case Kind::Text:
    case Kind::Menu:
    case Kind::TextMenu:
    case Kind::ModelMenu: return values.set(one.par, inputs.getParString(one.name));
    case Kind::File:
    case Kind::Folder: return values.set(one.par, inputs.getParFilePath(one.name));
    // Pulses come by themselves; nodes are asked for where they are used.
    case Kind::Pulse:
    case Kind::Top:
    case Kind::Chop: return false;
    }
    return false;
}

// One row of the Info DAT that stands below the slots.
struct Fact {
    const char *name;
    std::string Report::*value;
};

const Fact facts[] = {
    {"status", &Report::status},   {"source", &Report::source},   {"model", &Report::model},
    {"family", &Report::family},   {"device", &Report::device},   {"licence", &Report::licence},
    {"runtime", &Report::runtime}, {"rextrack", &Report::version}};
constexpr int32_t fact_count = sizeof facts / sizeof facts[0];

const char *const columns[] = {"slot",  "state", "id", "generation", "class", "name",
                               "score", "x",     "y",  "w",   "h",     "age_ms"};
constexpr int32_t column_count = sizeof columns / sizeof columns[0];

const char *state_name(uint32_t state) {
    return state == REXTRACK_SLOT_ACTIVE ? "active" : state == REXTRACK_SLOT_HELD ? "held" : "empty";
}

std::string number(float value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", static_cast<double>(value));
    return text;
}

std::vector<std::string> slot_row(std::size_t index, const RextrackSlot &slot,
                                  const Report &report) {
    const auto known = slot.class_id >= 0 &&
                       static_cast<std::size_t>(slot.class_id) < report.classes.size();
    return {"p" + std::to_string(index + 1),
            state_name(slot.state),
            std::to_string(slot.track_id),
            std::to_string(slot.generation),
            std::to_string(slot.class_id),
            known ? report.classes[static_cast<std::size_t>(slot.class_id)] : std::string(),
            number(slot.score),
            number(slot.x),
            number(slot.y),
            number(slot.w),
            number(slot.h),
            std::to_string(slot.age_ms)};
}

} // namespace

std::string plugin_folder(const TD::OP_NodeInfo &info) {
    const std::string own = platform::own_folder();
    std::vector<std::string> candidates;
    if (info.pluginPath && *info.pluginPath) {
        // The binary, or the folder or bundle that it is in.
        candidates.push_back(platform::outside_bundle(platform::folder_of(info.pluginPath)));
        candidates.push_back(info.pluginPath);
    }
    for (const std::string &folder : candidates)
        if (platform::is_file(folder + platform::separator + platform::library_name))
            return folder;
    return own;
}

void describe(TD::OP_CustomOPInfo &info, int32_t inputs) {
    info.opType->setString("Rextrack");
    info.opLabel->setString("Rextrack");
    info.opIcon->setString("Rxt");
    info.authorName->setString("The rextrack authors");
    info.authorEmail->setString("authors@rextrack.invalid");
    info.majorVersion = 0;
    info.minorVersion = 1;
    info.minInputs = 0;
    info.maxInputs = inputs;
}

void append_parameters(TD::OP_ParameterManager &manager, Family family) {
    for (const Parameter &one : parameters())
        if (belongs(one, family)) append(manager, one);
}

bool read_parameters(const TD::OP_Inputs &inputs, Family family, Values &values) {
    bool changed = false;
    for (const Parameter &one : parameters())
        if (belongs(one, family)) changed |= read(inputs, one, values);
    return changed;
}

void enable_parameters(const TD::OP_Inputs &inputs, const Values &values, Family family) {
    const std::string &source = values.text(Par::Source);
    const bool stream = source == "stream", file = source == "file";
    const auto enable = [&](Par par, bool on) {
        if (belongs(parameter(par), family)) inputs.enablePar(parameter(par).name, on);
    };
    for (Par par : {Par::Address, Par::User, Par::Password, Par::Transport}) enable(par, stream);
    for (Par par : {Par::File, Par::Loop}) enable(par, file);
    enable(Par::Webcam, source == "webcam");
    enable(Par::Top, source == "top");
    enable(Par::Roi, values.on(Par::Useroi));
}

void build_menu(TD::OP_BuildDynamicMenuInfo &menu, const Report &report) {
    if (std::strcmp(menu.name, parameter(Par::Model).name) != 0) return;
    for (const std::string &model : report.models) menu.addMenuEntry(model.c_str(), model.c_str());
}

void pulse(Node &node, const char *name) {
    if (std::strcmp(name, parameter(Par::Restart).name) == 0) node.restart();
    if (std::strcmp(name, parameter(Par::Resetslots).name) == 0) node.reset_slots();
}

namespace {

struct Measure {
    const char *name;
    float (*value)(const Report &, const RextrackSnapshot &, float cook_us);
};

const Measure measures[] = {
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

int32_t Info::channels() { return sizeof measures / sizeof measures[0]; }

void Info::channel(int32_t index, TD::OP_InfoCHOPChan &channel, const Report &report,
                   const RextrackSnapshot &snapshot, float cook_us) {
    if (index < 0 || index >= channels()) return;
    channel.name->setString(measures[index].name);
    channel.value = measures[index].value(report, snapshot, cook_us);
}

void Info::size(TD::OP_InfoDATSize &size, const Slots &slots) {
    size.rows = 1 + static_cast<int32_t>(slots.count) + fact_count;
    size.cols = column_count;
    size.byColumn = false;
}

void Info::row(int32_t index, int32_t entries, TD::OP_InfoDATEntries &row, const Report &report,
               const Slots &slots) {
    const auto count = static_cast<int32_t>(slots.count);
    std::vector<std::string> cells;
    if (index == 0) {
        cells.assign(columns, columns + column_count);
    } else if (index <= count) {
        const auto slot = static_cast<std::size_t>(index - 1);
        cells = slot_row(slot, slots.slots[slot], report);
    } else if (index - count - 1 < fact_count) {
        const Fact &fact = facts[index - count - 1];
        cells = {fact.name, report.*fact.value};
    }
    cells.resize(static_cast<std::size_t>(entries));
    for (int32_t i = 0; i < entries; ++i)
        row.values[i]->setString(cells[static_cast<std::size_t>(i)].c_str());
}

void warn(TD::OP_String &warning, const std::string &own, const Report &report) {
    const bool both = !own.empty() && !report.warning.empty();
    const std::string text = own + (both ? "\n" : "") + report.warning;
    if (!text.empty()) warning.setString(text.c_str());
}

std::string popup(const Report &report, const RextrackSnapshot &snapshot) {
    char text[96];
    std::snprintf(text, sizeof text, ", %.1f fps, %u of %u slots, %u waiting",
                  static_cast<double>(report.stats.fps_proc), snapshot.active_count,
                  snapshot.slot_count, snapshot.waiting_count);
    std::string lines = "rextrack " + report.version + ": " + report.status + text;
    if (!report.source.empty()) lines += "\nsource " + report.source;
    if (!report.model.empty()) lines += "\nmodel " + report.model + " on " + report.device;
    return lines;
}

} // namespace rextrack_td::sdk
