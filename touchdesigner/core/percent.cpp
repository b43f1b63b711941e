#include "percent.h"

#include <cctype>
#include <cstring>

namespace rextrack_td {

std::string percent_encoded(const std::string &text, const char *kept) {
    const char *digits = "0123456789ABCDEF";
    std::string encoded;
    for (unsigned char c : text) {
        const bool is_kept = std::isalnum(c) || (c && std::strchr("-._~", c)) ||
                             (c && std::strchr(kept, c));
        if (is_kept) {
            encoded += static_cast<char>(c);
        } else {
            encoded += '%';
            encoded += digits[c >> 4];
            encoded += digits[c & 15];
        }
    }
    return encoded;
}

} // namespace rextrack_td
