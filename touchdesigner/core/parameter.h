// The parameters of the nodes: one table, from which the parameter pages, the configuration, the
// documentation and its pictures are made.

#ifndef REXTRACK_TD_PARAMETER_H
#define REXTRACK_TD_PARAMETER_H

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace rextrack_td {

enum class Par {
    // Source
    Active,
    Source,
    Address,
    User,
    Password,
    Webcam,
    File,
    Loop,
    Top,
    Transport,
    Restart,
    // Model
    Model,
    Modelfile,
    Modelsfolder,
    Device,
    Confidence,
    Overlap,
    Classes,
    // Tracking
    Tracker,
    Everynth,
    Useroi,
    Roi,
    Smoothing,
    Predict,
    // Slots
    Slots,
    Persistence,
    Onrelease,
    Resetslots,
    // Output of the CHOP
    Coordinates,
    Position,
    Size,
    Velocity,
    Identity,
    Generation,
    State,
    Score,
    Class,
    Age,
    Count,
    Fps,
    Latency,
    // Output of the TOP
    Chop,
    Show,
    // Advanced
    Settings,
    Settingsfile,
    Onnxruntime,
};

constexpr std::size_t par_count = static_cast<std::size_t>(Par::Onnxruntime) + 1;

// How TouchDesigner shows a parameter.
enum class Kind {
    Toggle,
    Pulse,
    Integer,
    Number,
    // left, top, right, bottom
    Region,
    Text,
    File,
    Folder,
    Menu,
    // A menu that also takes what is typed.
    TextMenu,
    // The same, with entries that are found while running.
    ModelMenu,
    Top,
    Chop,
};

// Which nodes have it.
enum class Family { Both, Chop, Top };

struct MenuItem {
    const char *name;
    const char *label;
};

struct Parameter {
    Par par;
    // As scripts say it: a capital letter, then small letters and digits.
    const char *name;
    const char *label;
    const char *page;
    Kind kind;
    Family family;
    // Of numbers and toggles; for a region the first of 0, 0, 1, 1.
    double value;
    // Of texts and menus.
    const char *text;
    // Values are kept within these; sliders too, unless `slider` is less.
    double least;
    double most;
    double slider;
    std::vector<MenuItem> items;
    // What it does, in one sentence for people.
    const char *help;
};

// All parameters, in the order of Par and of the pages.
const std::vector<Parameter> &parameters();

const Parameter &parameter(Par par);

// The values of all parameters at one cook. Pulses have none.
struct Values {
    std::array<std::array<double, 4>, par_count> numbers{};
    std::array<std::string, par_count> texts;

    // The defaults of the table.
    Values();

    bool on(Par par) const { return number(par) != 0.0; }
    double number(Par par) const { return numbers[static_cast<std::size_t>(par)][0]; }
    int whole(Par par) const { return static_cast<int>(number(par)); }
    const std::array<double, 4> &region(Par par) const {
        return numbers[static_cast<std::size_t>(par)];
    }
    const std::string &text(Par par) const { return texts[static_cast<std::size_t>(par)]; }

    // Takes a value; true when it is another one than before. A value that is as it was costs no
    // allocation.
    bool set(Par par, const std::array<double, 4> &value);
    bool set(Par par, double value) { return set(par, {value, 0, 0, 0}); }
    bool set(Par par, const char *value);
};

} // namespace rextrack_td

#endif
