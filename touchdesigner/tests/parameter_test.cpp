#include "core/parameter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <set>

using namespace rextrack_td;

TEST_CASE("the table has one row for each Par, in the same order") {
    REQUIRE(parameters().size() == par_count);
    for (std::size_t i = 0; i < par_count; ++i)
        CHECK(static_cast<std::size_t>(parameters()[i].par) == i);
}

TEST_CASE("names are valid in TouchDesigner and unique") {
    std::set<std::string> names;
    for (const Parameter &one : parameters()) {
        const std::string name = one.td.name;
        INFO(name);
        REQUIRE_FALSE(name.empty());
        CHECK(std::isupper(static_cast<unsigned char>(name[0])));
        for (std::size_t i = 1; i < name.size(); ++i)
            CHECK((std::islower(static_cast<unsigned char>(name[i])) ||
                   std::isdigit(static_cast<unsigned char>(name[i]))));
        CHECK(names.insert(name).second);
    }
}

TEST_CASE("each page is one block of the table, and each parameter has help") {
    std::set<std::string> finished;
    std::string page;
    for (const Parameter &one : parameters()) {
        INFO(std::string(one.td.name));
        if (page != one.td.page) {
            CHECK(finished.insert(page).second);
            CHECK(finished.count(one.td.page) == 0);
            page = one.td.page;
        }
        CHECK(std::string(one.td.help).size() > 10);
        CHECK(std::string(one.td.help).back() == '.');
    }
}

TEST_CASE("defaults are in their range or menu") {
    for (const Parameter &one : parameters()) {
        INFO(std::string(one.td.name));
        REQUIRE(one.td.default_text);
        if (one.td.kind == REXTRACK_TD_INTEGER || one.td.kind == REXTRACK_TD_NUMBER) {
            CHECK(one.td.default_numbers[0] >= one.td.min);
            CHECK(one.td.default_numbers[0] <= one.td.max);
            CHECK(one.td.slider_max <= one.td.max);
        }
        const bool has_entries =
            one.td.kind == REXTRACK_TD_MENU || one.td.kind == REXTRACK_TD_TEXT_MENU;
        CHECK((one.td.menu_count > 0) == has_entries);
        bool found = false;
        for (uint32_t i = 0; i < one.td.menu_count; ++i) {
            CHECK(*one.td.menu_labels[i]);
            found = found || std::strcmp(one.td.menu_names[i], one.td.default_text) == 0;
        }
        CHECK(found == has_entries);
    }
    CHECK(Values().region(Par::Roi) == std::array<double, 4>{0, 0, 1, 1});
    CHECK(Values().text(Par::Classes) == "person");
}

TEST_CASE("texts are ASCII, because TouchDesigner garbles other labels") {
    for (const Parameter &one : parameters()) {
        std::string texts = std::string(one.td.label) + one.td.help;
        for (uint32_t i = 0; i < one.td.menu_count; ++i) texts += one.td.menu_labels[i];
        INFO(std::string(one.td.name));
        CHECK(std::all_of(texts.begin(), texts.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    }
}

TEST_CASE("a toggle of channels names them in its label and its help") {
    for (const Parameter &one : parameters()) {
        const std::string channels = *one.axes ? one.axes : one.channel;
        if (channels.empty()) continue;
        INFO(std::string(one.td.name));
        CHECK(one.td.kind == REXTRACK_TD_TOGGLE);
        CHECK(std::string(one.td.label).find("(" + channels + ")") != std::string::npos);
        CHECK(std::string(one.td.help).find(channels + ": ") == 0);
    }
}

TEST_CASE("each family has its own parameters and those of both, in the order of the table") {
    for (uint32_t family : {REXTRACK_TD_CHOP, REXTRACK_TD_TOP}) {
        const OperatorFamily other =
            family == REXTRACK_TD_CHOP ? OperatorFamily::Top : OperatorFamily::Chop;
        std::vector<const Parameter *> expected;
        for (const Parameter &one : parameters())
            if (one.family != other) expected.push_back(&one);
        CHECK(parameters_of(family) == expected);
    }
}

TEST_CASE("a new or renamed parameter raises the minor version") {
    // A project may use every parameter of the version that saved it, so that an older plugin must
    // not open it. Never change the list of a version that was released: add one.
    const std::vector<std::set<std::string>> names_by_version = {
        {"Active",     "Source",     "Address",    "User",        "Password",     "Webcam",
         "File",       "Loop",       "Top",        "Transport",   "Restart",      "Model",
         "Modelfile",  "Modelsfolder", "Device",   "Confidence",  "Overlap",      "Classes",
         "Tracker",    "Everynth",   "Useroi",     "Roi",         "Smoothing",    "Predict",
         "Slots",      "Persistence", "Onrelease", "Resetslots",  "Coordinates",  "Position",
         "Size",       "Velocity",   "Identity",   "Generation",  "State",        "Score",
         "Class",      "Age",        "Speed",      "Presence",    "Moreaxes",     "Count",
         "Fps",        "Latency",    "Chop",       "Show",        "Settings",     "Settingsfile",
         "Onnxruntime"},
        {"Layout", "Mirror"},
    };
    for (std::size_t i = 0; i < names_by_version.size(); ++i) {
        std::set<std::string> names;
        for (const Parameter &one : parameters())
            if (one.since == static_cast<int>(i) + 1) names.insert(one.td.name);
        INFO("version ", i + 1);
        CHECK(names == names_by_version[i]);
    }
    CHECK(minor_version() == static_cast<int>(names_by_version.size()));
}

TEST_CASE("set returns whether the value has changed") {
    Values values;
    CHECK_FALSE(values.set(Par::Confidence, 0.25));
    CHECK(values.set(Par::Confidence, 0.5));
    CHECK_FALSE(values.set(Par::Address, ""));
    CHECK(values.set(Par::Address, "rtsp://a"));
    CHECK_FALSE(values.set(Par::Address, "rtsp://a"));
    CHECK(values.set(Par::Address, static_cast<const char *>(nullptr)));
    const std::array<double, 4> left_half = {0, 0, 0.5, 1};
    CHECK(values.set(Par::Roi, left_half));
    CHECK_FALSE(values.set(Par::Roi, left_half));
}
