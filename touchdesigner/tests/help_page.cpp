#include "help_page.h"

#include "parameter_text.h"

#include <array>

namespace rextrack_td {

namespace {

const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Rextrack</title>\n<style>\n"
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}\n"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;"
    "padding:.3em .6em;border-bottom:1px solid #ddd}\n"
    "td:first-child{width:14em}code{background:#eee;padding:0 .2em}\n"
    "</style>\n</head>\n<body>\n";

// What artists look for first. The README has all of it.
struct Problem {
    const char *symptom;
    const char *remedy;
};

constexpr std::array<Problem, 6> problems = {{
    {"All channels are 0.",
     "Point at the node: its warning names the cause. Without one: has the movie ended? An empty "
     "picture has no people, either: place a Rextrack TOP and choose the CHOP as its Rextrack CHOP "
     "to see the video with boxes."},
    {"The values stand still.",
     "TouchDesigner cooks the node only while it is looked at or used. Turn its viewer on, or use "
     "its channels."},
    {"Nothing is detected in a TOP.",
     "The TOP must not be bypassed and must have a picture. A still picture is tracked, too."},
    {"People are missed.",
     "Lower Confidence, or choose a larger Model: copy its .onnx file into the models folder."},
    {"The node has an error: a file is missing.",
     "Copy all files of one release into the folder of the plugin, and start TouchDesigner again."},
    {"A Rextrack TOP stays black.",
     "As Rextrack CHOP on its page Output, choose the Rextrack CHOP itself, not a Null behind it."},
}};

void write_parameters(std::ostream &out, const char *node, uint32_t family) {
    for (const Page &page : pages(family)) {
        out << "<h3>" << node << ": " << page.name << "</h3>\n<table>\n";
        for (const Parameter *one : page.parameters) {
            const std::string chosen = default_of(one->td);
            out << "<tr><td>" << escaped(one->td.label) << "</td><td>" << escaped(one->td.help);
            if (!chosen.empty()) out << " Default: " << escaped(chosen) << ".";
            out << "</td></tr>\n";
        }
        out << "</table>\n";
    }
}

} // namespace

void write_help_page(std::ostream &out) {
    out << head
        << "<h1>Rextrack</h1>\n"
           "<p>The Rextrack CHOP follows people, or other objects, in a video and outputs where they "
           "are. The Rextrack TOP shows the video. Camera and model run on their own threads, so a "
           "cook never waits for them.</p>\n"
           "<h2>Problems</h2>\n<table>\n";
    for (const Problem &problem : problems)
        out << "<tr><td>" << problem.symptom << "</td><td>" << problem.remedy << "</td></tr>\n";
    out << "</table>\n<h2>Parameters</h2>\n";
    write_parameters(out, "CHOP", REXTRACK_TD_CHOP);
    out << "<p>The Rextrack TOP has the same parameters, except for those of the output:</p>\n"
           "<table>\n";
    for (const Parameter *one : parameters_of(REXTRACK_TD_TOP))
        if (one->family == OperatorFamily::Top)
            out << "<tr><td>" << escaped(one->td.label) << "</td><td>" << escaped(one->td.help)
                << "</td></tr>\n";
    out << "</table>\n</body>\n</html>\n";
}

} // namespace rextrack_td
