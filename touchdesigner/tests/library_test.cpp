#include "core/channel.h"
#include "core/library.h"
#include "core/message.h"
#include "core/platform.h"
#include "temporary_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

using namespace rextrack_td;

TEST_CASE("a missing library is reported with its path and the remedy") {
    const TemporaryFolder folder;
    std::string error;
    CHECK(Library::load(folder.path(), error) == nullptr);
    CHECK(error == folder.file(platform::library_name) + message::library_is_missing +
                       message::reinstall);
}

TEST_CASE("a damaged library is reported with its path, the system's reason and the remedy") {
    const TemporaryFolder folder;
    folder.write(platform::library_name, "not a library");
    std::string error;
    CHECK(Library::load(folder.path(), error) == nullptr);
    const std::string begin =
        folder.file(platform::library_name) + message::library_cannot_be_loaded;
    const std::string end = std::string(message::dependency_is_missing) + message::reinstall;
    CHECK(error.find(begin) == 0);
    CHECK(error.find(end) == error.size() - end.size());
    CHECK(error.size() > begin.size() + end.size());
}

namespace {

// The error of a library that has that ABI version and no other function, without its path.
std::string error_of_release(const std::string &version) {
    const std::string folder =
        platform::own_folder() + platform::separator + "other_release_" + version;
    std::string error;
    CHECK(Library::load(folder, error) == nullptr);
    const std::string path = folder + platform::separator + platform::library_name;
    REQUIRE_MESSAGE(error.compare(0, path.size(), path) == 0, error);
    return error.substr(path.size());
}

} // namespace

TEST_CASE("a library with another ABI version is reported with both versions and the remedy") {
    const std::string needs =
        message::plugin_needs_version + std::string("1.0") + message::reinstall;
    CHECK(error_of_release("0x00002") == message::has_abi_version + std::string("0.2") + needs);
    CHECK(error_of_release("0x20000") == message::has_abi_version + std::string("2.0") + needs);
}

TEST_CASE("a library that lacks a function is reported with its name and the remedy") {
    const std::string error = error_of_release("0x10000");
    CHECK(error.find(message::function_is_missing + std::string("rextrack_")) == 0);
    CHECK(error.find(message::reinstall) != std::string::npos);
}

// Environment: REXTRACK_TD_PLUGINS is the folder of the Rust library.
TEST_CASE("the library's table has the axis of every toggle") {
    const char *folder = std::getenv("REXTRACK_TD_PLUGINS");
    if (!folder) {
        MESSAGE("skipped: REXTRACK_TD_PLUGINS is not set");
        return;
    }
    std::string error;
    const Library *library = Library::load(folder, error);
    REQUIRE_MESSAGE(library, error);
    const std::vector<RextrackAxis> &table = library->axis_table;
    const auto find = [&](const std::string &name) {
        return std::find_if(table.begin(), table.end(),
                            [&](const RextrackAxis &axis) { return name == axis.name; });
    };
    Values values;
    for (const Parameter &one : parameters())
        if (one.kind == Kind::Toggle) values.set(one.par, 1.0);
    values.set(Par::Slots, 1.0);
    std::size_t with_toggle = 0;
    const Channels channels(values);
    for (const std::string &name : channels.names()) {
        if (name.find("p1_") != 0) continue;
        INFO(name);
        CHECK(find(name.substr(3)) != table.end());
        ++with_toggle;
    }
    CHECK(with_toggle + axes_without_toggle(table).size() == table.size());
    REQUIRE(find("class") != table.end());
    CHECK(find("class")->empty == -1.0f);
    REQUIRE(find("y") != table.end());
    CHECK(find("y")->quantity == REXTRACK_QUANTITY_Y);
    for (const RextrackAxis &axis : table) CHECK(std::string(axis.description) != "");
}
