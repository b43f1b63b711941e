// Pushes OpenCV frames to rextrack and writes the tracked picture to a PNG, without a
// window. Use it as a start for a program that captures by itself: a depth camera, a
// capture card, a renderer.
//
// usage: push VIDEO PICTURE.png [MODEL [MODELS_DIR]]
//
// C++11 and OpenCV. examples/README.md says how to build it.
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <rextrack.hpp>

namespace {

// Text as a JSON string: Windows paths contain backslashes.
std::string quoted(const std::string &text) {
    std::string json = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') json += '\\';
        json += c;
    }
    return json + '"';
}

// Waits until the frame of that number is in a snapshot. The first frame waits for the model.
void wait_for_frame(rextrack::Pipeline &pipeline, rextrack::Snapshot &snapshot,
                    std::uint64_t number) {
    for (int tries = 0; snapshot.header().frame_seq < number; ++tries) {
        if (tries == 60) throw std::runtime_error("a frame takes too long");
        // Throws an Error if the model cannot be loaded.
        pipeline.wait(snapshot.seq(), 1000);
        pipeline.poll(snapshot);
    }
}

void run(const std::string &video, const std::string &picture, const std::string &model,
         const std::string &models_dir) {
    cv::VideoCapture capture(video);
    if (!capture.isOpened()) throw std::runtime_error(video + ": cannot be opened");
    double fps = capture.get(cv::CAP_PROP_FPS);
    if (fps < 1 || fps > 240) fps = 25;

    rextrack::Pipeline pipeline("{\"camera\": {\"stream\": \"push:\"},"
                                " \"tracking\": {\"model\": " + quoted(model) + "},"
                                " \"service\": {\"models_dir\": " + quoted(models_dir) + "}}");
    pipeline.start();

    rextrack::Snapshot snapshot;
    rextrack::Image best(REXTRACK_PIXEL_BGR8);
    std::uint32_t most = 0;
    auto next = std::chrono::steady_clock::now();
    auto interval = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / fps));
    std::uint64_t pushed = 0;
    for (cv::Mat frame; capture.read(frame);) {
        // Plays the video at most at its own speed. A camera sets the speed itself.
        std::this_thread::sleep_until(next);
        next = std::chrono::steady_clock::now() + interval;
        pipeline.push(rextrack::frame(frame.data, static_cast<std::uint32_t>(frame.cols),
                                      static_cast<std::uint32_t>(frame.rows),
                                      REXTRACK_PIXEL_BGR8, frame.step));
        ++pushed;
        // Waits, so that a busy machine drops no frame of the video. A camera cannot wait:
        // its newest frame replaces one that is not processed yet.
        wait_for_frame(pipeline, snapshot, pushed);
        // Keeps the picture with the most people.
        if (snapshot.header().active_count > most && pipeline.preview(best)) {
            most = snapshot.header().active_count;
        }
    }
    if (most == 0 && !pipeline.preview(best)) throw std::runtime_error("no frame has been processed");
    cv::Mat drawn(static_cast<int>(best.height()), static_cast<int>(best.width()), CV_8UC3,
                  best.data(), best.stride());
    if (!cv::imwrite(picture, drawn)) throw std::runtime_error(picture + ": cannot be written");
    RextrackStats stats = pipeline.stats();
    std::printf("%llu frames pushed, %llu processed, %u at once; see %s\n",
                static_cast<unsigned long long>(pushed),
                static_cast<unsigned long long>(stats.frames_processed), most, picture.c_str());
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 3 || argc > 5) {
        std::fprintf(stderr, "usage: %s VIDEO PICTURE.png [MODEL [MODELS_DIR]]\n", argv[0]);
        return 2;
    }
    try {
        run(argv[1], argv[2], argc > 3 ? argv[3] : "yolox_nano", argc > 4 ? argv[4] : "models");
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "push: %s\n", error.what());
        return 1;
    }
}
