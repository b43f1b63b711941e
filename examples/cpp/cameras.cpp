// Tracks several cameras and its own frames at the same time, in one loop. Prints the slots
// of all pipelines once a second:
//
//   synth:people=2,seed=2: p1 person (0.42, 0.61)  p2 person (0.70, 0.33)
//
// usage: cameras [SECONDS [ADDRESS...]]
//
// C++17, no other library. examples/README.md says how to build it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iomanip>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <rextrack.hpp>

namespace {

constexpr std::size_t WIDTH = 320, HEIGHT = 240, SIDE = 60;

struct Camera {
    std::string address;
    rextrack::Pipeline pipeline;
    rextrack::Snapshot snapshot;
};

std::string config(const std::string &address, const std::string &model) {
    std::ostringstream json; // std::quoted escapes the backslashes of Windows paths
    json << "{\"camera\": {\"stream\": " << std::quoted(address) << ", \"every_frame\": false},"
         << " \"tracking\": {\"model\": " << std::quoted(model) << "}}";
    return json.str();
}

// Draws a white square that moves to the right, on grey.
void draw(std::vector<unsigned char> &pixels, std::size_t number) {
    std::fill(pixels.begin(), pixels.end(), static_cast<unsigned char>(96));
    const std::size_t left = number * 4 % (WIDTH - SIDE);
    for (std::size_t y = 90; y < 90 + SIDE; ++y)
        std::fill_n(pixels.begin() + static_cast<std::ptrdiff_t>(y * WIDTH + left), SIDE, 255);
}

void print(Camera &camera) {
    camera.pipeline.poll(camera.snapshot);
    std::string line = camera.address + ": " + camera.pipeline.problem();
    for (std::size_t i = 0; i < camera.snapshot.slots().size(); ++i) {
        const RextrackSlot &slot = camera.snapshot.slots()[i];
        if (slot.state == REXTRACK_SLOT_EMPTY) continue;
        std::ostringstream text;
        text << std::fixed << std::setprecision(2) << " p" << i + 1 << " "
             << camera.pipeline.class_name(slot.class_id) << " (" << slot.x << ", " << slot.y << ") ";
        line += text.str();
    }
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

void run(std::size_t seconds, std::vector<std::string> addresses) {
    std::vector<Camera> cameras;
    addresses.push_back("push:");
    for (const std::string &address : addresses) {
        const char *model = address == "push:" ? "builtin:motion" : "yolox_nano";
        cameras.push_back({address, rextrack::Pipeline(config(address, model)), {}});
        cameras.back().pipeline.start();
    }
    std::vector<unsigned char> pixels(WIDTH * HEIGHT);
    auto next = std::chrono::steady_clock::now();
    for (std::size_t number = 1; number <= seconds * 25; ++number) {
        draw(pixels, number);
        cameras.back().pipeline.push(
            rextrack::frame(pixels.data(), WIDTH, HEIGHT, REXTRACK_PIXEL_GRAY8));
        std::this_thread::sleep_until(next += std::chrono::milliseconds(40));
        if (number % 25 == 0) std::for_each(cameras.begin(), cameras.end(), print);
    }
}

} // namespace

int main(int argc, char **argv) {
    std::vector<std::string> addresses(argv + std::min(argc, 2), argv + argc);
    if (addresses.empty()) addresses = {"synth:people=3,seed=1", "synth:people=2,seed=2"};
    try {
        run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10, addresses);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "cameras: %s\n", error.what());
        return 1;
    }
}
