// parameter_pages FOLDER: writes the documentation of parameters and channels, from their table:
// parameters.md, a picture of each page in TouchDesigner's layout, and help.html, which opens with the
// "?" of a node.

#include "core/channel.h"
#include "help_page.h"
#include "parameter_text.h"

#include <cctype>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

using namespace rextrack_td;

namespace {

constexpr int width = 560, row = 26, top = 66, field = 210;

std::string text_at(int x, int y, const std::string &text, const char *style) {
    return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" class=\"" +
           style + "\">" + escaped(text) + "</text>\n";
}

std::string box(int x, int y, int w, int h, const char *style) {
    return "<rect x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
           std::to_string(w) + "\" height=\"" + std::to_string(h) + "\" class=\"" + style +
           "\"/>\n";
}

// The control to the right of a label.
std::string control(const RextrackTdParameter &one, int y) {
    const int right = width - field - 16;
    switch (one.kind) {
    case REXTRACK_TD_TOGGLE:
        return box(field, y + 3, 44, 19, one.default_numbers[0] != 0 ? "on" : "field") +
               text_at(field + 11, y + 17, default_of(one),
                       one.default_numbers[0] != 0 ? "dark" : "value");
    case REXTRACK_TD_PULSE:
        return box(field, y + 3, 80, 19, "button") + text_at(field + 22, y + 17, "Pulse", "value");
    case REXTRACK_TD_REGION: {
        std::string fields;
        const int one_width = (right - 12) / 4;
        for (int i = 0; i < 4; ++i) {
            const int x = field + i * (one_width + 4);
            fields += box(x, y + 3, one_width, 19, "field") +
                      text_at(x + 8, y + 17, number(one.default_numbers[i]), "value");
        }
        return fields;
    }
    case REXTRACK_TD_INTEGER:
    case REXTRACK_TD_NUMBER: {
        const int track = right - 96;
        const double share = (one.default_numbers[0] - one.min) / (one.slider_max - one.min);
        const int knob = static_cast<int>(share * track);
        return box(field, y + 3, 84, 19, "field") +
               text_at(field + 8, y + 17, default_of(one), "value") +
               box(field + 96, y + 11, track, 3, "field") +
               box(field + 96 + knob - 3, y + 5, 6, 15, "knob");
    }
    case REXTRACK_TD_MENU:
    case REXTRACK_TD_TEXT_MENU:
    case REXTRACK_TD_DYNAMIC_MENU:
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
        svg += text_at(14, y + 17, one->td.label, "label") + control(one->td, y);
        y += row;
    }
    return svg + "</svg>\n";
}

std::string lower(std::string text) {
    for (char &c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

void parameter_table(std::ofstream &out, const Page &page) {
    out << "| parameter | name in scripts | values | default | description |\n"
           "|---|---|---|---|---|\n";
    for (const Parameter *one : page.parameters) {
        const std::string chosen = default_of(one->td);
        out << "| " << one->td.label << " | " << names_of(one->td) << " | " << values_of(*one)
            << " | " << (chosen.empty() ? "" : "`" + chosen + "`") << " | " << one->td.help
            << " |\n";
    }
}

// The parameters of a page that only the TOP has.
Page of_top_alone(const Page &page) {
    Page own{page.name, {}};
    for (const Parameter *one : page.parameters)
        if (one->family == OperatorFamily::Top) own.parameters.push_back(one);
    return own;
}

void channel_row(std::ofstream &out, const std::string &channels, const std::string &toggle,
                 const std::string &unit, std::string meaning) {
    meaning[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(meaning[0])));
    out << "| " << channels << " | " << toggle << " | " << (unit.empty() ? "-" : unit) << " | "
        << meaning << " |\n";
}

// The channels of a layout, from the same toggles as the node's.
void channel_table(std::ofstream &out, Layout layout) {
    out << "| channel | parameter | unit | meaning |\n|---|---|---|---|\n";
    if (layout == Layout::BodyTrack)
        channel_row(out, "`" + valid_channel_name(1) + "`", "always", "",
                    "1 while the slot is detected or held, else 0.");
    const auto more_axes = [&] {
        channel_row(out, "`" + channel_name(layout, "life", 1) + "` ...",
                    parameter(Par::Moreaxes).td.label, "by name",
                    "[Any other value of a slot](../../docs/ref/axes.md), by its name.");
    };
    for (const Parameter *one : parameters_of(REXTRACK_TD_CHOP)) {
        if (one->par == Par::Moreaxes) more_axes();
        const std::string axes = *one->axes ? one->axes : one->channel;
        const Choice made = choice(layout, one->par);
        if (axes.empty() || made == Choice::AlwaysOff) continue;
        std::string channels;
        for (const std::string &name : split_names(axes))
            channels += (channels.empty() ? "`" : " `") +
                        (*one->axes ? channel_name(layout, name, 1) : name) + "`";
        const std::string label = one->td.label;
        const std::string toggle =
            made == Choice::AlwaysOn ? "always" : label.substr(0, label.find(" ("));
        const char *meaning = one->td.help + axes.size() + std::strlen(": ");
        channel_row(out, channels, toggle, one->unit, meaning);
    }
}

void all_channels(std::ofstream &out) {
    const RextrackTdParameter &layouts = parameter(Par::Layout).td;
    out << "\n## Channels of the CHOP\n\n"
           "Layout and the toggles on the page Output choose the channels. Number and names\n"
           "depend on parameters alone, so your network never loses a channel because a person\n"
           "left. An empty slot has 0, but its generation stays, its class is -1, and it keeps\n"
           "its position if On Release is Keep Position.\n";
    const char *const notes[] = {
        "One sample. After the channels of `p1` follow those of `p2`, and so on; `count`, `fps`\n"
        "and `latency` are the last. With all toggles off, `count` stays.",
        "As many samples as slots: sample 0 is slot p1. Geometry instancing and CHOP to POP take\n"
        "these channels as they are. With `presence` as scale, or `state` as Active, empty slots\n"
        "are not drawn. `count`, `fps` and `latency` have the same value in every sample.",
        "One sample. After the channels of `body1` follow those of `body2`, and so on. Frame\n"
        "means UV here. Centred does what Aspect Correct UVs is for in the Body Track CHOP, but its\n"
        "0 is the middle: leave out the - 0.5 of a network made for that CHOP. Mirror\n"
        "does what Mirror U Positions does there. There are no key points."};
    for (uint32_t i = 0; i < layouts.menu_count; ++i) {
        const Layout layout = layout_from(layouts.menu_names[i]);
        out << "\n### " << layouts.menu_labels[i] << "\n\n"
            << notes[static_cast<std::size_t>(layout)] << "\n\n";
        channel_table(out, layout);
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: parameter_pages FOLDER\n");
        return 2;
    }
    const std::string folder = argv[1];
    const std::vector<Page> chop = pages(REXTRACK_TD_CHOP),
                            top_pages = pages(REXTRACK_TD_TOP);
    std::ofstream out(folder + "/parameters.md", std::ios::binary);
    out << "# Parameters and channels\n\n"
           "Generated from the plugin's table of parameters (`touchdesigner/core/parameter.cpp`).\n"
           "The pictures show the defaults. The Rextrack TOP has another page Output, one parameter\n"
           "more on the page Source, no Predict to Now, and otherwise the same parameters.\n";
    // Pictures show the whole page; the table may be a part of it.
    const auto write = [&](const std::string &node, const std::vector<Page> &all, const Page &page,
                           const Page &rows, const std::string &file) {
        std::ofstream(folder + "/" + file, std::ios::binary) << picture(node, all, page);
        out << "\n![The page " << page.name << "](" << file << ")\n\n";
        parameter_table(out, rows);
    };
    for (const Page &page : chop) {
        const std::string file = "page-" + lower(page.name);
        out << "\n## " << page.name << "\n";
        write("Rextrack CHOP", chop, page, page, file + ".svg");
        for (const Page &other : top_pages) {
            const Page own = of_top_alone(other);
            if (other.name != page.name || own.parameters.empty()) continue;
            out << "\n## " << page.name << " of the TOP\n";
            write("Rextrack TOP", top_pages, other, own, file + "-top.svg");
        }
    }
    all_channels(out);
    std::ofstream help(folder + "/help.html", std::ios::binary);
    write_help_page(help);
    return out.good() && help.good() ? 0 : 1;
}
