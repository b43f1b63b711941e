// The parameters of the nodes, in one table. The parameter pages, the channels of the CHOP,
// docs/parameters.md and the pictures in docs/ come from it.

#ifndef REXTRACK_TD_PARAMETER_H
#define REXTRACK_TD_PARAMETER_H

#include "interface.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rextrack_td {

// TouchDesigner abbreviates "parameter" to "par" in scripts.
enum class Par {
    // Source
    Chop,
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
    Everynth,
    Useroi,
    Roi,
    Smoothing,
    Predict,
    Tracker,
    // Slots
    Slots,
    Persistence,
    Onrelease,
    Resetslots,
    // Output of the CHOP
    Layout,
    Coordinates,
    Mirror,
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
    Show,
    // Advanced
    Settings,
    Settingsfile,
    Onnxruntime,
};

constexpr std::size_t par_count = static_cast<std::size_t>(Par::Onnxruntime) + 1;

// Which nodes have a parameter: the node of that operator family, or both.
enum class OperatorFamily { Both, Chop, Top };

struct Parameter {
    Par par;
    OperatorFamily family = OperatorFamily::Both;
    // The minor version of the operators that has it first.
    int since = 1;
    // For a toggle of channels: the axes of each slot that it gives, by their names in the
    // library's table, or the channel of the whole node. Empty for other parameters.
    const char *axes = "";
    const char *channel = "";
    // The unit of those channels; empty for plain numbers.
    const char *unit = "";
    // Their value in an empty slot, until the library's table is known.
    float empty = 0.0f;
    RextrackTdParameter td{};
};

// All parameters, in the order of Par, page by page.
const std::vector<Parameter> &parameters();

const Parameter &parameter(Par par);

// Those of a RextrackTdFamily, in the same order.
const std::vector<const Parameter *> &parameters_of(uint32_t family);

// The minor version of the operators: the highest `since`. TouchDesigner refuses a project that a
// newer plugin has saved, because an older one would lose its new parameters.
int minor_version();

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
    bool set(Par par, double value) {
        return set(par, std::array<double, 4>{value, 0, 0, 0});
    }
    bool set(Par par, const char *value);
    bool set(Par par, const std::string &value) { return set(par, value.c_str()); }
};

} // namespace rextrack_td

#endif
