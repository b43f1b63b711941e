#include "core/library.h"
#include "core/platform.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace rextrack_td;

namespace {

// A folder of its own, removed at the end.
struct Folder {
    std::string path;

    Folder() {
        static int number = 0;
        const auto all = std::filesystem::temp_directory_path();
        const auto mine = all / ("rextrack-td-" + std::to_string(std::hash<std::string>{}(
                                                      platform::own_folder())) +
                                 "-" + std::to_string(++number));
        std::filesystem::create_directories(mine);
        path = mine.string();
    }
    ~Folder() { std::filesystem::remove_all(path); }
};

} // namespace

TEST_CASE("a library that is missing is named, with the remedy") {
    const Folder folder;
    std::string error;
    CHECK(Library::load(folder.path, error) == nullptr);
    CHECK(error.find(folder.path) != std::string::npos);
    CHECK(error.find(platform::library_name) != std::string::npos);
    CHECK(error.find("is missing; install the plugin and the library again") != std::string::npos);
}

TEST_CASE("a library that is damaged is named, with the system's reason") {
    const Folder folder;
    std::ofstream(folder.path + platform::separator + platform::library_name) << "not a library";
    std::string error;
    CHECK(Library::load(folder.path, error) == nullptr);
    CHECK(error.find("cannot be loaded: ") != std::string::npos);
    CHECK(error.find("install the plugin and the library again") != std::string::npos);
}

TEST_CASE("the folder of a plugin in a macOS bundle is where the bundle is") {
    CHECK(platform::outside_bundle("/a/Plugins/RextrackCHOP.plugin/Contents/MacOS") ==
          "/a/Plugins");
    CHECK(platform::outside_bundle("/a/Plugins") == "/a/Plugins");
}

TEST_CASE("a file is read whole, whatever its name, and a missing one is told") {
    const Folder folder;
    const std::string path = folder.path + platform::separator + "\xD1\x84.json";
    std::ofstream(std::filesystem::u8path(path), std::ios::binary) << "{\r\n}";
    std::string text;
    CHECK(platform::read_file(path, text));
    CHECK(text == "{\r\n}");
    CHECK_FALSE(platform::read_file(path + "x", text));
}

TEST_CASE("files are listed by their ending, and no folder has none") {
    const Folder folder;
    for (const char *name : {"b.onnx", "a.onnx", "c.pt", ".onnx"})
        std::ofstream(folder.path + platform::separator + name) << "x";
    CHECK(platform::files_in(folder.path, ".onnx") ==
          std::vector<std::string>{"a.onnx", "b.onnx"});
    CHECK(platform::files_in(folder.path + "/none", ".onnx").empty());
}
