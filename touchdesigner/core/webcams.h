// The webcams of this computer.

#ifndef REXTRACK_TD_WEBCAMS_H
#define REXTRACK_TD_WEBCAMS_H

#include <string>
#include <vector>

namespace rextrack_td {

struct Webcam {
    // The N of the address webcam:N.
    int number = 0;
    // For people; empty when the system does not tell it.
    std::string name;
};

// The webcams, by number. Opens none of them. May take some tens of milliseconds: not for the cook
// thread.
std::vector<Webcam> webcams();

// Those of Linux, from a folder such as /sys/class/video4linux. For tests.
std::vector<Webcam> webcams_in(const std::string &folder);

} // namespace rextrack_td

#endif
