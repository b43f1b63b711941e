// Tracks several cameras and frames of its own at the same time, in one loop. Prints the
// slots of all pipelines once a second:
//
//   cam2:  p1 person (0.42, 0.61)  p2 person (0.70, 0.33)
//
// usage: cameras [SECONDS [ADDRESS...]]
//
// C++17, no other library. examples/README.md says how to build it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <rextrack.hpp>

struct Camera {
    std::string id;
    rextrack::Pipeline pipeline;
    rextrack::Snapshot snapshot;

    Camera(const std::string &name, const std::string &address, const std::string &model)
        : id(name) {
        std::ostringstream json; // std::quoted escapes the backslashes of Windows paths
        json << "{\"camera\": {\"id\": " << std::quoted(id) << ", \"stream\": "
             << std::quoted(address) << "}, \"tracking\": {\"model\": " << std::quoted(model) << "}}";
        pipeline.create(json.str());
        pipeline.start();
    }

    void print() {
        pipeline.poll(snapshot);
        std::printf("%s:", id.c_str());
        for (std::size_t i = 0; i < snapshot.slots().size(); ++i) {
            const RextrackSlot &slot = snapshot.slots()[i];
            if (slot.state == REXTRACK_SLOT_EMPTY) continue;
            std::string what = pipeline.class_name(slot.class_id);
            std::printf("  p%zu %s (%.2f, %.2f)", i + 1, what.c_str(), slot.x, slot.y);
        }
        std::printf(" %s\n", snapshot.header().problem ? pipeline.problem().c_str() : "");
        std::fflush(stdout);
    }
};

// 25 frames a second: a grey room, then a white square that moves to the right in it.
static void run(std::vector<Camera> &cameras, Camera &pushed, int seconds) {
    constexpr int width = 320, height = 240, side = 60;
    std::vector<unsigned char> pixels(width * height);
    auto next = std::chrono::steady_clock::now();
    for (int number = 1; number <= seconds * 25; ++number) {
        std::fill(pixels.begin(), pixels.end(), static_cast<unsigned char>(96));
        const int left = number * 4 % (width - side);
        for (int y = 90; y < 150 && number > 10; ++y) std::fill_n(&pixels[y * width + left], side, 255);
        pushed.pipeline.push(rextrack::frame(pixels.data(), width, height, REXTRACK_PIXEL_GRAY8));
        std::this_thread::sleep_until(next += std::chrono::milliseconds(40));
        if (number % 25 != 0) continue;
        for (Camera &camera : cameras) camera.print();
        pushed.print();
    }
}

int main(int argc, char **argv) {
    std::vector<std::string> addresses(argv + std::min(argc, 2), argv + argc);
    if (addresses.empty()) addresses = {"synth:people=3,seed=1", "synth:people=2,seed=2"};
    try {
        std::vector<Camera> cameras;
        for (const std::string &address : addresses)
            cameras.emplace_back("cam" + std::to_string(cameras.size() + 1), address, "yolox_nano");
        Camera pushed("push", "push:", "builtin:motion");
        run(cameras, pushed, argc > 1 ? std::atoi(argv[1]) : 10);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "cameras: %s\n", error.what());
        return 1;
    }
}
