// Passes a pipeline's pictures to TouchDesigner.

#ifndef REXTRACK_TD_PREVIEW_RENDERER_H
#define REXTRACK_TD_PREVIEW_RENDERER_H

#include "host_objects.h"
#include "mailbox.h"
#include "pipeline_thread.h"
#include "stop_signal.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace rextrack_td {

// The content of a picture.
enum class Show { Plain, Annotated, Mask };

// Draws the newest picture of a pipeline into TouchDesigner's memory, from its own thread, and only
// while the cook requests pictures.
class PreviewRenderer {
public:
    struct Picture {
        HostBuffer buffer;
        uint32_t width = 0;
        uint32_t height = 0;
        // BGRA8 or, for a mask, GRAY8; the top row first, rows without gaps.
        uint32_t format = REXTRACK_PIXEL_BGRA8;
    };

    struct Request {
        // The camera of another node's pipeline; empty for the node's own.
        std::string camera;
        Show show = Show::Annotated;
        // Goes up when TouchDesigner may have lost the picture, so that it is passed again.
        uint32_t repeat = 0;
    };

    PreviewRenderer(const PipelineThread &pipeline, std::string library_folder,
                    const RextrackTdBufferSource &buffers);
    ~PreviewRenderer();

    // For the cook: requests pictures for a second from now. Never waits.
    void request(const Request &request);

    // Whether the requested pipeline exists.
    bool has_pipeline() const { return has_pipeline_; }

    // Whether that pipeline has lost its source, so that no new picture comes.
    bool has_lost_source() const { return has_lost_source_; }

    // For the cook: the newest picture, if there is one since the last call. Never waits.
    bool take(Picture &picture) { return pictures_.try_take(picture); }

private:
    // A copy of the newest picture.
    struct Copy {
        std::vector<uint8_t> pixels;
        uint32_t width = 0, height = 0, format = REXTRACK_PIXEL_BGRA8;
    };

    void run();
    void begin_request(Request request);
    std::shared_ptr<Pipeline> find_pipeline();
    bool draw_next();
    bool draw_frame(const Pipeline &pipeline);
    bool draw_mask_of(const Slots &slots);
    void pass_copy();

    const PipelineThread &pipeline_;
    const std::string library_folder_;
    const RextrackTdBufferSource buffers_;
    Mailbox<Request> requests_;
    Mailbox<Picture> pictures_;
    std::atomic<bool> is_requested_{false};
    std::atomic<bool> has_pipeline_{true};
    std::atomic<bool> has_lost_source_{false};
    // For the cook.
    Request sent_;
    bool is_sent_ = false;
    // For the renderer's thread.
    Request request_;
    Copy copy_;
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
