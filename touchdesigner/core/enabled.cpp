#include "enabled.h"

#include "channel.h"

namespace rextrack_td {

namespace {

// As enabled_state, by the values alone.
int state_by_values(Par par, const Values &values) {
    const std::string &source = values.text(Par::Source);
    switch (par) {
    case Par::Address:
    case Par::User:
    case Par::Password:
    case Par::Transport: return source == "stream";
    case Par::File:
    case Par::Loop: return source == "file";
    case Par::Webcam: return source == "webcam";
    case Par::Top: return source == "top";
    case Par::Roi: return values.is_on(Par::Useroi);
    default: break;
    }
    if (!*parameter(par).axes) return -1;
    return choice(layout_from(values.text(Par::Layout)), par) == Choice::User;
}

} // namespace

int enabled_state(Par par, const Values &values, bool shows_chop) {
    const int state = state_by_values(par, values);
    // A TOP's own parameters choose what it shows, and a CHOP's own are not for a TOP.
    if (parameter(par).family != OperatorFamily::Both) return state;
    if (shows_chop) return 0;
    // Enabled again when the TOP shows no CHOP.
    return state < 0 ? 1 : state;
}

} // namespace rextrack_td
