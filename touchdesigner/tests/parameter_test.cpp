#include "core/parameter.h"

#include <doctest/doctest.h>

#include <cctype>
#include <set>

using namespace rextrack_td;

TEST_CASE("the table is in the order of its enumeration and complete") {
    REQUIRE(parameters().size() == par_count);
    for (std::size_t i = 0; i < par_count; ++i)
        CHECK(static_cast<std::size_t>(parameters()[i].par) == i);
}

TEST_CASE("names are such as TouchDesigner takes, and each stands once") {
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

TEST_CASE("pages follow each other and every parameter is explained") {
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

TEST_CASE("defaults lie within their range, and menus have theirs") {
    for (const Parameter &one : parameters()) {
        INFO(one.name);
        if (one.kind == Kind::Integer || one.kind == Kind::Number) {
            CHECK(one.value >= one.least);
            CHECK(one.value <= one.most);
            CHECK(one.slider <= one.most);
        }
        if (one.kind == Kind::Menu || one.kind == Kind::TextMenu) {
            bool found = false;
            for (const MenuItem &item : one.items) found = found || item.name == std::string(one.text);
            CHECK(found);
        }
    }
}

TEST_CASE("a value is told apart from the one before") {
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
