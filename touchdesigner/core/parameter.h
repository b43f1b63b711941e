// The parameters of the nodes, in one table. The parameter pages, docs/parameters.md and the pictures
// in docs/ are generated from it.

#ifndef REXTRACK_TD_PARAMETER_H
#define REXTRACK_TD_PARAMETER_H

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace rextrack_td {

// TouchDesigner abbreviates "parameter" to "par" in scripts.
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
    Speed,
    Presence,
    Moreaxes,
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

// The kind of control that TouchDesigner shows.
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
    // A menu into which you can also type.
    TextMenu,
    // A TextMenu whose entries the node provides while it runs.
    DynamicMenu,
    Top,
    Chop,
};

// Which nodes have a parameter: the node of that operator family, or both.
enum class OperatorFamily { Both, Chop, Top };

struct MenuItem {
    const char *name;
    const char *label;
};

struct Parameter {
    Par par;
    // The name in scripts: a capital letter, then small letters and digits.
    const char *name;
    const char *label;
    const char *page;
    Kind kind;
    OperatorFamily family;
    // The default of numbers and toggles. A region's is 0 0 1 1.
    double default_number;
    // The default of texts and menus.
    const char *default_text;
    // Values are clamped to these. A slider ends at `slider_max`, which may be less than `max`.
    double min;
    double max;
    double slider_max;
    std::vector<MenuItem> menu;
    // For users, in a sentence or two.
    const char *help;
};

// All parameters, in the order of Par, page by page.
const std::vector<Parameter> &parameters();

const Parameter &parameter(Par par);

// The values of all parameters in one cook. Pulses have none.
struct Values {
    std::array<std::array<double, 4>, par_count> numbers{};
    std::array<std::string, par_count> texts;

    // The defaults.
    Values();

    bool is_on(Par par) const { return number(par) != 0.0; }
    double number(Par par) const { return numbers[static_cast<std::size_t>(par)][0]; }
    int integer(Par par) const { return static_cast<int>(number(par)); }
    const std::array<double, 4> &region(Par par) const {
        return numbers[static_cast<std::size_t>(par)];
    }
    const std::string &text(Par par) const { return texts[static_cast<std::size_t>(par)]; }

    // Sets a value. Returns whether it differs from the previous one. Setting an equal value
    // allocates nothing.
    bool set(Par par, const std::array<double, 4> &value);
    bool set(Par par, double value) { return set(par, {value, 0, 0, 0}); }
    bool set(Par par, const char *value);
};

} // namespace rextrack_td

#endif
