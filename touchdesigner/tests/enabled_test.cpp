#include "core/channel.h"
#include "core/enabled.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace rextrack_td;

namespace {

// The parameters of a family that are disabled.
std::set<std::string> disabled(const Values &values, uint32_t family, bool shows_chop = false) {
    std::set<std::string> names;
    for (const Parameter *one : parameters_of(family))
        if (enabled_state(one->par, values, shows_chop) == 0) names.insert(one->td.name);
    return names;
}

using Names = std::set<std::string>;

} // namespace

TEST_CASE("parameters of other sources are disabled") {
    Values values;
    const std::pair<const char *, Names> cases[] = {
        {"stream", {"Webcam", "File", "Loop", "Top", "Roi"}},
        {"webcam", {"Address", "User", "Password", "Transport", "File", "Loop", "Top", "Roi"}},
        {"file", {"Address", "User", "Password", "Transport", "Webcam", "Top", "Roi"}},
        {"top", {"Address", "User", "Password", "Transport", "Webcam", "File", "Loop", "Roi"}}};
    for (const auto &one : cases) {
        const auto &source = one.first;
        const auto &expected = one.second;
        values.set(Par::Source, source);
        INFO(std::string(source));
        CHECK(disabled(values, REXTRACK_TD_CHOP) == expected);
        CHECK(disabled(values, REXTRACK_TD_TOP) == expected);
    }
    values.set(Par::Useroi, 1.0);
    CHECK(disabled(values, REXTRACK_TD_CHOP).count("Roi") == 0);
}

TEST_CASE("a TOP that shows a CHOP enables only what chooses its picture") {
    Values values;
    for (const Parameter *one : parameters_of(REXTRACK_TD_TOP)) {
        INFO(std::string(one->td.name));
        const bool has_effect = one->par == Par::Chop || one->par == Par::Show;
        CHECK(enabled_state(one->par, values, true) == (has_effect ? -1 : 0));
    }
}

TEST_CASE("each parameter that was disabled is enabled again") {
    // A parameter that can be disabled is never reported as always enabled.
    for (uint32_t family : {REXTRACK_TD_CHOP, REXTRACK_TD_TOP})
        for (const Parameter *one : parameters_of(family)) {
            Values values;
            std::set<int> states;
            const bool is_top = family == REXTRACK_TD_TOP;
            for (bool shows_chop : {false, is_top})
                for (const char *source : {"stream", "webcam", "file", "top"})
                    for (const char *layout : {"channels", "samples", "bodytrack"})
                        for (double region : {0.0, 1.0}) {
                            values.set(Par::Source, source);
                            values.set(Par::Layout, layout);
                            values.set(Par::Useroi, region);
                            states.insert(enabled_state(one->par, values, shows_chop));
                        }
            INFO(std::string(one->td.name));
            if (states.count(0)) CHECK(states == std::set<int>{0, 1});
        }
}

TEST_CASE("toggles that a layout decides are disabled") {
    Values values;
    const Names unchanged = disabled(values, REXTRACK_TD_CHOP);
    const auto by_layout = [&](const char *layout) {
        values.set(Par::Layout, layout);
        Names names = disabled(values, REXTRACK_TD_CHOP);
        for (const std::string &name : unchanged) names.erase(name);
        return names;
    };
    CHECK(by_layout("channels") == Names{});
    CHECK(by_layout("samples") == Names{"Velocity", "Presence"});
    CHECK(by_layout("bodytrack") == Names{"Velocity", "Generation", "State", "Score",
                                          "Class", "Age", "Speed", "Presence"});
}

TEST_CASE("a toggle that is disabled changes no channel") {
    for (const char *layout : {"channels", "samples", "bodytrack"})
        for (const Parameter *one : parameters_of(REXTRACK_TD_CHOP)) {
            if (!*one->axes && !*one->channel) continue;
            Values values;
            values.set(Par::Layout, layout);
            values.set(one->par, 0.0);
            const int32_t without = Channels(values).channel_count();
            values.set(one->par, 1.0);
            const bool changes = Channels(values).channel_count() != without;
            INFO(std::string(layout), " ", std::string(one->td.name));
            CHECK(changes == (enabled_state(one->par, values, false) != 0));
        }
}
