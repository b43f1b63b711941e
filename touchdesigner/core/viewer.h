// Pictures of a pipeline on their way to the host.

#ifndef REXTRACK_TD_VIEWER_H
#define REXTRACK_TD_VIEWER_H

#include "exchange.h"
#include "mask.h"
#include "node.h"
#include "platform.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace rextrack_td {

// What a picture shows.
enum class Show { Plain, Annotated, Mask };

// Draws the newest picture of a pipeline into the host's memory, on a thread of its own, and only
// while somebody looks.
//
// A Buffer is default-constructible and movable, and `buffer->data` points to its bytes.
template <class Buffer> class Viewer {
public:
    struct Picture {
        Buffer buffer{};
        uint32_t width = 0;
        uint32_t height = 0;
        // BGRA8 or, for a mask, GRAY8; the top row first, rows without gaps.
        uint32_t format = REXTRACK_PIXEL_BGRA8;
    };

    // What is looked at.
    struct Request {
        // The camera of another node's pipeline; empty for the node's own.
        std::string camera;
        Show show = Show::Annotated;

        bool operator==(const Request &other) const {
            return camera == other.camera && show == other.show;
        }
    };

    // `create` makes a buffer of so many bytes; it is called from the viewer's thread.
    // `library_folder` is where the Rust library is.
    Viewer(const Node &node, std::string library_folder, std::function<Buffer(uint64_t)> create)
        : node_(node), library_folder_(std::move(library_folder)), create_(std::move(create)),
          thread_([this] { run(); }) {}

    ~Viewer() {
        rest_.end();
        thread_.join();
    }

    // For the cook thread: says that somebody looks, and what at. Never waits.
    void look(const Request &request) {
        looks_ = true;
        if (!sent_ || !(request == latest_)) {
            latest_ = request;
            Request copy = request;
            sent_ = requests_.try_put(copy);
        }
    }

    // Whether there is a pipeline to look at.
    bool has_pipeline() const { return has_pipeline_; }

    // For the cook thread: the newest picture, if there is one since the last call.
    bool take(Picture &picture) { return pictures_.try_take(picture); }

private:
    // Without a look for that long nothing is drawn.
    static constexpr std::chrono::seconds patience{1};
    // Between two looks whether somebody looks, or whether there is a pipeline now.
    static constexpr std::chrono::milliseconds pause{20};

    void run() {
        platform::begin_thread("rextrack:view");
        using Clock = std::chrono::steady_clock;
        auto looked = Clock::now() - patience;
        std::chrono::milliseconds rest{0};
        while (rest_.sleep(rest)) {
            if (looks_.exchange(false)) looked = Clock::now();
            if (requests_.take(request_)) seq_ = frame_seq_ = 0;
            const bool busy = Clock::now() - looked < patience && next();
            rest = busy ? std::chrono::milliseconds{0} : pause;
        }
    }

    std::shared_ptr<Pipeline> find() {
        if (request_.camera.empty()) return node_.pipeline();
        std::string error;
        const Library *library = Library::load(library_folder_, error);
        RextrackPipeline *found = nullptr;
        if (!library || library->find(request_.camera.c_str(), &found) != REXTRACK_OK)
            return nullptr;
        return std::make_shared<Pipeline>(*library, found);
    }

    // Waits a moment for the next frame and draws it. False when there is nothing to wait for.
    bool next() {
        const std::shared_ptr<Pipeline> pipeline = find();
        has_pipeline_ = pipeline != nullptr;
        if (!pipeline) return false;
        if (pipeline->handle() != seen_) {
            seen_ = pipeline->handle();
            seq_ = frame_seq_ = 0;
        }
        const Library &library = pipeline->library();
        const int32_t status = library.wait(pipeline->handle(), seq_, 50);
        Slots now;
        now.snapshot.struct_size = sizeof now.snapshot;
        if (library.poll(pipeline->handle(), now.slots.data(), now.slots.size(), &now.snapshot) !=
            REXTRACK_OK)
            return false;
        now.count = now.snapshot.slot_count;
        seq_ = now.snapshot.seq;
        // Between frames only what is drawn over them can change.
        const bool fresh = now.snapshot.frame_seq != frame_seq_ || request_.show != Show::Plain;
        if (status == REXTRACK_OK && fresh && now.snapshot.frame_seq > 0) {
            Picture picture;
            const bool drawn = request_.show == Show::Mask ? mask(now, picture)
                                                           : preview(*pipeline, picture);
            if (drawn) {
                frame_seq_ = now.snapshot.frame_seq;
                pictures_.put(picture);
            }
        }
        return status == REXTRACK_OK || status == REXTRACK_ERR_TIMEOUT;
    }

    bool preview(const Pipeline &pipeline, Picture &picture) {
        RextrackImage image{};
        image.struct_size = sizeof image;
        image.format = REXTRACK_PIXEL_BGRA8;
        if (request_.show == Show::Annotated) image.flags = REXTRACK_FRAME_ANNOTATED;
        const Library &library = pipeline.library();
        if (library.preview(pipeline.handle(), &image) != REXTRACK_ERR_BUFFER_TOO_SMALL)
            return false;
        const uint64_t size = uint64_t{image.stride} * image.height;
        picture.buffer = create_(size);
        if (!picture.buffer || !picture.buffer->data) return false;
        image.data = picture.buffer->data;
        image.capacity = size;
        // The size may change in between; the next frame will fit.
        if (library.preview(pipeline.handle(), &image) != REXTRACK_OK) return false;
        picture.width = image.width;
        picture.height = image.height;
        return true;
    }

    bool mask(const Slots &slots, Picture &picture) {
        picture.width = slots.snapshot.frame_width;
        picture.height = slots.snapshot.frame_height;
        limit_mask(picture.width, picture.height);
        picture.format = REXTRACK_PIXEL_GRAY8;
        const uint64_t size = uint64_t{picture.width} * picture.height;
        if (size == 0) return false;
        picture.buffer = create_(size);
        if (!picture.buffer || !picture.buffer->data) return false;
        draw_mask(slots, picture.width, picture.height,
                  static_cast<uint8_t *>(static_cast<void *>(picture.buffer->data)));
        return true;
    }

    const Node &node_;
    const std::string library_folder_;
    const std::function<Buffer(uint64_t)> create_;
    Newest<Request> requests_;
    Newest<Picture> pictures_;
    std::atomic<bool> looks_{false};
    std::atomic<bool> has_pipeline_{true};
    // The cook thread's.
    Request latest_;
    bool sent_ = false;
    // The viewer's thread's.
    Request request_;
    const void *seen_ = nullptr;
    uint64_t seq_ = 0;
    uint64_t frame_seq_ = 0;
    Rest rest_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
