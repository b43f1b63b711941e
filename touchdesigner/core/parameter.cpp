#include "parameter.h"

#include "slots.h"

namespace rextrack_td {

namespace {

constexpr double off = 0, on = 1;

std::vector<Parameter> table() {
    const char *source = "Source", *model = "Model", *tracking = "Tracking", *slots = "Slots",
               *output = "Output", *advanced = "Advanced";
    const OperatorFamily both = OperatorFamily::Both, chop = OperatorFamily::Chop,
                         top = OperatorFamily::Top;
    return {
        {Par::Active, "Active", "Active", source, Kind::Toggle, both, on, "", 0, 1, 1, {},
         "Off closes the camera and unloads the model."},
        {Par::Source, "Source", "Source", source, Kind::Menu, both, 0, "stream", 0, 0, 0,
         {{"stream", "Stream Address"},
          {"webcam", "Webcam"},
          {"file", "Movie File"},
          {"top", "TOP"}},
         "The source of the video. TOP uses the image of any TOP in the project: NDI, Kinect, a "
         "movie, a render."},
        {Par::Address, "Address", "Address", source, Kind::Text, both, 0, "", 0, 0, 0, {},
         "Address of the camera: rtsp://, rtsps://, http:// or https://."},
        {Par::User, "User", "User", source, Kind::Text, both, 0, "", 0, 0, 0, {},
         "User name for the camera, if the address does not contain it."},
        {Par::Password, "Password", "Password", source, Kind::Text, both, 0, "", 0, 0, 0, {},
         "Password for the camera. TouchDesigner saves it in the project file, like every text. "
         "Channels, info and messages never show it."},
        {Par::Webcam, "Webcam", "Webcam", source, Kind::Integer, both, 0, "", 0, 63, 8, {},
         "Number of the webcam; the first is 0."},
        {Par::File, "File", "File", source, Kind::File, both, 0, "", 0, 0, 0, {},
         "The movie file."},
        {Par::Loop, "Loop", "Loop", source, Kind::Toggle, both, on, "", 0, 1, 1, {},
         "Plays the movie again when it ends."},
        {Par::Top, "Top", "TOP", source, Kind::Top, both, 0, "", 0, 0, 0, {},
         "The TOP to track in, when Source is TOP."},
        {Par::Transport, "Transport", "RTSP Transport", source, Kind::Menu, both, 0, "tcp", 0, 0,
         0, {{"tcp", "TCP"}, {"udp", "UDP"}},
         "Network protocol for RTSP video. TCP loses no data; UDP can have less delay."},
        {Par::Restart, "Restart", "Restart", source, Kind::Pulse, both, 0, "", 0, 1, 1, {},
         "Closes the source and the model and opens them again. All slots become empty."},

        {Par::Model, "Model", "Model", model, Kind::DynamicMenu, both, 0, "yolox_nano", 0, 0, 0, {},
         "A model from the models folder, or builtin:motion, which detects motion and needs no "
         "file."},
        {Par::Modelfile, "Modelfile", "Model File", model, Kind::File, both, 0, "", 0, 0, 0, {},
         "An .onnx file from any folder, used instead of Model."},
        {Par::Modelsfolder, "Modelsfolder", "Models Folder", model, Kind::Folder, both, 0, "", 0, 0,
         0, {}, "Folder of the models. Empty: the folder \"models\" beside the plugin."},
        {Par::Device, "Device", "Device", model, Kind::TextMenu, both, 0, "auto", 0, 0, 0,
         {{"auto", "Automatic"}, {"cpu", "CPU"}, {"cuda:0", "GPU 0 (CUDA)"},
          {"cuda:1", "GPU 1 (CUDA)"}},
         "Where the model runs. Automatic uses the GPU if it works. If the chosen GPU does not "
         "work, the CPU is used and the node shows a warning."},
        {Par::Confidence, "Confidence", "Confidence", model, Kind::Number, both, 0.25, "", 0, 1, 1,
         {},
         "Detections below this score never start a track. Existing tracks are kept down to 0.1."},
        {Par::Overlap, "Overlap", "Overlap", model, Kind::Number, both, 0.45, "", 0, 1, 1, {},
         "Boxes of one class that overlap more than this count as one object (IoU, 0 to 1)."},
        {Par::Classes, "Classes", "Classes", model, Kind::Text, both, 0, "", 0, 0, 0, {},
         "Classes to track, as names or numbers separated by commas: person, dog. Empty: all."},

        {Par::Tracker, "Tracker", "Tracker", tracking, Kind::Menu, both, 0, "bytetrack", 0, 0, 0,
         {{"bytetrack", "ByteTrack"}}, "The tracking algorithm."},
        {Par::Everynth, "Everynth", "Every Nth Frame", tracking, Kind::Integer, both, 1, "", 1, 1000,
         10, {}, "Processes only every Nth frame, to save computing time."},
        {Par::Useroi, "Useroi", "Use Region", tracking, Kind::Toggle, both, off, "", 0, 1, 1, {},
         "Tracks only inside Region."},
        {Par::Roi, "Roi", "Region", tracking, Kind::Region, both, 0, "", 0, 1, 1, {},
         "Left, top, right and bottom edge, 0 to 1, from the top left."},
        {Par::Smoothing, "Smoothing", "Smoothing", tracking, Kind::Number, both, 0, "", 0, 1, 1, {},
         "Reduces jitter of the boxes. Fast movement is smoothed less, so that it does not lag."},
        {Par::Predict, "Predict", "Predict to Now", tracking, Kind::Toggle, chop, on, "", 0, 1, 1,
         {},
         "Moves each slot along its velocity to the time of the cook, to compensate for the delay "
         "of camera and model."},

        {Par::Slots, "Slots", "Slots", slots, Kind::Integer, both, 10, "", 1,
         static_cast<double>(slots_max), 32, {},
         "Number of slots p1, p2, ... The number of channels depends on this, not on the people in "
         "view."},
        {Par::Persistence, "Persistence", "Persistence (ms)", slots, Kind::Integer, both, 1000, "",
         0, 3600000, 5000, {},
         "How long an object that is no longer detected keeps its slot, in milliseconds."},
        {Par::Onrelease, "Onrelease", "On Release", slots, Kind::Menu, both, 0, "zero", 0, 0, 0,
         {{"zero", "Go to Zero"}, {"keep", "Keep Position"}},
         "The position of a slot after its object has left."},
        {Par::Resetslots, "Resetslots", "Reset Slots", slots, Kind::Pulse, both, 0, "", 0, 1, 1, {},
         "Empties all slots and reassigns them from p1."},

        {Par::Coordinates, "Coordinates", "Coordinates", output, Kind::Menu, chop, 0, "frame", 0, 0,
         0,
         {{"frame", "Frame (top left, 0 to 1)"},
          {"uv", "UV (bottom left, 0 to 1)"},
          {"touch", "TouchDesigner (bottom left, aspect corrected)"},
          {"pixels", "Pixels (top left)"}},
         "Coordinates of positions, sizes and velocities. TouchDesigner: y is 0 to 1 upwards, x is "
         "0 to the aspect of the image, so that circles stay round."},
        {Par::Position, "Position", "Position (x y)", output, Kind::Toggle, chop, on, "", 0, 1, 1,
         {}, "p1_x p1_y: centre of the box."},
        {Par::Size, "Size", "Size (w h)", output, Kind::Toggle, chop, on, "", 0, 1, 1, {},
         "p1_w p1_h: width and height of the box."},
        {Par::Velocity, "Velocity", "Velocity (vx vy)", output, Kind::Toggle, chop, off, "", 0, 1,
         1, {}, "p1_vx p1_vy: velocity of the centre, per second."},
        {Par::Identity, "Identity", "Identity (id)", output, Kind::Toggle, chop, on, "", 0, 1, 1,
         {}, "p1_id: number of the track; numbers are never reused."},
        {Par::Generation, "Generation", "Generation (generation)", output, Kind::Toggle, chop, on, "",
         0, 1, 1, {}, "p1_generation: goes up by one whenever a new object takes the slot."},
        {Par::State, "State", "State (state)", output, Kind::Toggle, chop, on, "", 0, 1, 1, {},
         "p1_state: 0 empty, 1 detected, 2 held (not detected, but the slot is kept)."},
        {Par::Score, "Score", "Score (score)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "p1_score: score of the latest detection, 0 to 1."},
        {Par::Class, "Class", "Class (class)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "p1_class: class number, -1 when empty."},
        {Par::Age, "Age", "Age (age)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "p1_age: milliseconds since the latest detection."},
        {Par::Speed, "Speed", "Speed (speed)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "p1_speed: speed in any direction, in frame heights per second, aspect corrected. "
         "Coordinates does not change it."},
        {Par::Presence, "Presence", "Presence (presence)", output, Kind::Toggle, chop, off, "", 0, 1,
         1, {},
         "p1_presence: 0 to 1, for fading. Rises while the object is detected, falls while the slot "
         "is held."},
        {Par::Moreaxes, "Moreaxes", "More Axes", output, Kind::DynamicMenu, chop, 0, "", 0, 0, 0, {},
         "Further values of each slot that the installed library has, such as life. Separate "
         "several with spaces."},
        {Par::Count, "Count", "Count (count)", output, Kind::Toggle, chop, on, "", 0, 1, 1, {},
         "count: number of slots in state 1."},
        {Par::Fps, "Fps", "Rate (fps)", output, Kind::Toggle, chop, off, "", 0, 1, 1, {},
         "fps: frames processed per second."},
        {Par::Latency, "Latency", "Latency (latency)", output, Kind::Toggle, chop, off, "", 0, 1, 1,
         {}, "latency: milliseconds from the arrival of a frame to its slots."},

        {Par::Chop, "Chop", "Rextrack CHOP", output, Kind::Chop, top, 0, "", 0, 0, 0, {},
         "Shows the video that this CHOP tracks, with the same camera and model. Empty: this node "
         "opens its own source, set on the other pages."},
        {Par::Show, "Show", "Show", output, Kind::Menu, top, 0, "annotated", 0, 0, 0,
         {{"plain", "Picture"}, {"annotated", "Picture with Boxes"}, {"mask", "Mask of Boxes"}},
         "Picture: the frame that was processed. Mask: white inside the boxes, black elsewhere."},

        {Par::Settings, "Settings", "Settings (JSON)", advanced, Kind::Text, both, 0, "", 0, 0, 0,
         {},
         "Settings without a parameter. They override the parameters and Settings File: "
         "{\"osc\": {\"host\": \"127.0.0.1\", \"port\": 5005}}."},
        {Par::Settingsfile, "Settingsfile", "Settings File", advanced, Kind::File, both, 0, "", 0, 0,
         0, {},
         "The same settings in a .json file. It is read when you pulse Restart or change any "
         "parameter."},
        {Par::Onnxruntime, "Onnxruntime", "ONNX Runtime", advanced, Kind::File, both, 0, "", 0, 0, 0,
         {}, "The ONNX Runtime library, if it is not beside the plugin."},
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
            numbers[index][0] = one.default_number;
        texts[index] = one.default_text;
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
