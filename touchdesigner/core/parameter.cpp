#include "parameter.h"

#include "slots.h"

#include <algorithm>
#include <utility>

namespace rextrack_td {

namespace {

constexpr bool off = false, on = true;

struct MenuItem {
    const char *name;
    const char *label;
};

// The entries of a menu, as the two arrays that the interface passes on.
template <std::size_t count> struct Menu {
    const char *names[count] = {};
    const char *labels[count] = {};

    explicit constexpr Menu(const MenuItem (&items)[count]) {
        for (std::size_t i = 0; i < count; ++i) {
            names[i] = items[i].name;
            labels[i] = items[i].label;
        }
    }
};

constexpr Menu<4> source_menu({{"stream", "Stream Address"},
                               {"webcam", "Webcam"},
                               {"file", "Movie File"},
                               {"top", "TOP"}});
constexpr Menu<2> transport_menu({{"tcp", "TCP"}, {"udp", "UDP"}});
constexpr Menu<4> device_menu({{"auto", "Automatic"},
                               {"cpu", "CPU"},
                               {"cuda:0", "GPU 0 (CUDA)"},
                               {"cuda:1", "GPU 1 (CUDA)"}});
constexpr Menu<1> tracker_menu({{"bytetrack", "ByteTrack"}});
constexpr Menu<2> release_menu({{"zero", "Go to Zero"}, {"keep", "Keep Position"}});
constexpr Menu<3> layout_menu({{"channels", "Channels per Slot"},
                               {"samples", "One Sample per Slot (instancing, CHOP to POP)"},
                               {"bodytrack", "Body Track CHOP's Names"}});
constexpr Menu<5> coordinates_menu({{"frame", "Frame (top left, 0 to 1)"},
                                    {"uv", "UV (bottom left, 0 to 1)"},
                                    {"touch", "TouchDesigner (bottom left, aspect corrected)"},
                                    {"centred", "Centred (instancing)"},
                                    {"pixels", "Pixels (top left)"}});
constexpr Menu<3> show_menu(
    {{"plain", "Picture"}, {"annotated", "Picture with Boxes"}, {"mask", "Mask of Boxes"}});

// Builds the table, page by page. Each function returns the new row, for what only a few have.
class Table {
public:
    std::vector<Parameter> rows;

    // The page of the rows from here on, and the nodes that have them.
    void page(const char *name, OperatorFamily family = OperatorFamily::Both) {
        page_ = name;
        family_ = family;
    }

    Parameter &add(Par par, const char *name, const char *label, RextrackTdKind kind,
                   const char *help) {
        Parameter row;
        row.par = par;
        row.family = family_;
        row.td.name = name;
        row.td.label = label;
        row.td.page = page_;
        row.td.help = help;
        row.td.kind = static_cast<uint32_t>(kind);
        row.td.default_text = "";
        row.td.max = row.td.slider_max = 1;
        rows.push_back(row);
        return rows.back();
    }

    Parameter &text(Par par, const char *name, const char *label, const char *help,
                    RextrackTdKind kind = REXTRACK_TD_STRING, const char *default_text = "") {
        Parameter &row = add(par, name, label, kind, help);
        row.td.default_text = default_text;
        return row;
    }

    Parameter &toggle(Par par, const char *name, const char *label, bool is_on, const char *help) {
        Parameter &row = add(par, name, label, REXTRACK_TD_TOGGLE, help);
        row.td.default_numbers[0] = is_on;
        return row;
    }

    // A toggle for channels of each slot.
    Parameter &axes(Par par, const char *name, const char *label, const char *axes,
                    const char *unit, bool is_on, const char *help) {
        Parameter &row = toggle(par, name, label, is_on, help);
        row.axes = axes;
        row.unit = unit;
        return row;
    }

    // A toggle for a channel of the whole node.
    Parameter &channel(Par par, const char *name, const char *label, const char *channel,
                       const char *unit, bool is_on, const char *help) {
        Parameter &row = toggle(par, name, label, is_on, help);
        row.channel = channel;
        row.unit = unit;
        return row;
    }

    struct Range {
        double min, max, slider_max;
    };

    Parameter &number(Par par, const char *name, const char *label, double value, const char *help,
                      RextrackTdKind kind = REXTRACK_TD_NUMBER, Range range = {0, 1, 1}) {
        Parameter &row = add(par, name, label, kind, help);
        row.td.default_numbers[0] = value;
        row.td.min = range.min;
        row.td.max = range.max;
        row.td.slider_max = range.slider_max;
        return row;
    }

    template <std::size_t count>
    Parameter &menu(Par par, const char *name, const char *label, const Menu<count> &menu,
                    const char *default_text, const char *help,
                    RextrackTdKind kind = REXTRACK_TD_MENU) {
        Parameter &row = text(par, name, label, help, kind, default_text);
        row.td.menu_count = count;
        row.td.menu_names = menu.names;
        row.td.menu_labels = menu.labels;
        return row;
    }

private:
    const char *page_ = "";
    OperatorFamily family_ = OperatorFamily::Both;
};

void add_source(Table &t) {
    t.page("Source", OperatorFamily::Top);
    t.text(Par::Chop, "Chop", "Rextrack CHOP",
           "Shows the video that this CHOP tracks, with the same camera and model: the Rextrack "
           "CHOP itself, not a Null behind it. Empty: this node opens its own source, which you "
           "choose below.",
           REXTRACK_TD_CHOP_REFERENCE);
    t.page("Source");
    t.toggle(Par::Active, "Active", "Active", on, "Off closes the camera and unloads the model.");
    t.menu(Par::Source, "Source", "Source", source_menu, "stream",
           "The source of the video. TOP uses the image of any TOP in the project: NDI, Kinect, a "
           "movie, a render.");
    t.text(Par::Address, "Address", "Address",
           "Address of the camera, as in its manual, such as rtsp://192.168.1.10/stream. It begins with "
           "rtsp://, rtsps://, http:// or https://.");
    t.text(Par::User, "User", "User",
           "User name for the camera, if the address does not contain it.");
    t.text(Par::Password, "Password", "Password",
           "Password for the camera. TouchDesigner saves it in the project file, like every text. "
           "Channels, info and messages never show it.");
    t.text(Par::Webcam, "Webcam", "Webcam",
           "The webcam. Choose it from the menu, or enter its number; the first is 0.",
           REXTRACK_TD_DYNAMIC_MENU, "0");
    t.text(Par::File, "File", "File", "The movie file. A picture works, too.", REXTRACK_TD_FILE);
    t.toggle(Par::Loop, "Loop", "Loop", on,
             "Plays the movie again when it ends. Off: all slots become empty at its end, and Restart "
             "plays it again.");
    t.text(Par::Top, "Top", "TOP", "The TOP to track in, when Source is TOP.",
           REXTRACK_TD_TOP_REFERENCE);
    t.menu(Par::Transport, "Transport", "RTSP Transport", transport_menu, "tcp",
           "Network protocol for RTSP video. TCP loses no data; UDP can have less delay.");
    t.add(Par::Restart, "Restart", "Restart", REXTRACK_TD_PULSE,
          "Closes the source and the model and opens them again. All slots become empty.");
}

void add_model(Table &t) {
    t.page("Model");
    t.text(Par::Model, "Model", "Model",
           "A model from the models folder, or builtin:motion, which detects motion and needs no "
           "file. For more models copy their .onnx files into that folder.",
           REXTRACK_TD_DYNAMIC_MENU, "yolox_nano");
    t.text(Par::Modelfile, "Modelfile", "Model File",
           "An .onnx file from any folder, used instead of Model.", REXTRACK_TD_FILE);
    t.text(Par::Modelsfolder, "Modelsfolder", "Models Folder",
           "Folder of the models. Empty: the folder \"models\" beside the plugin.",
           REXTRACK_TD_FOLDER);
    t.menu(Par::Device, "Device", "Device", device_menu, "auto",
           "Where the model runs. Automatic uses the GPU if it works. If the chosen GPU does not "
           "work, the CPU is used and the node shows a warning.",
           REXTRACK_TD_TEXT_MENU);
    t.number(Par::Confidence, "Confidence", "Confidence", 0.25,
             "Lower finds more people, and more mistakes. Detections below this score never start a "
             "track. Existing tracks are kept down to 0.1; Restart forgets them.");
    t.number(Par::Overlap, "Overlap", "Overlap", 0.45,
             "Boxes of one class that overlap more than this count as one object (IoU, 0 to 1). Lower "
             "it if one person gets two boxes, raise it if two people together get one.");
    t.text(Par::Classes, "Classes", "Classes",
           "Classes to track, as names or numbers separated by commas: person, dog. Empty: all "
           "classes of the model.",
           REXTRACK_TD_STRING, "person");
}

void add_tracking(Table &t) {
    t.page("Tracking");
    t.number(Par::Everynth, "Everynth", "Every Nth Frame", 1,
             "Processes only every Nth frame, to save computing time.", REXTRACK_TD_INTEGER,
             {1, 1000, 10});
    t.toggle(Par::Useroi, "Useroi", "Use Region", off, "Tracks only inside Region.");
    Parameter &roi = t.add(
        Par::Roi, "Roi", "Region", REXTRACK_TD_REGION,
        "Left, top, right and bottom edge, 0 to 1, from the top left of the picture: left is less "
        "than right, top less than bottom. Coordinates and Mirror do not change them. In scripts: "
        "Roi1 Roi2 Roi3 Roi4, or parGroup.Roi.");
    roi.td.default_numbers[2] = roi.td.default_numbers[3] = 1;
    t.number(Par::Smoothing, "Smoothing", "Smoothing", 0,
             "Reduces jitter of the boxes. Fast movement is smoothed less, so that it does not "
             "lag.");
    t.page("Tracking", OperatorFamily::Chop);
    t.toggle(Par::Predict, "Predict", "Predict to Now", on,
             "Moves each slot along its velocity to the time of the cook, to compensate for the "
             "delay of camera and model.");
    t.page("Tracking");
    t.menu(Par::Tracker, "Tracker", "Tracker", tracker_menu, "bytetrack",
           "The tracking algorithm.");
}

void add_slots(Table &t) {
    t.page("Slots");
    t.number(Par::Slots, "Slots", "Slots", 10,
             "Number of slots p1, p2, ... The number of channels or samples depends on this, not "
             "on the people in view.",
             REXTRACK_TD_INTEGER, {1, static_cast<double>(slots_max), 32});
    t.number(Par::Persistence, "Persistence", "Persistence (ms)", 1000,
             "How long an object that is no longer detected keeps its slot, in milliseconds. Raise it if "
             "people who are hidden for a moment come back as new ones.",
             REXTRACK_TD_INTEGER, {0, 3600000, 5000});
    t.menu(Par::Onrelease, "Onrelease", "On Release", release_menu, "zero",
           "The position of a slot after its object has left.");
    t.add(Par::Resetslots, "Resetslots", "Reset Slots", REXTRACK_TD_PULSE,
          "Empties all slots and reassigns them from p1.");
}

void add_chop_output(Table &t) {
    // The unit of an axis that Coordinates converts.
    const char *converted = "as in Coordinates";
    t.page("Output", OperatorFamily::Chop);
    t.menu(Par::Layout, "Layout", "Layout", layout_menu, "channels",
           "Channels per Slot: p1_x p1_y, p2_x p2_y and so on. One Sample per Slot: channels x y "
           "w h with one sample for each slot, always with vx vy presence, for instancing and CHOP "
           "to POP. Body Track CHOP's Names: body1:valid body1/bbox:u and so on, for networks that "
           "use that CHOP; valid is 1 while the slot is detected or held.")
        .since = 2;
    t.menu(Par::Coordinates, "Coordinates", "Coordinates", coordinates_menu, "frame",
           "Coordinates of positions, sizes and velocities. TouchDesigner: y is 0 to 1 upwards, x "
           "is 0 to the aspect of the image, so that circles stay round. Centred: 0 is the middle, "
           "x is -0.5 to 0.5, y points upwards in the same unit; an orthographic camera of width 1 "
           "sees the whole picture. With Body Track CHOP's Names, Frame means UV, as in that "
           "CHOP.");
    t.toggle(Par::Mirror, "Mirror", "Mirror", off,
             "Swaps left and right in x and vx, for people who see themselves as in a mirror. "
             "Region and the picture of the Rextrack TOP stay as they are.")
        .since = 2;
    t.axes(Par::Position, "Position", "Position (x y)", "x y", converted, on,
           "x y: centre of the box.");
    t.axes(Par::Size, "Size", "Size (w h)", "w h", converted, on,
           "w h: width and height of the box.");
    t.axes(Par::Velocity, "Velocity", "Velocity (vx vy)", "vx vy",
           "as in Coordinates, per second", off, "vx vy: velocity of the centre, per second.");
    t.axes(Par::Identity, "Identity", "Identity (id)", "id", "", on,
           "id: number of the track; numbers are never reused.");
    t.axes(Par::Generation, "Generation", "Generation (generation)", "generation", "", on,
           "generation: goes up by one whenever a new object takes the slot.");
    t.axes(Par::State, "State", "State (state)", "state", "", on,
           "state: 0 empty, 1 detected, 2 held (not detected, but the slot is kept).");
    t.axes(Par::Score, "Score", "Score (score)", "score", "", off,
           "score: score of the latest detection, 0 to 1.");
    // A patch must not see class 0, a person, while the library is loading.
    t.axes(Par::Class, "Class", "Class (class)", "class", "", off,
           "class: class number, -1 when empty.")
        .empty = -1.0f;
    t.axes(Par::Age, "Age", "Age (age)", "age", "ms", off,
           "age: milliseconds since the latest detection.");
    t.axes(Par::Speed, "Speed", "Speed (speed)", "speed", "frame heights/s", off,
           "speed: speed in any direction, in frame heights per second, aspect corrected. "
           "Coordinates does not change it.");
    t.axes(Par::Presence, "Presence", "Presence (presence)", "presence", "", off,
           "presence: 0 to 1, for fading. Rises while the object is detected, falls while the slot "
           "is held.");
    t.text(Par::Moreaxes, "Moreaxes", "More Axes",
           "Further values of each slot that the installed library has, such as life, the time in "
           "milliseconds since the object was first seen. Separate several with spaces.",
           REXTRACK_TD_DYNAMIC_MENU);
    t.channel(Par::Count, "Count", "Count (count)", "count", "", on,
              "count: number of objects that are detected now, the slots in state 1.");
    t.channel(Par::Fps, "Fps", "Rate (fps)", "fps", "frames/s", off,
              "fps: frames processed per second.");
    t.channel(Par::Latency, "Latency", "Latency (latency)", "latency", "ms", off,
              "latency: milliseconds from the arrival of a frame to its slots.");
}

void add_top_output(Table &t) {
    t.page("Output", OperatorFamily::Top);
    t.menu(Par::Show, "Show", "Show", show_menu, "annotated",
           "Picture: the frame that was processed. Mask: white inside the boxes, black elsewhere.");
}

void add_advanced(Table &t) {
    t.page("Advanced");
    t.text(Par::Settings, "Settings", "Settings (JSON)",
           "Settings without a parameter. They override the parameters and Settings File: "
           "{\"osc\": {\"host\": \"127.0.0.1\", \"port\": 5005}}.");
    t.text(Par::Settingsfile, "Settingsfile", "Settings File",
           "The same settings in a .json file. It is read when you choose it and when you pulse "
           "Restart.",
           REXTRACK_TD_FILE);
    t.text(Par::Onnxruntime, "Onnxruntime", "ONNX Runtime",
           "The ONNX Runtime library, if it is not beside the plugin.", REXTRACK_TD_FILE);
}

std::vector<Parameter> make_table() {
    Table table;
    add_source(table);
    add_model(table);
    add_tracking(table);
    add_slots(table);
    add_chop_output(table);
    add_top_output(table);
    add_advanced(table);
    return std::move(table.rows);
}

std::vector<const Parameter *> select(OperatorFamily family) {
    std::vector<const Parameter *> some;
    for (const Parameter &one : parameters())
        if (one.family == OperatorFamily::Both || one.family == family) some.push_back(&one);
    return some;
}

} // namespace

const std::vector<Parameter> &parameters() {
    static const std::vector<Parameter> all = make_table();
    return all;
}

const Parameter &parameter(Par par) { return parameters()[static_cast<std::size_t>(par)]; }

const std::vector<const Parameter *> &parameters_of(uint32_t family) {
    static const std::vector<const Parameter *> chop = select(OperatorFamily::Chop),
                                                top = select(OperatorFamily::Top);
    return family == REXTRACK_TD_TOP ? top : chop;
}

int minor_version() {
    int highest = 0;
    for (const Parameter &one : parameters()) highest = std::max(highest, one.since);
    return highest;
}

Values::Values() {
    for (const Parameter &one : parameters()) {
        const auto index = static_cast<std::size_t>(one.par);
        std::copy_n(one.td.default_numbers, 4, numbers[index].begin());
        texts[index] = one.td.default_text;
    }
}

bool Values::set(Par par, const std::array<double, 4> &value) {
    auto &current = numbers[static_cast<std::size_t>(par)];
    if (current == value) return false;
    current = value;
    return true;
}

bool Values::set(Par par, const char *value) {
    auto &current = texts[static_cast<std::size_t>(par)];
    if (!value) value = "";
    if (current == value) return false;
    current = value;
    return true;
}

} // namespace rextrack_td
