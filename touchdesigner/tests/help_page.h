// The page that opens with the "?" of a node.

#ifndef REXTRACK_TD_TESTS_HELP_PAGE_H
#define REXTRACK_TD_TESTS_HELP_PAGE_H

#include <ostream>

namespace rextrack_td {

// Writes the page as one HTML file that needs nothing else.
void write_help_page(std::ostream &out);

} // namespace rextrack_td

#endif
