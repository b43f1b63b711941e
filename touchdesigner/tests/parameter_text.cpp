#include "parameter_text.h"

#include <cstdio>
#include <cstring>

namespace rextrack_td {

namespace {

const char *label_of(const RextrackTdParameter &one) {
    for (uint32_t i = 0; i < one.menu_count; ++i)
        if (std::strcmp(one.menu_names[i], one.default_text) == 0) return one.menu_labels[i];
    return one.default_text;
}

} // namespace

std::vector<Page> pages(uint32_t family) {
    std::vector<Page> all;
    for (const Parameter *one : parameters_of(family)) {
        if (all.empty() || all.back().name != one->td.page) all.push_back({one->td.page, {}});
        all.back().parameters.push_back(one);
    }
    return all;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

std::string default_of(const RextrackTdParameter &one) {
    switch (one.kind) {
    case REXTRACK_TD_TOGGLE: return one.default_numbers[0] != 0 ? "On" : "Off";
    case REXTRACK_TD_PULSE: return "";
    case REXTRACK_TD_INTEGER:
    case REXTRACK_TD_NUMBER: return number(one.default_numbers[0]);
    case REXTRACK_TD_REGION: {
        std::string values;
        for (double value : one.default_numbers)
            values += (values.empty() ? "" : " ") + number(value);
        return values;
    }
    default: return label_of(one);
    }
}

std::string values_of(const Parameter &one) {
    switch (one.td.kind) {
    case REXTRACK_TD_PULSE: return "pulse";
    case REXTRACK_TD_INTEGER:
    case REXTRACK_TD_NUMBER: return number(one.td.min) + " to " + number(one.td.max);
    case REXTRACK_TD_REGION: return "four numbers, 0 to 1";
    case REXTRACK_TD_TOGGLE: return "On, Off";
    case REXTRACK_TD_TOP_REFERENCE: return "a TOP";
    case REXTRACK_TD_CHOP_REFERENCE: return "a CHOP";
    case REXTRACK_TD_FILE: return "a file";
    case REXTRACK_TD_FOLDER: return "a folder";
    case REXTRACK_TD_STRING: return "text";
    case REXTRACK_TD_DYNAMIC_MENU:
        if (one.par == Par::Webcam) return "a number";
        return one.par == Par::Model ? "a name" : "names";
    default: break;
    }
    std::string values;
    for (uint32_t i = 0; i < one.td.menu_count; ++i)
        values += std::string(values.empty() ? "" : ", ") + "`" + one.td.menu_names[i] + "`";
    return values;
}

std::string names_of(const RextrackTdParameter &one) {
    const std::string name = one.name;
    if (one.kind != REXTRACK_TD_REGION) return "`" + name + "`";
    std::string names;
    for (int i = 1; i <= 4; ++i) names += (i > 1 ? " `" : "`") + name + std::to_string(i) + "`";
    return names;
}

std::string escaped(const std::string &text) {
    std::string safe;
    for (char c : text)
        safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return safe;
}

} // namespace rextrack_td
