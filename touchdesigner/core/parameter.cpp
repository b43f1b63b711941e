#include "parameter.h"

namespace rextrack_td {

namespace {

constexpr double off = 0, on = 1;

std::vector<Parameter> table() {
    const char *source = "Source", *model = "Model", *tracking = "Tracking", *slots = "Slots",
               *output = "Output", *advanced = "Advanced";
    const Family both = Family::Both, chop = Family::Chop, top = Family::Top;
    return {
        {Par::Active, "Active", "Active", source, Kind::Toggle, both, on, "", 0, 1, 1, {},
         "Off closes the camera and frees the model."},
        {Par::Source, "Source", "Source", source, Kind::Menu, both, 0, "stream", 0, 0, 0,
         {{"stream", "Stream Address"},
          {"webcam", "Webcam"},
          {"file", "Movie File"},
          {"top", "TOP"}},
         "Where the picture comes from. TOP takes any picture of the project: NDI, Kinect, a "
         "movie, a render."},
        {Par::Address, "Address", "Address", source, Kind::Text, both, 0, "", 0, 0, 0, {},
         "rtsp://, rtsps://, http:// or https:// address of the camera."},
        {Par::User, "User", "User", source, Kind::Text, both, 0, "", 0, 0, 0, {},
         "User name of the camera, unless it stands in the address."},
        {Par::Password, "Password", "Password", source, Kind::Text, both, 0, "", 0, 0, 0, {},
         "Password of the camera. It is saved in the project file as TouchDesigner saves all "
         "texts; channels, info and messages never show it."},
        {Par::Webcam, "Webcam", "Webcam", source, Kind::Integer, both, 0, "", 0, 63, 8, {},
         "Number of the webcam, 0 for the first."},
        {Par::File, "File", "File", source, Kind::File, both, 0, "", 0, 0, 0, {},
         "The movie file."},
        {Par::Loop, "Loop", "Loop", source, Kind::Toggle, both, on, "", 0, 1, 1, {},
         "A movie file starts again when it ends."},
        {Par::Top, "Top", "TOP", source, Kind::Top, both, 0, "", 0, 0, 0, {},
         "The TOP to track in."},
        {Par::Transport, "Transport", "RTSP Transport", source, Kind::Menu, both, 0, "tcp", 0, 0,
         0, {{"tcp", "TCP"}, {"udp", "UDP"}},
         "How RTSP carries the picture. TCP loses nothing, UDP may lag less."},
        {Par::Restart, "Restart", "Restart", source, Kind::Pulse, both, 0, "", 0, 1, 1, {},
         "Closes the source and opens it anew."},

        {Par::Model, "Model", "Model", model, Kind::ModelMenu, both, 0, "yolox_nano", 0, 0, 0, {},
         "A model of the models folder, or builtin:motion, which finds what moves and needs no "
         "file."},
        {Par::Modelfile, "Modelfile", "Model File", model, Kind::File, both, 0, "", 0, 0, 0, {},
         "An .onnx file elsewhere, instead of Model."},
        {Par::Modelsfolder, "Modelsfolder", "Models Folder", model, Kind::Folder, both, 0, "", 0, 0,
         0, {}, "Where the models are. Empty means the folder \"models\" beside the plugin."},
        {Par::Device, "Device", "Device", model, Kind::TextMenu, both, 0, "auto", 0, 0, 0,
         {{"auto", "Automatic"}, {"cpu", "CPU"}, {"cuda:0", "GPU 0 (CUDA)"},
          {"cuda:1", "GPU 1 (CUDA)"}},
         "Where the model runs. Automatic takes the GPU where it works. A GPU that cannot be had "
         "is a warning, and the CPU does the work."},
        {Par::Confidence, "Confidence", "Confidence", model, Kind::Number, both, 0.25, "", 0, 1, 1,
         {}, "Below this nobody new is taken up; whoever is followed already stays down to 0.1."},
        {Par::Overlap, "Overlap", "Overlap", model, Kind::Number, both, 0.45, "", 0, 1, 1, {},
         "Boxes of a class that overlap by more are one object."},
        {Par::Classes, "Classes", "Classes", model, Kind::Text, both, 0, "", 0, 0, 0, {},
         "What to track, by name or number, with commas: person, dog. Empty means all."},

        {Par::Tracker, "Tracker", "Tracker", tracking, Kind::Menu, both, 0, "bytetrack", 0, 0, 0,
         {{"bytetrack", "ByteTrack"}}, "The method that follows the boxes."},
        {Par::Everynth, "Everynth", "Every Nth Frame", tracking, Kind::Integer, both, 1, "", 1, 1000,
         10, {}, "Only every n-th frame is looked at, to save work."},
        {Par::Useroi, "Useroi", "Use Region", tracking, Kind::Toggle, both, off, "", 0, 1, 1, {},
         "Looks at a part of the picture only."},
        {Par::Roi, "Roi", "Region", tracking, Kind::Region, both, 0, "", 0, 1, 1, {},
         "Left, top, right, bottom of that part; 0 to 1, from the top left."},
        {Par::Smoothing, "Smoothing", "Smoothing", tracking, Kind::Number, both, 0, "", 0, 1, 1, {},
         "Steadies boxes that tremble. What moves fast is steadied least, so that it does not "
         "lag."},
        {Par::Predict, "Predict", "Predict to Now", tracking, Kind::Toggle, chop, on, "", 0, 1, 1,
         {}, "Moves each slot by its own motion to the time of the cook, against the delay of "
             "camera and model."},

        {Par::Slots, "Slots", "Slots", slots, Kind::Integer, both, 10, "", 1, 256, 32, {},
         "How many places p1, p2, ... there are. The number of channels depends on this, never on "
         "what is seen."},
        {Par::Persistence, "Persistence", "Persistence (ms)", slots, Kind::Integer, both, 1000, "",
         0, 3600000, 5000, {},
         "How long somebody who is not seen keeps the slot, in milliseconds."},
        {Par::Onrelease, "Onrelease", "On Release", slots, Kind::Menu, both, 0, "zero", 0, 0, 0,
         {{"zero", "Go to Zero"}, {"keep", "Keep Position"}},
         "What the position of a slot becomes when its owner is gone."},
        {Par::Resetslots, "Resetslots", "Reset Slots", slots, Kind::Pulse, both, 0, "", 0, 1, 1, {},
         "Gives the slots out anew, from p1 on."},

        {Par::Coordinates, "Coordinates", "Coordinates", output, Kind::Menu, chop, 0, "frame", 0, 0,
         0,
         {{"frame", "Frame (top left, 0 to 1)"},
          {"uv", "UV (bottom left, 0 to 1)"},
          {"touch", "TouchDesigner (bottom left, aspect corrected)"},
          {"pixels", "Pixels (top left)"}},
         "TouchDesigner: x from 0 to the picture's aspect, y from 0 to 1, upwards, so that a "
         "circle stays round."},
        {Par::Position, "Position", "Position (x y)", output, Kind::Toggle, chop, on, "", 0, 1, 1,
         {}, "p1_x p1_y: the centre of the box."},
        {Par::Size, "Size", "Size (w h)", output, Kind::Toggle, chop, on, "", 0, 1, 1, {},
         "p1_w p1_h: the size of the box."},
        {Par::Velocity, "Velocity", "Velocity (vx vy)", output, Kind::Toggle, chop, off, "", 0, 1,
         1, {}, "p1_vx p1_vy: units a second."},
        {Par::Identity, "Identity", "Identity (id)", output, Kind::Toggle, chop, on, "", 0, 1, 1,
         {}, "p1_id: number of the track, never used again."},
        {Par::Generation, "Generation", "Generation (generation)", output, Kind::Toggle, chop, on, "", 0,
         1, 1, {}, "p1_generation: goes up by one with each new owner of the slot."},
        {Par::State, "State", "State (state)", output, Kind::Toggle, chop, on, "", 0, 1, 1, {},
         "p1_state: 0 empty, 1 seen, 2 held (not seen just now)."},
        {Par::Score, "Score", "Score (score)", output, Kind::Toggle, chop, off, "",
         0, 1, 1, {}, "p1_score: score of the latest detection, 0 to 1."},
        {Par::Class, "Class", "Class (class)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "p1_class: number of the class, -1 when empty."},
        {Par::Age, "Age", "Age (age)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "p1_age: milliseconds since last seen."},
        {Par::Count, "Count", "Count (count)", output, Kind::Toggle, chop, on, "", 0, 1, 1, {},
         "count: slots in state 1."},
        {Par::Fps, "Fps", "Rate (fps)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "fps: frames a second that are tracked."},
        {Par::Latency, "Latency", "Latency (latency)", output, Kind::Toggle, chop, off, "", 0, 1, 1,
         {}, "latency: milliseconds from the arrival of a frame to its slots."},

        {Par::Chop, "Chop", "Rextrack CHOP", output, Kind::Chop, top, 0, "", 0, 0, 0, {},
         "Shows what this CHOP tracks, from the same camera and model. Empty: this node opens a "
         "source of its own, set on the other pages."},
        {Par::Show, "Show", "Show", output, Kind::Menu, top, 0, "annotated", 0, 0, 0,
         {{"plain", "Picture"}, {"annotated", "Picture with Boxes"}, {"mask", "Mask of Boxes"}},
         "Picture: the frame as it was looked at. Mask: white where a slot is, black elsewhere."},

        {Par::Settings, "Settings", "Settings (JSON)", advanced, Kind::Text, both, 0, "", 0, 0, 0,
         {},
         "Settings that have no parameter, over all others: "
         "{\"osc\": {\"host\": \"127.0.0.1\", \"port\": 5005}}."},
        {Par::Settingsfile, "Settingsfile", "Settings File", advanced, Kind::File, both, 0, "", 0, 0,
         0, {}, "The same from a .json file; read at Restart and whenever a parameter changes."},
        {Par::Onnxruntime, "Onnxruntime", "ONNX Runtime", advanced, Kind::File, both, 0, "", 0, 0, 0,
         {}, "The ONNX Runtime library, when it is not beside the plugin."},
    };
}

} // namespace

const std::vector<Parameter> &parameters() {
    static const std::vector<Parameter> all = table();
    return all;
}

const Parameter &parameter(Par par) { return parameters()[static_cast<std::size_t>(par)]; }

Values::Values() {
    for (const Parameter &one : parameters()) {
        const auto index = static_cast<std::size_t>(one.par);
        if (one.kind == Kind::Region)
            numbers[index] = {0, 0, 1, 1};
        else
            numbers[index][0] = one.value;
        texts[index] = one.text;
    }
}

bool Values::set(Par par, const std::array<double, 4> &value) {
    auto &place = numbers[static_cast<std::size_t>(par)];
    if (place == value) return false;
    place = value;
    return true;
}

bool Values::set(Par par, const char *value) {
    auto &place = texts[static_cast<std::size_t>(par)];
    if (!value) value = "";
    if (place == value) return false;
    place = value;
    return true;
}

} // namespace rextrack_td
