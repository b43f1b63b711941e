#include "core/installation.h"
#include "temporary_folder.h"

#include <doctest/doctest.h>

using namespace rextrack_td;
using platform::System;

namespace {

constexpr const char frameworks[] = "/RextrackCHOP.plugin/Contents/Frameworks";
constexpr const char top_bundle[] = "/RextrackTOP.plugin";
constexpr const char top_binary[] = "/RextrackTOP.plugin/Contents/MacOS/RextrackTOP";

// Writes a library for macOS into a folder below `folder`.
void write_dylib(const TemporaryFolder &folder, const std::string &below) {
    std::filesystem::create_directories(folder.path() + below);
    std::ofstream(folder.path() + below + "/librextrack.dylib") << "x";
}

std::vector<std::string> library_folders(const std::vector<Installation> &candidates) {
    std::vector<std::string> folders;
    for (const Installation &one : candidates) folders.push_back(one.library_folder);
    return folders;
}

} // namespace

TEST_CASE("the library is found beside the plugin on Linux") {
    const TemporaryFolder folder;
    folder.write("librextrack.so", "x");
    for (const std::string path : {"/RextrackCHOP.so", "", "/"}) {
        INFO(path);
        const auto found = find_installation(System::Linux, folder.path() + path, "/elsewhere");
        CHECK(found.library_folder == folder.path());
        CHECK(found.plugin_folder == folder.path());
    }
}

TEST_CASE("the library is found in the plugin's own folder if TouchDesigner reports no path") {
    const TemporaryFolder folder;
    folder.write("librextrack.so", "x");
    for (const char *path : {"", "/elsewhere/RextrackCHOP.so"})
        CHECK(find_installation(System::Linux, path, folder.path()).library_folder ==
              folder.path());
}

TEST_CASE("both plugins find the library in the CHOP's bundle on macOS") {
    const TemporaryFolder folder;
    write_dylib(folder, frameworks);
    // An older copy beside the bundles.
    write_dylib(folder, "");
    const std::string bundle = folder.path() + "/RextrackCHOP.plugin";
    for (const std::string &path :
         {folder.path() + top_binary, folder.path() + top_bundle, folder.path() + top_bundle + "/",
          bundle, bundle + "/Contents/MacOS/RextrackCHOP", std::string()}) {
        INFO(path);
        const auto found = find_installation(System::MacOS, path, folder.path());
        CHECK(found.library_folder == folder.path() + frameworks);
        CHECK(found.plugin_folder == folder.path());
    }
}

TEST_CASE("a library beside the bundle is found on macOS") {
    const TemporaryFolder folder;
    write_dylib(folder, "");
    for (const char *path : {top_binary, top_bundle}) {
        const auto found =
            find_installation(System::MacOS, folder.path() + path, "/elsewhere");
        CHECK(found.library_folder == folder.path());
        CHECK(found.plugin_folder == folder.path());
    }
}

TEST_CASE("paths of TouchDesigner on Windows get backslashes") {
    const auto candidates = installation_candidates(
        System::Windows, "C:/Users/me/Plugins/rextrack/RextrackCHOP.dll", "D:\\own");
    CHECK(library_folders(candidates) ==
          std::vector<std::string>{"C:\\Users\\me\\Plugins\\rextrack",
                                   "C:\\Users\\me\\Plugins\\rextrack\\RextrackCHOP.dll",
                                   "D:\\own"});
}

TEST_CASE("a missing library belongs into the plugin's own folder") {
    const auto linux_one = find_installation(System::Linux, "/none/RextrackCHOP.so", "/own");
    CHECK(linux_one.library_folder == "/own");
    CHECK(linux_one.plugin_folder == "/own");
    const auto mac = find_installation(System::MacOS, "/none/RextrackCHOP.plugin", "/own");
    CHECK(mac.library_folder == std::string("/own") + frameworks);
    CHECK(mac.plugin_folder == "/own");
    CHECK(find_installation(System::Linux, "/none/RextrackCHOP.so", "").plugin_folder == "/none");
}

TEST_CASE("NULL is no path") {
    CHECK(find_installation(nullptr).plugin_folder == platform::own_folder());
}
