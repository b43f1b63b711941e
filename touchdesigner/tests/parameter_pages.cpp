// parameter_pages FOLDER: writes the documentation of the parameters, from their table:
// parameters.md, and a picture of each page in TouchDesigner's layout.

#include "core/parameter.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace rextrack_td;

namespace {

struct Page {
    std::string name;
    std::vector<const Parameter *> parameters;
};

// The pages of a family, in order.
std::vector<Page> pages(OperatorFamily family) {
    std::vector<Page> all;
    for (const Parameter &one : parameters()) {
        if (one.family != OperatorFamily::Both && one.family != family) continue;
        if (all.empty() || all.back().name != one.page) all.push_back({one.page, {}});
        all.back().parameters.push_back(&one);
    }
    return all;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

const char *label_of(const Parameter &one) {
    for (const MenuItem &item : one.menu)
        if (item.name == std::string(one.default_text)) return item.label;
    return one.default_text;
}

std::string default_of(const Parameter &one) {
    switch (one.kind) {
    case Kind::Toggle: return one.default_number != 0 ? "On" : "Off";
    case Kind::Pulse: return "";
    case Kind::Integer:
    case Kind::Number: return number(one.default_number);
    case Kind::Region: return "0 0 1 1";
    case Kind::Menu:
    case Kind::TextMenu: return label_of(one);
    default: return one.default_text;
    }
}

std::string values_of(const Parameter &one) {
    if (one.kind == Kind::Pulse) return "pulse";
    if (one.kind == Kind::Integer || one.kind == Kind::Number)
        return number(one.min) + " to " + number(one.max);
    if (one.kind == Kind::Region) return "four numbers, 0 to 1";
    if (one.kind == Kind::Toggle) return "On, Off";
    if (one.kind == Kind::Top) return "a TOP";
    if (one.kind == Kind::Chop) return "a CHOP";
    if (one.kind == Kind::File) return "a file";
    if (one.kind == Kind::Folder) return "a folder";
    std::string values;
    for (const MenuItem &item : one.menu)
        values += std::string(values.empty() ? "" : ", ") + "`" + item.name + "`";
    if (one.kind == Kind::DynamicMenu) return one.par == Par::Model ? "a name" : "names";
    return values.empty() ? "text" : values;
}

std::string escaped(const std::string &text) {
    std::string safe;
    for (char c : text)
        safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return safe;
}

constexpr int width = 560, row = 26, top = 66, field = 210;

std::string text_at(int x, int y, const std::string &text, const char *style) {
    return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" class=\"" + style +
           "\">" + escaped(text) + "</text>\n";
}

std::string box(int x, int y, int w, int h, const char *style) {
    return "<rect x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
           std::to_string(w) + "\" height=\"" + std::to_string(h) + "\" class=\"" + style +
           "\"/>\n";
}

// The control to the right of a label.
std::string control(const Parameter &one, int y) {
    const int right = width - field - 16;
    switch (one.kind) {
    case Kind::Toggle:
        return box(field, y + 3, 44, 19, one.default_number != 0 ? "on" : "field") +
               text_at(field + 11, y + 17, default_of(one), one.default_number != 0 ? "dark" : "value");
    case Kind::Pulse:
        return box(field, y + 3, 80, 19, "button") + text_at(field + 22, y + 17, "Pulse", "value");
    case Kind::Region: {
        std::string fields;
        const char *values[] = {"0", "0", "1", "1"};
        const int one_width = (right - 12) / 4;
        for (int i = 0; i < 4; ++i) {
            const int x = field + i * (one_width + 4);
            fields += box(x, y + 3, one_width, 19, "field") +
                      text_at(x + 8, y + 17, values[i], "value");
        }
        return fields;
    }
    case Kind::Integer:
    case Kind::Number: {
        const int track = right - 96;
        const double share = (one.default_number - one.min) / (one.slider_max - one.min);
        const int knob = static_cast<int>(share * track);
        return box(field, y + 3, 84, 19, "field") +
               text_at(field + 8, y + 17, default_of(one), "value") +
               box(field + 96, y + 11, track, 3, "field") +
               box(field + 96 + knob - 3, y + 5, 6, 15, "knob");
    }
    case Kind::Menu:
    case Kind::TextMenu:
    case Kind::DynamicMenu:
        return box(field, y + 3, right, 19, "field") +
               text_at(field + 8, y + 17, default_of(one), "value") +
               text_at(width - 34, y + 17, "\xE2\x96\xBE", "value");
    default:
        return box(field, y + 3, right, 19, "field") +
               text_at(field + 8, y + 17, default_of(one), "value");
    }
}

std::string picture(const std::string &node, const std::vector<Page> &all, const Page &page) {
    const int height = top + row * static_cast<int>(page.parameters.size()) + 12;
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(width) +
                      "\" height=\"" + std::to_string(height) + "\" viewBox=\"0 0 " +
                      std::to_string(width) + " " + std::to_string(height) +
                      "\" role=\"img\" aria-label=\"Parameter page " + page.name + " of the " +
                      node +
                      "\">\n<style>text{font:12px Verdana,Arial,sans-serif;fill:#ddd}"
                      ".title{font-weight:bold}.label{fill:#ccc}.value{fill:#fff}.dark{fill:#111}"
                      ".tab{fill:#999}.chosen{fill:#fff;font-weight:bold}.back{fill:#3c3c3c}"
                      ".head{fill:#2a2a2a}.field{fill:#232323}.on{fill:#8fb35b}"
                      ".button{fill:#575757}.knob{fill:#aaa}</style>\n";
    svg += box(0, 0, width, height, "back") + box(0, 0, width, 56, "head");
    svg += text_at(14, 21, node, "title");
    int x = 14;
    for (const Page &one : all) {
        svg += text_at(x, 46, one.name, one.name == page.name ? "chosen" : "tab");
        x += 22 + 8 * static_cast<int>(one.name.size());
    }
    int y = top;
    for (const Parameter *one : page.parameters) {
        svg += text_at(14, y + 17, one->label, "label") + control(*one, y);
        y += row;
    }
    return svg + "</svg>\n";
}

std::string lower(std::string text) {
    for (char &c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

void table(std::ofstream &out, const Page &page) {
    out << "| parameter | name in scripts | values | default | description |\n"
           "|---|---|---|---|---|\n";
    for (const Parameter *one : page.parameters) {
        const std::string chosen = default_of(*one);
        out << "| " << one->label << " | `" << one->name << "` | " << values_of(*one) << " | "
            << (chosen.empty() ? "" : "`" + chosen + "`") << " | " << one->help << " |\n";
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: parameter_pages FOLDER\n");
        return 2;
    }
    const std::string folder = argv[1];
    const std::vector<Page> chop = pages(OperatorFamily::Chop), top_pages = pages(OperatorFamily::Top);
    std::ofstream out(folder + "/parameters.md", std::ios::binary);
    out << "# Parameters\n\n"
           "Generated from the plugin's table of parameters (`touchdesigner/core/parameter.cpp`).\n"
           "The pictures show the defaults. The Rextrack TOP has another page Output, no Predict\n"
           "to Now, and otherwise the same parameters.\n";
    const auto write = [&](const std::string &node, const std::vector<Page> &all, const Page &page,
                           const std::string &file) {
        std::ofstream(folder + "/" + file, std::ios::binary) << picture(node, all, page);
        out << "\n![The page " << page.name << "](" << file << ")\n\n";
        table(out, page);
    };
    for (const Page &page : chop) {
        out << "\n## " << page.name << "\n";
        write("Rextrack CHOP", chop, page, "page-" + lower(page.name) + ".svg");
        if (page.name != "Output") continue;
        for (const Page &other : top_pages)
            if (other.name == page.name) {
                out << "\n## Output of the TOP\n";
                write("Rextrack TOP", top_pages, other, "page-output-top.svg");
            }
    }
    return out.good() ? 0 : 1;
}
