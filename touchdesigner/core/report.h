// A report from the worker thread to the cook thread.

#ifndef REXTRACK_TD_REPORT_H
#define REXTRACK_TD_REPORT_H

#include "rextrack.h"
#include "webcams.h"

#include <string>
#include <vector>

namespace rextrack_td {

// The state of a node's pipeline, renewed about ten times a second.
struct Report {
    // What no setting can put right, such as a missing library: the reason and the remedy.
    // TouchDesigner stops everything behind a node that has an error, so all else is a warning.
    std::string error;
    // The output is empty, or differs from what the parameters ask for: the reasons and the
    // remedies, one per line, the most important first.
    std::string warning;
    // The state in one line, for people.
    std::string status;
    RextrackStats stats{};
    std::string version;
    // Address of the source, without its password.
    std::string source;
    std::string model;
    std::string model_family;
    std::string device;
    std::string licence;
    std::string runtime;
    // Names of the classes, by class number.
    std::vector<std::string> classes;
    // Entries of the menu of the Model parameter.
    std::vector<std::string> models;
    // The webcams, while Source is Webcam; else none.
    std::vector<Webcam> webcams;
    // The library's axes; NULL until the library is loaded. They live as long as the process.
    const std::vector<RextrackAxis> *axes = nullptr;
};

} // namespace rextrack_td

#endif
