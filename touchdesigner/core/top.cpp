#include "top.h"

#include "message.h"

namespace rextrack_td {

namespace {

// A longer time between two cooks means that the node was bypassed, or that nobody looked at it.
constexpr std::chrono::milliseconds longest_frame{250};

} // namespace

Top::Top(uint32_t op_id, Installation installation, const RextrackTdBufferSource &buffers)
    : Node(REXTRACK_TD_TOP, op_id, installation),
      renderer_(pipeline_, installation.library_folder, buffers) {}

void Top::show_chop(uint32_t op_id, bool is_rextrack) {
    is_rextrack_ = is_rextrack;
    if (op_id == chop_id_) return;
    chop_id_ = op_id;
    request_.camera = op_id == 0 ? std::string() : camera_id(op_id);
    values_have_changed();
}

void Top::update_values() {
    own_values_ = values();
    // The CHOP's pipeline is used, so this node needs none.
    if (shows_chop()) own_values_.set(Par::Active, 0.0);
    const std::string &show = values().text(Par::Show);
    request_.show = show == "plain"  ? Show::Plain
                    : show == "mask" ? Show::Mask
                                     : Show::Annotated;
}

const RextrackSnapshot &Top::cook(int64_t frame) {
    pipeline_.poll(snapshot_);
    // TouchDesigner may have dropped the picture meanwhile, as it does for a bypassed node.
    if (was_interrupted(frame)) ++request_.repeat;
    renderer_.request(request_);
    return snapshot_;
}

// Whether cooks were skipped since the latest one.
bool Top::was_interrupted(int64_t frame) {
    const auto now = std::chrono::steady_clock::now();
    const bool is_first = cooked_ == std::chrono::steady_clock::time_point{};
    const bool is_later = frame >= 0 && frame_ >= 0 && frame > frame_ + 1;
    const bool is_long = now - cooked_ > longest_frame;
    frame_ = frame;
    cooked_ = now;
    return !is_first && (is_later || is_long);
}

std::string Top::own_warning() const {
    // A new node: most show a CHOP, so that comes before the address.
    if (!shows_chop())
        return values().is_on(Par::Active) && values().text(Par::Source) == "stream" &&
                       values().text(Par::Address).empty()
                   ? message::chop_is_empty
                   : "";
    if (renderer_.has_lost_source()) return message::chop_source_is_lost;
    if (renderer_.has_pipeline()) return {};
    return is_rextrack_ ? message::chop_tracks_nothing : message::chop_is_not_rextrack;
}

const char *Top::missing_top() const { return message::top_is_missing_or_unwired; }

} // namespace rextrack_td
