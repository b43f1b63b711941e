#include "preview_renderer.h"

#include "mask.h"
#include "platform.h"

#include <chrono>
#include <cstring>
#include <exception>

namespace rextrack_td {

namespace {

// Drawing stops this long after the last request.
constexpr std::chrono::seconds idle_after{1};
// How often the thread polls for a request or a pipeline while there is nothing to draw.
constexpr std::chrono::milliseconds idle_interval{20};
// How long one wait for the next frame may take: the delay of a changed request.
constexpr uint32_t frame_wait_ms = 50;

} // namespace

PreviewRenderer::PreviewRenderer(const PipelineThread &pipeline, std::string library_folder,
                                 const RextrackTdBufferSource &buffers)
    : pipeline_(pipeline), library_folder_(std::move(library_folder)), buffers_(buffers),
      thread_([this] { run(); }) {}

PreviewRenderer::~PreviewRenderer() {
    stop_.request();
    thread_.join();
}

void PreviewRenderer::request(const Request &request) {
    is_requested_ = true;
    const bool is_same = request.camera == sent_.camera && request.show == sent_.show &&
                         request.repeat == sent_.repeat;
    if (is_sent_ && is_same) return;
    sent_ = request;
    Request copy = request;
    is_sent_ = requests_.try_put(copy);
}

void PreviewRenderer::run() {
    platform::init_thread("rextrack:view");
    using Clock = std::chrono::steady_clock;
    auto last_request = Clock::now() - idle_after;
    std::chrono::milliseconds interval{0};
    while (!stop_.wait(interval)) {
        if (is_requested_.exchange(false)) last_request = Clock::now();
        const bool is_idle = Clock::now() - last_request >= idle_after;
        bool is_busy = false;
        try {
            Request request;
            if (requests_.take(request)) begin_request(std::move(request));
            if (is_idle) found_.reset();
            is_busy = !is_idle && draw_next();
        } catch (const std::exception &) {
            // There is no memory for a picture at the moment. A later one is drawn.
        }
        interval = is_busy ? std::chrono::milliseconds{0} : idle_interval;
    }
}

void PreviewRenderer::begin_request(Request request) {
    const bool is_other = request.camera != request_.camera || request.show != request_.show;
    const bool is_repeated = request.repeat != request_.repeat;
    request_ = std::move(request);
    if (is_other) {
        seq_ = frame_seq_ = 0;
        found_.reset();
        copy_ = Copy();
    } else if (is_repeated) {
        pass_copy();
    }
}

std::shared_ptr<Pipeline> PreviewRenderer::find_pipeline() {
    if (request_.camera.empty()) return pipeline_.pipeline();
    if (found_) return found_;
    std::string error;
    const Library *library = Library::load(library_folder_, error);
    RextrackPipeline *found = nullptr;
    if (!library || library->find(request_.camera.c_str(), &found) != REXTRACK_OK) return nullptr;
    last_handle_ = nullptr;
    return found_ = std::make_shared<Pipeline>(*library, found);
}

// Waits for the next frame and draws it. False when there is nothing to wait for.
bool PreviewRenderer::draw_next() {
    const std::shared_ptr<Pipeline> pipeline = find_pipeline();
    has_pipeline_ = pipeline != nullptr;
    if (!pipeline) has_lost_source_ = false;
    if (!pipeline) return false;
    if (pipeline->handle() != last_handle_) {
        last_handle_ = pipeline->handle();
        seq_ = frame_seq_ = 0;
    }
    const Library &library = pipeline->library();
    const int32_t status = library.wait(pipeline->handle(), seq_, frame_wait_ms);
    Slots slots;
    slots.snapshot.struct_size = sizeof slots.snapshot;
    if (library.poll(pipeline->handle(), slots.slots.data(), sizeof(RextrackSlot),
                     slots.slots.size(), &slots.snapshot) != REXTRACK_OK)
        return false;
    has_lost_source_ = slots.snapshot.source_state == REXTRACK_SOURCE_LOST ||
                       slots.snapshot.source_state == REXTRACK_SOURCE_FAILED;
    // Its node ended it, and may have another one.
    if (slots.snapshot.source_state == REXTRACK_SOURCE_STOPPED) found_.reset();
    slots.count = slots.snapshot.slot_count;
    seq_ = slots.snapshot.seq;
    // Between two frames only the boxes change, which a plain picture does not have.
    const bool is_new = slots.snapshot.frame_seq != frame_seq_ || request_.show != Show::Plain;
    if (status == REXTRACK_OK && is_new && slots.snapshot.frame_seq > 0) {
        const bool is_drawn =
            request_.show == Show::Mask ? draw_mask_of(slots) : draw_frame(*pipeline);
        if (is_drawn) {
            frame_seq_ = slots.snapshot.frame_seq;
            pass_copy();
        }
    }
    return status == REXTRACK_OK || status == REXTRACK_ERR_TIMEOUT;
}

bool PreviewRenderer::draw_frame(const Pipeline &pipeline) {
    RextrackImage image{};
    image.struct_size = sizeof image;
    image.format = REXTRACK_PIXEL_BGRA8;
    if (request_.show == Show::Annotated) image.flags = REXTRACK_FRAME_ANNOTATED;
    image.data = copy_.pixels.data();
    image.capacity = copy_.pixels.size();
    const Library &library = pipeline.library();
    int32_t status = library.preview(pipeline.handle(), &image);
    if (status == REXTRACK_ERR_BUFFER_TOO_SMALL) {
        copy_.pixels.resize(static_cast<std::size_t>(image.stride) * image.height);
        image.data = copy_.pixels.data();
        image.capacity = copy_.pixels.size();
        // If the size changed between the calls, the next frame will fit.
        status = library.preview(pipeline.handle(), &image);
    }
    if (status != REXTRACK_OK) return false;
    copy_.width = image.width;
    copy_.height = image.height;
    copy_.format = REXTRACK_PIXEL_BGRA8;
    return true;
}

bool PreviewRenderer::draw_mask_of(const Slots &slots) {
    copy_.width = slots.snapshot.frame_width;
    copy_.height = slots.snapshot.frame_height;
    limit_mask_size(copy_.width, copy_.height);
    copy_.format = REXTRACK_PIXEL_GRAY8;
    const std::size_t size = std::size_t{copy_.width} * copy_.height;
    if (size == 0) return false;
    copy_.pixels.resize(size);
    draw_mask(slots, copy_.width, copy_.height, copy_.pixels.data());
    return true;
}

// Passes the newest picture to the cook. TouchDesigner takes the buffer, so the copy stays for the
// case that it loses the picture, such as after a bypass.
void PreviewRenderer::pass_copy() {
    const std::size_t size = std::size_t{copy_.width} * copy_.height *
                             (copy_.format == REXTRACK_PIXEL_GRAY8 ? 1 : 4);
    if (size == 0 || copy_.pixels.size() < size) return;
    Picture picture;
    picture.buffer = HostBuffer(buffers_, size);
    if (!picture.buffer.data()) return;
    std::memcpy(picture.buffer.data(), copy_.pixels.data(), size);
    picture.width = copy_.width;
    picture.height = copy_.height;
    picture.format = copy_.format;
    pictures_.put(picture);
}

} // namespace rextrack_td
