#include "core/webcams.h"
#include "temporary_folder.h"

#include <doctest/doctest.h>

using namespace rextrack_td;

namespace {

// Writes a device as Linux shows it. `index` may be NULL.
void write_device(const TemporaryFolder &folder, const std::string &entry, const char *name,
                  const char *index) {
    std::filesystem::create_directories(folder.file(entry));
    const std::string begin = entry + platform::separator;
    folder.write(begin + "name", std::string(name) + "\n");
    if (index) folder.write(begin + "index", std::string(index) + "\n");
}

} // namespace

TEST_CASE("webcams of Linux have a number and a name, and only the device with pictures counts") {
    const TemporaryFolder folder;
    write_device(folder, "video10", "Capture card", "0");
    write_device(folder, "video2", "HD Webcam: HD Webcam", "0");
    write_device(folder, "video3", "HD Webcam: HD Webcam", "1");
    write_device(folder, "video4", "Old camera", nullptr);
    write_device(folder, "v4l-subdev0", "sensor", "0");
    write_device(folder, "video", "x", "0");
    write_device(folder, "video5x", "x", "0");
    const std::vector<Webcam> found = webcams_in(folder.path());
    REQUIRE(found.size() == 3);
    CHECK(found[0].number == 2);
    CHECK(found[0].name == "HD Webcam: HD Webcam");
    CHECK(found[1].number == 4);
    CHECK(found[1].name == "Old camera");
    CHECK(found[2].number == 10);
    CHECK(found[2].name == "Capture card");
    CHECK(webcams_in(folder.file("none")).empty());
}

TEST_CASE("webcams are in the order of their numbers") {
    const std::vector<Webcam> found = webcams();
    for (std::size_t i = 1; i < found.size(); ++i)
        CHECK(found[i - 1].number < found[i].number);
}
