// Passes a pipeline's pictures to the host.

#ifndef REXTRACK_TD_PREVIEW_RENDERER_H
#define REXTRACK_TD_PREVIEW_RENDERER_H

#include "mailbox.h"
#include "mask.h"
#include "node.h"
#include "platform.h"
#include "stop_signal.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace rextrack_td {

// The content of a picture.
enum class Show { Plain, Annotated, Mask };

// Draws the newest picture of a pipeline into the host's memory, from its own thread, and only
// while the host requests pictures.
//
// A Buffer is default-constructible and movable, and `buffer->data` points to its bytes.
template <class Buffer> class PreviewRenderer {
public:
    struct Picture {
        Buffer buffer{};
        uint32_t width = 0;
        uint32_t height = 0;
        // BGRA8 or, for a mask, GRAY8; the top row first, rows without gaps.
        uint32_t format = REXTRACK_PIXEL_BGRA8;
    };

    struct Request {
        // The camera of another node's pipeline; empty for the node's own.
        std::string camera;
        Show show = Show::Annotated;

        bool operator==(const Request &other) const {
            return camera == other.camera && show == other.show;
        }
    };

    // `create` makes a buffer of that many bytes; the renderer's thread calls it. `library_folder`
    // is the folder of the Rust library.
    PreviewRenderer(const Node &node, std::string library_folder,
                    std::function<Buffer(uint64_t)> create)
        : node_(node), library_folder_(std::move(library_folder)), create_(std::move(create)),
          thread_([this] { run(); }) {}

    ~PreviewRenderer() {
        stop_.request();
        thread_.join();
    }

    // For the cook thread: requests pictures until `idle_after` from now. Never waits.
    void request(const Request &request) {
        is_requested_ = true;
        if (!is_sent_ || !(request == sent_)) {
            sent_ = request;
            Request copy = request;
            is_sent_ = requests_.try_put(copy);
        }
    }

    // Whether the requested pipeline exists.
    bool has_pipeline() const { return has_pipeline_; }

    // For the cook thread: the newest picture, if there is one since the last call. Never waits.
    bool take(Picture &picture) { return pictures_.try_take(picture); }

private:
    // Drawing stops this long after the last request.
    static constexpr std::chrono::seconds idle_after{1};
    // How often the thread polls for a request or a pipeline while there is nothing to draw.
    static constexpr std::chrono::milliseconds idle_interval{20};

    void run() {
        platform::init_thread("rextrack:view");
        using Clock = std::chrono::steady_clock;
        auto last_request = Clock::now() - idle_after;
        std::chrono::milliseconds interval{0};
        while (!stop_.wait(interval)) {
            if (is_requested_.exchange(false)) last_request = Clock::now();
            const bool is_changed = requests_.take(request_);
            if (is_changed) seq_ = frame_seq_ = 0;
            const bool is_idle = Clock::now() - last_request >= idle_after;
            if (is_changed || is_idle) found_.reset();
            const bool is_busy = !is_idle && draw_next();
            interval = is_busy ? std::chrono::milliseconds{0} : idle_interval;
        }
    }

    std::shared_ptr<Pipeline> find_pipeline() {
        if (request_.camera.empty()) return node_.pipeline();
        if (found_) return found_;
        std::string error;
        const Library *library = Library::load(library_folder_, error);
        RextrackPipeline *found = nullptr;
        if (!library || library->find(request_.camera.c_str(), &found) != REXTRACK_OK)
            return nullptr;
        last_handle_ = nullptr;
        return found_ = std::make_shared<Pipeline>(*library, found);
    }

    // Waits up to 50 ms for the next frame and draws it. False when there is nothing to wait for.
    bool draw_next() {
        const std::shared_ptr<Pipeline> pipeline = find_pipeline();
        has_pipeline_ = pipeline != nullptr;
        if (!pipeline) return false;
        if (pipeline->handle() != last_handle_) {
            last_handle_ = pipeline->handle();
            seq_ = frame_seq_ = 0;
        }
        const Library &library = pipeline->library();
        const int32_t status = library.wait(pipeline->handle(), seq_, 50);
        Slots slots;
        slots.snapshot.struct_size = sizeof slots.snapshot;
        if (library.poll(pipeline->handle(), slots.slots.data(), sizeof(RextrackSlot),
                         slots.slots.size(), &slots.snapshot) != REXTRACK_OK)
            return false;
        // Its node ended it, and may have another one.
        if (slots.snapshot.source_state == REXTRACK_SOURCE_STOPPED) found_.reset();
        slots.count = slots.snapshot.slot_count;
        seq_ = slots.snapshot.seq;
        // Between two frames only the boxes change, which a plain picture does not have.
        const bool is_new = slots.snapshot.frame_seq != frame_seq_ || request_.show != Show::Plain;
        if (status == REXTRACK_OK && is_new && slots.snapshot.frame_seq > 0) {
            Picture picture;
            const bool is_drawn = request_.show == Show::Mask ? draw_mask_of(slots, picture)
                                                              : draw_frame(*pipeline, picture);
            if (is_drawn) {
                frame_seq_ = slots.snapshot.frame_seq;
                pictures_.put(picture);
            }
        }
        return status == REXTRACK_OK || status == REXTRACK_ERR_TIMEOUT;
    }

    bool draw_frame(const Pipeline &pipeline, Picture &picture) {
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
        // If the size changed between the calls, the next frame will fit.
        if (library.preview(pipeline.handle(), &image) != REXTRACK_OK) return false;
        picture.width = image.width;
        picture.height = image.height;
        return true;
    }

    bool draw_mask_of(const Slots &slots, Picture &picture) {
        picture.width = slots.snapshot.frame_width;
        picture.height = slots.snapshot.frame_height;
        limit_mask_size(picture.width, picture.height);
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
    Mailbox<Request> requests_;
    Mailbox<Picture> pictures_;
    std::atomic<bool> is_requested_{false};
    std::atomic<bool> has_pipeline_{true};
    // For the cook thread.
    Request sent_;
    bool is_sent_ = false;
    // For the renderer's thread.
    Request request_;
    // The pipeline of another node. Kept, because every search gives a new handle.
    std::shared_ptr<Pipeline> found_;
    const void *last_handle_ = nullptr;
    uint64_t seq_ = 0;
    uint64_t frame_seq_ = 0;
    StopSignal stop_;
    std::thread thread_;
};

} // namespace rextrack_td

#endif
