#include "core/platform.h"
#include "temporary_folder.h"

#include <doctest/doctest.h>

using namespace rextrack_td;

TEST_CASE("outside_bundle leads out of a macOS bundle") {
    CHECK(platform::outside_bundle("/a/Plugins/RextrackCHOP.plugin/Contents/MacOS") ==
          "/a/Plugins");
    CHECK(platform::outside_bundle("/a/Plugins") == "/a/Plugins");
}

TEST_CASE("read_file reads any bytes from any name, and fails if there is no file") {
    const TemporaryFolder folder;
    const std::string name = "\xD1\x84.json";
    folder.write(name, "{\r\n}");
    std::string text;
    CHECK(platform::read_file(folder.file(name), text));
    CHECK(text == "{\r\n}");
    CHECK_FALSE(platform::read_file(folder.file(name) + "x", text));
}

TEST_CASE("files_in lists the files with the ending, and none in a missing folder") {
    const TemporaryFolder folder;
    for (const char *name : {"b.onnx", "a.onnx", "c.pt", ".onnx"}) folder.write(name, "x");
    CHECK(platform::files_in(folder.path(), ".onnx") ==
          std::vector<std::string>{"a.onnx", "b.onnx"});
    CHECK(platform::files_in(folder.file("none"), ".onnx").empty());
}
