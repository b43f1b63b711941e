/* Tests include/rextrack.hpp. Prints nothing and returns 0 on success. */
#include <rextrack.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>

static int failures = 0;
/* Of this thread only: OpenCV allocates on the pipeline's threads. */
static thread_local unsigned long allocations = 0;

#define EXPECT(what)                                                           \
    do {                                                                       \
        if (!(what)) {                                                         \
            failures += 1;                                                     \
            std::fprintf(stderr, "line %d: %s\n", __LINE__, #what);            \
        }                                                                      \
    } while (0)

void *operator new(std::size_t size) {
    allocations += 1;
    void *memory = std::malloc(size);
    if (memory == nullptr) std::abort();
    return memory;
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

static const char *const GOOD = "{\"camera\": {\"stream\": \"push:\"},"
                                " \"tracking\": {\"model\": \"builtin:motion\"}}";

static void statuses() {
    rextrack::Pipeline pipeline;
    rextrack::Snapshot snapshot;
    EXPECT(!pipeline);
    EXPECT(pipeline.start(std::nothrow) == REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(pipeline.poll(snapshot, std::nothrow) == REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(pipeline.create("{}", std::nothrow) == REXTRACK_ERR_CONFIG);
    EXPECT(rextrack::last_error().find("camera") != std::string::npos);
    EXPECT(pipeline.create(GOOD, std::nothrow) == REXTRACK_OK);
    EXPECT(pipeline.create(GOOD, std::nothrow) == REXTRACK_OK); /* the first one is freed */
    EXPECT(pipeline.wait(0, 0, std::nothrow) == REXTRACK_ERR_NOT_RUNNING);
    EXPECT(pipeline.start(std::nothrow) == REXTRACK_OK);
    std::string text;
    EXPECT(pipeline.config(text, std::nothrow) == REXTRACK_OK);
    EXPECT(text.find("builtin:motion") != std::string::npos);
    EXPECT(text.size() == std::strlen(text.c_str()));
    EXPECT(pipeline.info(text, std::nothrow) == REXTRACK_OK);
    EXPECT(text[0] == '{' && text[text.size() - 1] == '}');
    RextrackStats stats;
    EXPECT(pipeline.stats(stats, std::nothrow) == REXTRACK_OK);
    rextrack::Image image;
    EXPECT(pipeline.preview(image, 0, std::nothrow) == REXTRACK_ERR_NO_FRAME);
    EXPECT(pipeline.problem(text, std::nothrow) == REXTRACK_OK && text.empty());
    EXPECT(pipeline.class_name(123456, text, std::nothrow) == REXTRACK_ERR_NOT_FOUND);
    std::vector<RextrackSink> sinks(3);
    EXPECT(pipeline.sinks(sinks, std::nothrow) == REXTRACK_OK && sinks.size() <= 1);
    EXPECT(pipeline.wake(std::nothrow) == REXTRACK_OK);
    EXPECT(pipeline.wait(UINT64_MAX, UINT32_MAX, std::nothrow) == REXTRACK_ERR_WOKEN);
    EXPECT(pipeline.stop(std::nothrow) == REXTRACK_OK);
    EXPECT(pipeline.wait(UINT64_MAX, UINT32_MAX, std::nothrow) == REXTRACK_ERR_STOPPED);
    rextrack::Pipeline second;
    EXPECT(second.find("no such camera", std::nothrow) == REXTRACK_ERR_NOT_FOUND && !second);
    EXPECT(second.find("cam1", std::nothrow) == REXTRACK_OK);
    EXPECT(second.handle() != pipeline.handle());
}

/* The destructor lets out a wait of another thread. The thread has the handle itself, because
 * only a wait that runs already may outlive the object. Debug builds of the library give a
 * wait that begins too late the same status. */
static void destruction() {
    RextrackStatus status = REXTRACK_OK;
    std::thread waiter;
    {
        rextrack::Pipeline pipeline;
        EXPECT(pipeline.create(GOOD, std::nothrow) == REXTRACK_OK);
        EXPECT(pipeline.start(std::nothrow) == REXTRACK_OK);
        RextrackPipeline *handle = pipeline.handle();
        waiter = std::thread(
            [handle, &status] { status = rextrack_wait(handle, UINT64_MAX, UINT32_MAX); });
    }
    waiter.join();
    EXPECT(status == REXTRACK_ERR_CLOSED);
}

/* Waits until the frame of that number is in a snapshot, and draws it. */
static bool draw(rextrack::Pipeline &pipeline, std::uint64_t number, rextrack::Image &image) {
    rextrack::Snapshot snapshot;
    while (snapshot.header().frame_seq < number) {
        if (pipeline.wait(snapshot.seq(), 60000, std::nothrow) != REXTRACK_OK) return false;
        if (pipeline.poll(snapshot, std::nothrow) != REXTRACK_OK) return false;
    }
    return pipeline.preview(image, 0, std::nothrow) == REXTRACK_OK;
}

/* Pushes a frame, waits until it is processed, and checks the snapshot. */
static void frames() {
    unsigned char pixels[4 * 8 * 3];
    std::memset(pixels, 40, sizeof pixels);
    rextrack::Pipeline first, pipeline;
    EXPECT(first.create(GOOD, std::nothrow) == REXTRACK_OK);
    pipeline = std::move(first);
    EXPECT(!first && pipeline);
    EXPECT(pipeline.start(std::nothrow) == REXTRACK_OK);
    EXPECT(pipeline.push(rextrack::frame(pixels, 8, 4, REXTRACK_PIXEL_RGB8), std::nothrow) ==
           REXTRACK_OK);
    rextrack::Snapshot snapshot(4);
    while (snapshot.header().frame_seq == 0) {
        RextrackStatus status = pipeline.wait(snapshot.seq(), 60000, std::nothrow);
        EXPECT(status == REXTRACK_OK);
        if (status != REXTRACK_OK) return;
        unsigned long before = allocations;
        EXPECT(pipeline.poll(snapshot, std::nothrow) == REXTRACK_OK);
        EXPECT(pipeline.poll_at(rextrack_now_ns(), snapshot, std::nothrow) == REXTRACK_OK);
        EXPECT(allocations == before);
    }
    EXPECT(snapshot.slots().size() == 4);
    std::size_t seen = 0;
    for (const RextrackSlot &slot : snapshot.slots()) seen += slot.state == REXTRACK_SLOT_EMPTY;
    EXPECT(seen == 4);
    EXPECT(snapshot.header().frame_width == 8 && snapshot.header().frame_height == 4);
    const int x = rextrack::axis_index("x"), type = rextrack::axis_index("class");
    EXPECT(x >= 0 && type >= 0 && rextrack::axis_index("no such axis") == -1);
    rextrack::Values values({std::uint32_t(x), std::uint32_t(type)}, 12);
    unsigned long before = allocations;
    EXPECT(pipeline.poll(values, 0, std::nothrow) == REXTRACK_OK);
    EXPECT(allocations == before);
    EXPECT(values.header().slot_count == 10 && values.slots() == 10);
    EXPECT(values.slot(9).size() == 2 && values.slot(9)[0] == 0.0f && values.slot(9)[1] == -1.0f);
    rextrack::Image image(REXTRACK_PIXEL_GRAY8);
    EXPECT(pipeline.preview(image, 0, std::nothrow) == REXTRACK_OK);
    EXPECT(image.width() == 8 && image.height() == 4 && image.stride() == 8);
    EXPECT(image.data()[31] == 40);

    /* The first row in memory is the bottom row of the picture. */
    std::memset(pixels, 200, 8);
    const std::int64_t now = rextrack_now_ns();
    EXPECT(pipeline.push(rextrack::frame(pixels, 8, 4, REXTRACK_PIXEL_GRAY8, 8, now,
                                         REXTRACK_FRAME_FLIPPED),
                         std::nothrow) == REXTRACK_OK);
    EXPECT(draw(pipeline, 2, image));
    EXPECT(image.data()[0] == 40 && image.data()[31] == 200 && image.capture_ns() == now);
}

#ifndef REXTRACK_NO_EXCEPTIONS
static void exceptions() {
    try {
        rextrack::Pipeline pipeline("{\"camera\": {\"stream\": 7}}");
        EXPECT(false);
    } catch (const rextrack::Error &error) {
        EXPECT(error.status() == REXTRACK_ERR_CONFIG);
        EXPECT(std::string(error.what()).find("camera.stream") != std::string::npos);
    }
    rextrack::Pipeline pipeline(GOOD);
    bool refused = false;
    try {
        pipeline.set_config("nonsense");
    } catch (const rextrack::Error &) {
        refused = true;
    }
    EXPECT(refused);
    pipeline.set_config("{\"tracking\": {\"confidence\": 0.75}}");
    EXPECT(pipeline.config().find("0.75") != std::string::npos);
    pipeline.start();
    std::vector<RextrackEvent> events;
    pipeline.events(events);
    EXPECT(!pipeline.wait(UINT64_MAX, 0));
    pipeline.wake();
    EXPECT(!pipeline.wait(UINT64_MAX, UINT32_MAX));
    EXPECT(pipeline.problem().empty() && pipeline.class_name(123456).empty());
    rextrack::Pipeline second = rextrack::Pipeline::find("cam1");
    EXPECT(second && second.handle() != pipeline.handle());
    EXPECT(second.sinks().size() <= 1);
    rextrack::LogReader log;
    rextrack::LogLine line;
    while (log.next(line)) EXPECT(line.level == 1 && !line.text.empty() && line.dropped == 0);
    rextrack::Image image;
    EXPECT(!pipeline.preview(image));
    EXPECT(pipeline.stats().frames_in == 0);
    pipeline.stop();
    try {
        pipeline.wait(UINT64_MAX, UINT32_MAX);
        EXPECT(false);
    } catch (const rextrack::Error &error) {
        EXPECT(error.status() == REXTRACK_ERR_STOPPED);
    }
}
#endif

int main() {
    rextrack_set_log(1, nullptr, nullptr);
    statuses();
    destruction();
    frames();
#ifndef REXTRACK_NO_EXCEPTIONS
    exceptions();
#endif
    return failures == 0 ? 0 : 1;
}
