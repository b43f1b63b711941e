// The texts of the documentation of parameters.

#ifndef REXTRACK_TD_TESTS_PARAMETER_TEXT_H
#define REXTRACK_TD_TESTS_PARAMETER_TEXT_H

#include "core/parameter.h"

#include <string>
#include <vector>

namespace rextrack_td {

struct Page {
    std::string name;
    std::vector<const Parameter *> parameters;
};

// The pages of a family, in order.
std::vector<Page> pages(uint32_t family);

// The default of a parameter, as TouchDesigner shows it.
std::string default_of(const RextrackTdParameter &one);

// Which values it can have, in Markdown.
std::string values_of(const Parameter &one);

// Its name, or names, in scripts, in Markdown.
std::string names_of(const RextrackTdParameter &one);

// A text for HTML or SVG.
std::string escaped(const std::string &text);

// A number without zeros at its end.
std::string number(double value);

} // namespace rextrack_td

#endif
