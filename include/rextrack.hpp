/*
 * rextrack for C++11 and later: a thin layer over rextrack.h.
 *
 * Header-only: link only the library. The rules of rextrack.h for threads, blocking,
 * units and times apply here too.
 *
 *     rextrack::Pipeline pipeline(R"({"camera": {"stream": "rtsp://..."}})");
 *     pipeline.start();
 *     rextrack::Snapshot snapshot;
 *     while (running) {
 *         pipeline.poll(snapshot);              // never blocks, never allocates
 *         for (const RextrackSlot &slot : snapshot.slots()) ...
 *     }
 *
 * Errors
 *   Every operation has two forms, as `new` does. Without std::nothrow it throws
 *   rextrack::Error. With std::nothrow as the last argument it returns a
 *   RextrackStatus and throws nothing. With REXTRACK_NO_EXCEPTIONS, which is set
 *   automatically if the compiler disables exceptions, only the second form exists.
 *
 * Ownership
 *   A Pipeline owns its handle. You can move it, not copy it. Its destructor
 *   destroys the handle and blocks up to 2 s. Snapshot, Values and Image reuse
 *   their memory from call to call.
 */

#ifndef REXTRACK_HPP
#define REXTRACK_HPP

#include "rextrack.h"

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#if !defined(REXTRACK_NO_EXCEPTIONS) && !defined(__cpp_exceptions) &&          \
    !defined(__EXCEPTIONS) && !defined(_CPPUNWIND)
#define REXTRACK_NO_EXCEPTIONS
#endif

#ifndef REXTRACK_NO_EXCEPTIONS
#include <stdexcept>
#endif

namespace rextrack {

/* The message of this thread's latest error: what is wrong, and the remedy. Empty if
 * there was no error yet. Throws only std::bad_alloc. */
inline std::string last_error() {
    std::string text(rextrack_last_error(nullptr, 0) + 1, '\0');
    text.resize(rextrack_last_error(&text[0], text.size()));
    return text;
}

#ifndef REXTRACK_NO_EXCEPTIONS
/* A status other than REXTRACK_OK, with the library's message. */
class Error : public std::runtime_error {
public:
    explicit Error(RextrackStatus status)
        : std::runtime_error(last_error()), status_(status) {}

    RextrackStatus status() const noexcept { return status_; }

private:
    RextrackStatus status_;
};

namespace detail {
inline void check(RextrackStatus status) {
    if (status != REXTRACK_OK) throw Error(status);
}
} // namespace detail
#endif

/* A view of an array, as std::span, for C++11. */
template <class T> class Span {
public:
    Span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}

    T *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T *begin() const noexcept { return data_; }
    T *end() const noexcept { return data_ + size_; }
    T &operator[](std::size_t index) const noexcept { return data_[index]; }

private:
    T *data_;
    std::size_t size_;
};

/* All slots at one moment. Create it once and poll into it repeatedly: only the
 * constructor allocates. */
class Snapshot {
public:
    /* The number of slots to make room for. A pipeline has at most 256. Slots that do
     * not fit are left out. */
    explicit Snapshot(std::size_t capacity = 256)
        : header_(), slots_(capacity) {
        header_.struct_size = sizeof header_;
    }

    /* Number, times, frame size and source state of the snapshot. */
    const RextrackSnapshot &header() const noexcept { return header_; }

    /* Number of the snapshot, from 1; 0 before the first poll. */
    std::uint64_t seq() const noexcept { return header_.seq; }

    /* p1 first. Valid until the next poll into this snapshot. */
    Span<const RextrackSlot> slots() const noexcept {
        std::size_t count = header_.slot_count;
        return {slots_.data(), count < slots_.size() ? count : slots_.size()};
    }

private:
    friend class Pipeline;
    RextrackSnapshot header_;
    std::vector<RextrackSlot> slots_;
};

/* The index of the axis with that name (RextrackAxis), for Values; -1 if this library
 * has no such axis. */
inline int axis_index(const std::string &name) {
    std::size_t count = 0;
    rextrack_axes(nullptr, sizeof(RextrackAxis), 0, &count);
    std::vector<RextrackAxis> axes(count);
    if (rextrack_axes(axes.data(), sizeof(RextrackAxis), axes.size(), nullptr) != REXTRACK_OK)
        return -1;
    for (std::size_t index = 0; index < axes.size(); index++)
        if (name == axes[index].name) return static_cast<int>(index);
    return -1;
}

/* Selected axes of all slots at one moment, as floats. Create it once and poll into it
 * repeatedly: only the constructor allocates. */
class Values {
public:
    /* Indices of axis_index, and the number of slots to make room for. */
    explicit Values(std::vector<std::uint32_t> axes, std::size_t capacity = 256)
        : header_(), axes_(std::move(axes)), capacity_(capacity),
          values_(axes_.size() * capacity) {
        header_.struct_size = sizeof header_;
    }

    /* Number, times, frame size and source state of the snapshot. */
    const RextrackSnapshot &header() const noexcept { return header_; }

    /* The number of slots that the latest poll filled in. */
    std::size_t slots() const noexcept {
        return header_.slot_count < capacity_ ? header_.slot_count : capacity_;
    }

    /* The values of a slot (p1 is 0), in the order of the axes. Valid until the next
     * poll into this object. */
    Span<const float> slot(std::size_t index) const noexcept {
        return {values_.data() + index * axes_.size(), axes_.size()};
    }

private:
    friend class Pipeline;
    RextrackSnapshot header_;
    std::vector<std::uint32_t> axes_;
    std::size_t capacity_;
    std::vector<float> values_;
};

/* An image that Pipeline::preview fills in, rows without gaps. It reuses its memory. */
class Image {
public:
    explicit Image(RextrackPixelFormat format = REXTRACK_PIXEL_BGRA8)
        : raw_(), pixels_() {
        raw_.struct_size = sizeof raw_;
        raw_.format = static_cast<std::uint32_t>(format);
    }

    std::uint32_t width() const noexcept { return raw_.width; }
    std::uint32_t height() const noexcept { return raw_.height; }
    /* Bytes from one row to the next. */
    std::size_t stride() const noexcept { return raw_.stride; }
    /* Number and capture time of the frame. */
    std::uint64_t frame_seq() const noexcept { return raw_.frame_seq; }
    std::int64_t capture_ns() const noexcept { return raw_.capture_ns; }
    const std::uint8_t *data() const noexcept { return pixels_.data(); }
    std::uint8_t *data() noexcept { return pixels_.data(); }

private:
    friend class Pipeline;
    RextrackImage raw_;
    std::vector<std::uint8_t> pixels_;
};

/* Describes a frame of the host for Pipeline::push. `stride` 0 means rows without gaps,
 * `capture_ns` 0 means now. `flags` is REXTRACK_FRAME_FLIPPED or 0. */
inline RextrackFrame frame(const void *data, std::uint32_t width,
                           std::uint32_t height, RextrackPixelFormat format,
                           std::size_t stride = 0, std::int64_t capture_ns = 0,
                           std::uint32_t flags = 0) {
    RextrackFrame described = RextrackFrame();
    described.struct_size = sizeof described;
    described.format = static_cast<std::uint32_t>(format);
    described.width = width;
    described.height = height;
    described.data = data;
    described.stride = stride;
    described.capture_ns = capture_ns;
    described.flags = flags;
    return described;
}

/* One line of the log; see LogReader. */
struct LogLine {
    /* 1 error, 2 warning, 3 info, 4 debug, 5 trace. */
    std::int32_t level;
    std::int64_t time_ns;
    std::string text;
    /* Number of lines before this one that were lost, because the reader was too late. */
    std::uint64_t dropped;
};

/* Reads the lines of the process's log, each once. Use it with
 * rextrack_set_log(level | REXTRACK_LOG_QUIET, nullptr, nullptr). */
class LogReader {
public:
    LogReader() : buffer_(4097), number_(0) {}

    /* The next line; false if there is none. */
    bool next(LogLine &into) {
        RextrackLogLine line = RextrackLogLine();
        line.struct_size = sizeof line;
        std::size_t length = 0;
        RextrackStatus status =
            rextrack_poll_log(number_, &line, buffer_.data(), buffer_.size(), &length);
        if (status != REXTRACK_OK || line.number == 0) return false;
        number_ = line.number;
        into.level = line.level;
        into.time_ns = line.time_ns;
        into.text.assign(buffer_.data(), length);
        into.dropped = line.dropped;
        return true;
    }

private:
    std::vector<char> buffer_;
    std::uint64_t number_;
};

/* The pipeline of one camera. Any thread may call any method, several at the same time.
 * No other thread may use the object while you move or destroy it, or while create() or
 * find() replaces its pipeline. The exception is a wait that runs already: when its
 * pipeline's handle is destroyed, it ends with REXTRACK_ERR_CLOSED. */
class Pipeline {
public:
    /* Has no pipeline until create(). */
    Pipeline() noexcept : handle_(nullptr) {}

    ~Pipeline() { rextrack_destroy(handle_); }

    Pipeline(Pipeline &&other) noexcept : handle_(other.handle_) {
        other.handle_ = nullptr;
    }

    Pipeline &operator=(Pipeline &&other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }

    Pipeline(const Pipeline &) = delete;
    Pipeline &operator=(const Pipeline &) = delete;

    explicit operator bool() const noexcept { return handle_ != nullptr; }

    /* For functions of rextrack.h. The Pipeline still owns the handle. */
    RextrackPipeline *handle() const noexcept { return handle_; }

    /* Creates the pipeline from JSON and replaces the current one. */
    RextrackStatus create(const std::string &config, const std::nothrow_t &) noexcept {
        RextrackPipeline *created = nullptr;
        RextrackStatus status = rextrack_create(REXTRACK_ABI_VERSION, config.c_str(), &created);
        if (status == REXTRACK_OK) {
            rextrack_destroy(handle_);
            handle_ = created;
        }
        return status;
    }

    /* Takes a handle of its own of the pipeline of this process with that camera id, and
     * replaces the current one. */
    RextrackStatus find(const std::string &camera_id, const std::nothrow_t &) noexcept {
        RextrackPipeline *found = nullptr;
        RextrackStatus status = rextrack_find(camera_id.c_str(), &found);
        if (status == REXTRACK_OK) {
            rextrack_destroy(handle_);
            handle_ = found;
        }
        return status;
    }

    /* Starts the threads and returns immediately. */
    RextrackStatus start(const std::nothrow_t &) noexcept { return rextrack_start(handle_); }

    /* Stops the threads within a second. */
    RextrackStatus stop(const std::nothrow_t &) noexcept { return rextrack_stop(handle_); }

    /* Empties all slots and assigns them again, from p1 on. */
    RextrackStatus reset_slots(const std::nothrow_t &) noexcept {
        return rextrack_reset_slots(handle_);
    }

    /* Copies the newest snapshot. Wait-free: no lock, no allocation. */
    RextrackStatus poll(Snapshot &into, const std::nothrow_t &) const noexcept {
        return rextrack_poll(handle_, into.slots_.data(), sizeof(RextrackSlot), into.slots_.size(),
                             &into.header_);
    }

    /* As poll, with each slot predicted to the time `t_ns`. */
    RextrackStatus poll_at(std::int64_t t_ns, Snapshot &into, const std::nothrow_t &) const noexcept {
        return rextrack_poll_at(handle_, t_ns, into.slots_.data(), sizeof(RextrackSlot),
                                into.slots_.size(), &into.header_);
    }

    /* Writes the selected axes of the newest snapshot, predicted to `t_ns` unless it is 0.
     * Wait-free: no lock, no allocation. */
    RextrackStatus poll(Values &into, std::int64_t t_ns, const std::nothrow_t &) const noexcept {
        return rextrack_poll_axes(handle_, t_ns, into.axes_.data(), into.axes_.size(),
                                  into.values_.data(), into.capacity_, &into.header_);
    }

    /* Waits for a snapshot newer than `after_seq`. */
    RextrackStatus wait(std::uint64_t after_seq, std::uint32_t timeout_ms,
                        const std::nothrow_t &) const noexcept {
        return rextrack_wait(handle_, after_seq, timeout_ms);
    }

    /* Ends the running waits of this object, or the next one. */
    RextrackStatus wake(const std::nothrow_t &) noexcept { return rextrack_wake(handle_); }

    /* Passes a frame to a pipeline whose `camera.stream` is `push:`. Copies it. */
    RextrackStatus push(const RextrackFrame &frame, const std::nothrow_t &) noexcept {
        return rextrack_push_frame(handle_, &frame);
    }

    /* Removes up to `capacity` events from the queue, oldest first. */
    RextrackStatus events(RextrackEvent *into, std::size_t capacity, std::size_t &count,
                          const std::nothrow_t &) const noexcept {
        return rextrack_poll_events(handle_, into, sizeof(RextrackEvent), capacity, &count);
    }

    /* Changes the configuration with a JSON merge patch, completely or not at all. */
    RextrackStatus set_config(const std::string &patch, const std::nothrow_t &) noexcept {
        return rextrack_set_config(handle_, patch.c_str());
    }

    /* The current configuration as JSON, without passwords. */
    RextrackStatus config(std::string &into, const std::nothrow_t &) const {
        return text(rextrack_get_config, into);
    }

    /* Model, licence, device, versions as JSON. */
    RextrackStatus info(std::string &into, const std::nothrow_t &) const {
        return text(rextrack_info, into);
    }

    /* What is wrong, and the remedy; empty if there is nothing. */
    RextrackStatus problem(std::string &into, const std::nothrow_t &) const {
        return text(rextrack_problem, into);
    }

    /* The name of a class of the model. */
    RextrackStatus class_name(std::int32_t class_id, std::string &into,
                              const std::nothrow_t &) const {
        into.resize(512); /* a name is shorter */
        std::size_t length = 0;
        RextrackStatus status =
            rextrack_class_name(handle_, class_id, &into[0], into.size(), &length);
        into.resize(status == REXTRACK_OK ? length : 0);
        return status;
    }

    /* Replaces the content of `into` with the outputs and their states. */
    RextrackStatus sinks(std::vector<RextrackSink> &into, const std::nothrow_t &) const {
        std::size_t count = into.size();
        for (;;) {
            into.resize(count);
            RextrackStatus status = rextrack_sinks(handle_, into.data(), sizeof(RextrackSink),
                                                   into.size(), &count);
            if (status != REXTRACK_OK || count <= into.size()) {
                into.resize(status == REXTRACK_OK ? count : 0);
                return status;
            }
        }
    }

    /* Counters, rates and latencies. */
    RextrackStatus stats(RextrackStats &into, const std::nothrow_t &) const noexcept {
        into.struct_size = sizeof into;
        return rextrack_stats(handle_, &into);
    }

    /* Writes the newest processed frame; `flags` are of RextrackFrameFlags.
     * Takes milliseconds on a large frame. */
    RextrackStatus preview(Image &into, std::uint32_t flags, const std::nothrow_t &) const {
        RextrackImage &raw = into.raw_;
        raw.flags = flags;
        for (;;) {
            raw.data = into.pixels_.data();
            raw.capacity = into.pixels_.size();
            raw.stride = 0;
            RextrackStatus status = rextrack_preview(handle_, &raw);
            if (status != REXTRACK_ERR_BUFFER_TOO_SMALL) return status;
            /* Repeat if a newer frame is larger. */
            into.pixels_.resize(raw.stride * raw.height);
        }
    }

#ifndef REXTRACK_NO_EXCEPTIONS
    explicit Pipeline(const std::string &config) : handle_(nullptr) { create(config); }

    void create(const std::string &config) { detail::check(create(config, std::nothrow)); }
    /* A second owner of the pipeline with that camera id. */
    static Pipeline find(const std::string &camera_id) {
        Pipeline found;
        detail::check(found.find(camera_id, std::nothrow));
        return found;
    }
    void start() { detail::check(start(std::nothrow)); }
    void stop() { detail::check(stop(std::nothrow)); }
    void reset_slots() { detail::check(reset_slots(std::nothrow)); }
    void poll(Snapshot &into) const { detail::check(poll(into, std::nothrow)); }
    void poll_at(std::int64_t t_ns, Snapshot &into) const {
        detail::check(poll_at(t_ns, into, std::nothrow));
    }

    void poll(Values &into, std::int64_t t_ns = 0) const {
        detail::check(poll(into, t_ns, std::nothrow));
    }

    /* True if there is a newer snapshot. False if none came before the timeout, if wake()
     * ended the wait, or if the file has ended, in which case `ended` is set. Without
     * `ended`, the end of the file throws an Error. So do stop() and the end of this object:
     * REXTRACK_ERR_STOPPED, REXTRACK_ERR_CLOSED. */
    bool wait(std::uint64_t after_seq, std::uint32_t timeout_ms, bool *ended = nullptr) const {
        RextrackStatus status = wait(after_seq, timeout_ms, std::nothrow);
        if (status == REXTRACK_ERR_TIMEOUT || status == REXTRACK_ERR_WOKEN) return false;
        if (status == REXTRACK_ERR_ENDED && ended != nullptr) {
            *ended = true;
            return false;
        }
        detail::check(status);
        return true;
    }

    void wake() { detail::check(wake(std::nothrow)); }
    void push(const RextrackFrame &frame) { detail::check(push(frame, std::nothrow)); }

    /* Replaces the content of `into` with the events of the queue. Allocates only until
     * the vector has room for 1025. */
    void events(std::vector<RextrackEvent> &into) const {
        const std::size_t most = 1025; /* the queue and one overflow event */
        into.resize(most);
        std::size_t count = 0;
        RextrackStatus status = events(into.data(), into.size(), count, std::nothrow);
        into.resize(count);
        detail::check(status);
    }

    void set_config(const std::string &patch) {
        detail::check(set_config(patch, std::nothrow));
    }

    std::string config() const {
        std::string json;
        detail::check(config(json, std::nothrow));
        return json;
    }

    std::string info() const {
        std::string json;
        detail::check(info(json, std::nothrow));
        return json;
    }

    std::string problem() const {
        std::string words;
        detail::check(problem(words, std::nothrow));
        return words;
    }

    /* Empty if the model has no such class, or is not loaded yet. */
    std::string class_name(std::int32_t class_id) const {
        std::string name;
        RextrackStatus status = class_name(class_id, name, std::nothrow);
        if (status != REXTRACK_ERR_NOT_FOUND) detail::check(status);
        return name;
    }

    std::vector<RextrackSink> sinks() const {
        std::vector<RextrackSink> states;
        detail::check(sinks(states, std::nothrow));
        return states;
    }

    RextrackStats stats() const {
        RextrackStats counted = RextrackStats();
        detail::check(stats(counted, std::nothrow));
        return counted;
    }

    /* False if no frame has been processed yet. */
    bool preview(Image &into, std::uint32_t flags = REXTRACK_FRAME_ANNOTATED) const {
        RextrackStatus status = preview(into, flags, std::nothrow);
        if (status == REXTRACK_ERR_NO_FRAME) return false;
        detail::check(status);
        return true;
    }
#endif

private:
    using TextFunction = RextrackStatus (*)(const RextrackPipeline *, char *, std::size_t,
                                            std::size_t *);

    RextrackStatus text(TextFunction give, std::string &into) const {
        std::size_t length = 0;
        RextrackStatus status = give(handle_, nullptr, 0, &length);
        /* Repeat if the text has grown. */
        while (status == REXTRACK_OK || status == REXTRACK_ERR_BUFFER_TOO_SMALL) {
            into.resize(length + 1);
            status = give(handle_, &into[0], into.size(), &length);
            if (status == REXTRACK_OK) break;
        }
        into.resize(status == REXTRACK_OK ? length : 0);
        return status;
    }

    RextrackPipeline *handle_;
};

} // namespace rextrack

#endif /* REXTRACK_HPP */
