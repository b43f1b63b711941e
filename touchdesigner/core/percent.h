// Percent encoding, for parts of addresses.

#ifndef REXTRACK_TD_PERCENT_H
#define REXTRACK_TD_PERCENT_H

#include <string>

namespace rextrack_td {

// Encodes all bytes except ASCII letters, digits, - . _ ~ and those in `kept`.
std::string percent_encoded(const std::string &text, const char *kept = "");

} // namespace rextrack_td

#endif
