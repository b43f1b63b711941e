#include "core/parameter.h"

#include <doctest/doctest.h>

#include <cctype>
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
        const std::string name = one.name;
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
        INFO(one.name);
        if (page != one.page) {
            CHECK(finished.insert(page).second);
            CHECK(finished.count(one.page) == 0);
            page = one.page;
        }
        CHECK(std::string(one.help).size() > 10);
        CHECK(std::string(one.help).back() == '.');
    }
}

TEST_CASE("defaults are in their range or menu") {
    for (const Parameter &one : parameters()) {
        INFO(one.name);
        if (one.kind == Kind::Integer || one.kind == Kind::Number) {
            CHECK(one.default_number >= one.min);
            CHECK(one.default_number <= one.max);
            CHECK(one.slider_max <= one.max);
        }
        if (one.kind == Kind::Menu || one.kind == Kind::TextMenu) {
            bool found = false;
            for (const MenuItem &item : one.menu)
                found = found || item.name == std::string(one.default_text);
            CHECK(found);
        }
    }
}

TEST_CASE("set returns whether the value has changed") {
    Values values;
    CHECK_FALSE(values.set(Par::Confidence, 0.25));
    CHECK(values.set(Par::Confidence, 0.5));
    CHECK_FALSE(values.set(Par::Address, ""));
    CHECK(values.set(Par::Address, "rtsp://a"));
    CHECK_FALSE(values.set(Par::Address, "rtsp://a"));
    CHECK(values.set(Par::Address, static_cast<const char *>(nullptr)));
    CHECK(values.set(Par::Roi, {0, 0, 0.5, 1}));
    CHECK_FALSE(values.set(Par::Roi, {0, 0, 0.5, 1}));
}
