// A stand-in for rextrack.dll, for msvc_host. It tracks without a model: slot 1 is the bright area of the
// picture that was pushed last, slot 2 moves to the right with every picture. Functions of the header
// that are not here return an error.

#include "rextrack.h"

#include <atomic>
#include <cstring>
#include <mutex>

#include <windows.h>

namespace {

constexpr uint32_t slot_count = 4;

// A value of a slot that a plugin can ask for.
struct Axis {
    RextrackAxis description;
    float (*value)(const RextrackSlot &slot);
};

const Axis axes[] = {
    {{"x", "", "centre", 0, 0}, [](const RextrackSlot &s) { return s.x; }},
    {{"y", "", "centre", 0, 0}, [](const RextrackSlot &s) { return s.y; }},
    {{"w", "", "width", 0, 0}, [](const RextrackSlot &s) { return s.w; }},
    {{"h", "", "height", 0, 0}, [](const RextrackSlot &s) { return s.h; }},
    {{"state", "", "state", 0, 0}, [](const RextrackSlot &s) { return static_cast<float>(s.state); }},
};
constexpr std::size_t axis_count = sizeof axes / sizeof axes[0];

} // namespace

// All handles are of one pipeline.
struct RextrackPipeline {
    std::mutex lock;
    bool is_running = false;
    std::atomic<uint64_t> frames{0};
    uint32_t width = 0, height = 0;
    RextrackSlot slots[slot_count] = {};
};

namespace {

// The centre of the bright pixels of a BGRA picture.
void track(RextrackPipeline &pipeline, const RextrackFrame &frame) {
    double x = 0, y = 0, count = 0;
    for (uint32_t row = 0; row < frame.height; ++row) {
        const auto *pixel = static_cast<const uint8_t *>(frame.data) + row * frame.stride;
        const bool is_flipped = frame.flags & REXTRACK_FRAME_FLIPPED;
        const uint32_t line = is_flipped ? frame.height - 1 - row : row;
        for (uint32_t column = 0; column < frame.width; ++column, pixel += 4)
            if (pixel[0] > 200) {
                x += column + 0.5;
                y += line + 0.5;
                ++count;
            }
    }
    const uint64_t number = ++pipeline.frames;
    RextrackSlot *slots = pipeline.slots;
    slots[0] = {};
    if (count > 0) {
        slots[0].x = static_cast<float>(x / count / frame.width);
        slots[0].y = static_cast<float>(y / count / frame.height);
        slots[0].w = slots[0].h = 0.25f;
        slots[0].track_id = 1;
        slots[0].generation = 1;
        slots[0].state = REXTRACK_SLOT_ACTIVE;
    }
    slots[1] = {};
    slots[1].x = static_cast<float>(number % 100) / 100;
    slots[1].y = 0.5f;
    slots[1].w = slots[1].h = 0.1f;
    slots[1].track_id = 2;
    slots[1].generation = 1;
    slots[1].state = REXTRACK_SLOT_ACTIVE;
    pipeline.width = frame.width;
    pipeline.height = frame.height;
}

void fill(const RextrackPipeline &pipeline, RextrackSnapshot *snapshot) {
    if (!snapshot) return;
    const uint32_t size = snapshot->struct_size;
    *snapshot = {};
    snapshot->struct_size = size;
    snapshot->source_state = !pipeline.is_running ? REXTRACK_SOURCE_STOPPED
                             : pipeline.frames    ? REXTRACK_SOURCE_LIVE
                                                  : REXTRACK_SOURCE_CONNECTING;
    snapshot->seq = snapshot->frame_seq = pipeline.frames;
    snapshot->slot_count = slot_count;
    for (const RextrackSlot &slot : pipeline.slots)
        snapshot->active_count += slot.state == REXTRACK_SLOT_ACTIVE;
    snapshot->frame_width = pipeline.width;
    snapshot->frame_height = pipeline.height;
}

RextrackPipeline &of(const RextrackPipeline *pipeline) {
    return *const_cast<RextrackPipeline *>(pipeline);
}

} // namespace

extern "C" {

// Exported for each function that the stand-in does not have.
int32_t rextrack_unsupported() { return REXTRACK_ERR_NOT_FOUND; }

uint32_t rextrack_abi_version() { return REXTRACK_ABI_VERSION; }
const char *rextrack_version_string() { return "stub"; }

size_t rextrack_last_error(char *buffer, size_t capacity) {
    const char text[] = "the stand-in for the library has no reason";
    if (buffer && capacity) {
        std::strncpy(buffer, text, capacity);
        buffer[capacity - 1] = '\0';
    }
    return sizeof text - 1;
}

int64_t rextrack_now_ns() { return static_cast<int64_t>(GetTickCount64()) * 1000000; }

RextrackStatus rextrack_create(uint32_t, const char *, RextrackPipeline **out) {
    *out = new RextrackPipeline;
    return REXTRACK_OK;
}

RextrackStatus rextrack_destroy(RextrackPipeline *pipeline) {
    delete pipeline;
    return REXTRACK_OK;
}

RextrackStatus rextrack_start(RextrackPipeline *pipeline) {
    std::lock_guard<std::mutex> guard(pipeline->lock);
    pipeline->is_running = true;
    return REXTRACK_OK;
}

RextrackStatus rextrack_stop(RextrackPipeline *pipeline) {
    std::lock_guard<std::mutex> guard(pipeline->lock);
    pipeline->is_running = false;
    return REXTRACK_OK;
}

RextrackStatus rextrack_reset_slots(RextrackPipeline *) { return REXTRACK_OK; }
RextrackStatus rextrack_set_config(RextrackPipeline *, const char *) { return REXTRACK_OK; }

RextrackStatus rextrack_push_frame(RextrackPipeline *pipeline, const RextrackFrame *frame) {
    std::lock_guard<std::mutex> guard(pipeline->lock);
    if (!pipeline->is_running) return REXTRACK_ERR_NOT_RUNNING;
    track(*pipeline, *frame);
    return REXTRACK_OK;
}

RextrackStatus rextrack_wait(const RextrackPipeline *pipeline, uint64_t after, uint32_t timeout_ms) {
    for (uint32_t waited = 0;; ++waited) {
        if (after != UINT64_MAX && pipeline->frames > after) return REXTRACK_OK;
        if (waited >= timeout_ms) return REXTRACK_ERR_TIMEOUT;
        Sleep(1);
    }
}

RextrackStatus rextrack_poll(const RextrackPipeline *pipeline, RextrackSlot *slots, size_t,
                             size_t capacity, RextrackSnapshot *snapshot) {
    std::lock_guard<std::mutex> guard(of(pipeline).lock);
    for (std::size_t i = 0; i < capacity && i < slot_count; ++i) slots[i] = pipeline->slots[i];
    fill(*pipeline, snapshot);
    return REXTRACK_OK;
}

RextrackStatus rextrack_poll_at(const RextrackPipeline *pipeline, int64_t, RextrackSlot *slots,
                                size_t size, size_t capacity, RextrackSnapshot *snapshot) {
    return rextrack_poll(pipeline, slots, size, capacity, snapshot);
}

RextrackStatus rextrack_axes(RextrackAxis *table, size_t, size_t capacity, size_t *count) {
    for (std::size_t i = 0; i < capacity && i < axis_count; ++i) table[i] = axes[i].description;
    if (count) *count = axis_count;
    return REXTRACK_OK;
}

RextrackStatus rextrack_poll_axes(const RextrackPipeline *pipeline, int64_t, const uint32_t *columns,
                                  size_t column_count, float *values, size_t capacity,
                                  RextrackSnapshot *snapshot) {
    std::lock_guard<std::mutex> guard(of(pipeline).lock);
    for (std::size_t slot = 0; slot < capacity; ++slot)
        for (std::size_t i = 0; i < column_count; ++i)
            *values++ = slot < slot_count ? axes[columns[i]].value(pipeline->slots[slot]) : 0.0f;
    fill(*pipeline, snapshot);
    return REXTRACK_OK;
}

// A picture whose pixels are 10, 20, 30.
RextrackStatus rextrack_preview(const RextrackPipeline *pipeline, RextrackImage *image) {
    if (!pipeline->frames) return REXTRACK_ERR_NO_FRAME;
    image->width = 64;
    image->height = 36;
    image->stride = 64 * 4;
    image->frame_seq = pipeline->frames;
    if (image->capacity < 64 * 36 * 4) return REXTRACK_ERR_BUFFER_TOO_SMALL;
    auto *pixel = static_cast<uint8_t *>(image->data);
    for (int i = 0; i < 64 * 36; ++i, pixel += 4) {
        const uint8_t colour[] = {10, 20, 30, 255};
        std::memcpy(pixel, colour, 4);
    }
    return REXTRACK_OK;
}

RextrackStatus rextrack_stats(const RextrackPipeline *pipeline, RextrackStats *stats) {
    RextrackSnapshot snapshot{};
    std::lock_guard<std::mutex> guard(of(pipeline).lock);
    fill(*pipeline, &snapshot);
    stats->source_state = snapshot.source_state;
    stats->frames_in = stats->frames_processed = pipeline->frames;
    return REXTRACK_OK;
}

RextrackStatus rextrack_info(const RextrackPipeline *, char *buffer, size_t capacity,
                             size_t *length) {
    const char text[] = R"({"source": "push:", "problem": null, "detector": {"model": "stub",
        "family": "stub", "device": "cpu", "licence": "MIT", "classes": ["person"]}})";
    *length = sizeof text - 1;
    if (capacity < sizeof text) return REXTRACK_ERR_BUFFER_TOO_SMALL;
    std::memcpy(buffer, text, sizeof text);
    return REXTRACK_OK;
}

} // extern "C"
