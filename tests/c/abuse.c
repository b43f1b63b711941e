/* Misuses every function of the ABI in every way that C allows, from eight threads
 * at the same time. Prints nothing and returns 0 if every status is as documented. */
#include <rextrack.h>
#include <rextrack.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 8

static int failures = 0;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define EXPECT(call, wanted)                                                   \
    do {                                                                       \
        RextrackStatus got_ = (call);                                          \
        if (got_ != (wanted)) {                                                \
            pthread_mutex_lock(&lock);                                         \
            failures += 1;                                                     \
            fprintf(stderr, "line %d: %s: got %d, wanted %d\n", __LINE__,      \
                    #call, (int)got_, (int)(wanted));                          \
            pthread_mutex_unlock(&lock);                                       \
        }                                                                      \
    } while (0)

static const char *const GOOD =
    "{\"camera\": {\"stream\": \"push:\"},"
    " \"tracking\": {\"model\": \"builtin:motion\"}}";

static void ignore(int32_t level, const char *message, void *user) {
    (void)level;
    (void)message;
    (void)user;
}

/* JSON that is long, and JSON that is deep. */
static char *repeated(const char *start, const char *unit, size_t times,
                      const char *end) {
    size_t unit_length = strlen(unit), start_length = strlen(start), i;
    char *text = malloc(start_length + unit_length * times + strlen(end) + 1);
    char *place = text;
    if (text == NULL) exit(2);
    memcpy(place, start, start_length);
    place += start_length;
    for (i = 0; i < times; i++, place += unit_length)
        memcpy(place, unit, unit_length);
    strcpy(place, end);
    return text;
}

static void with_null(void) {
    RextrackPipeline *p = NULL;
    RextrackSnapshot snapshot;
    RextrackSlot slot;
    RextrackAxis axis;
    uint32_t index = 0;
    float value;
    RextrackStats stats;
    RextrackEvent event;
    RextrackFrame frame;
    RextrackImage image;
    char byte[1];
    size_t length;
    memset(&snapshot, 0, sizeof snapshot);
    memset(&stats, 0, sizeof stats);
    memset(&frame, 0, sizeof frame);
    memset(&image, 0, sizeof image);
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, NULL, &p), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, GOOD, NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_start(NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_stop(NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_reset_slots(NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    RextrackPipeline *found = NULL;
    EXPECT(rextrack_find(NULL, &found), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_find("cam1", NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_find("\xff", &found), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_find("no such camera", &found), REXTRACK_ERR_NOT_FOUND);
    EXPECT(rextrack_destroy(NULL), REXTRACK_OK);
    EXPECT(rextrack_set_config(NULL, "{}"), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_get_config(NULL, byte, 1, &length),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_get_config_ex(NULL, 1, byte, 1, &length),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll(NULL, &slot, sizeof(RextrackSlot), 1, &snapshot),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_at(NULL, 0, &slot, sizeof(RextrackSlot), 1, &snapshot),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_axes(NULL, sizeof(RextrackAxis), 1, &length),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_axes(NULL, sizeof(RextrackAxis), 0, NULL),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_axes(&axis, 0, 1, &length), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_axes(&axis, sizeof axis - 1, 1, &length),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_axes(NULL, 0, 0, &length), REXTRACK_OK);
    EXPECT(rextrack_poll_axes(NULL, 0, &index, 1, &value, 1, &snapshot),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_wait(NULL, 0, 0), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_push_frame(NULL, &frame), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_events(NULL, &event, sizeof(RextrackEvent), 1, &length),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_stats(NULL, &stats), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_preview(NULL, &image), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_info(NULL, byte, 1, &length),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_wake(NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_problem(NULL, byte, 1, &length), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_class_name(NULL, 0, byte, 1, &length), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_sinks(NULL, NULL, 0, 0, &length), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_keypoints(NULL, 0, NULL, 0, 0, 0, &length, &snapshot),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_zones(NULL, NULL, 0, &length, &snapshot),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_log(0, NULL, byte, 1, &length), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_set_log(99, NULL, NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    if (rextrack_last_error(NULL, 0) == 0) EXPECT(0, 1);
    if (rextrack_last_error(byte, 1) == 0 || byte[0] != '\0') EXPECT(0, 1);
    if (strcmp(rextrack_status_string(-12345), "unknown status") != 0)
        EXPECT(0, 1);
}

static void with_json(void) {
    RextrackPipeline *p = NULL;
    char *text;
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, "", &p), REXTRACK_ERR_CONFIG);
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, "\xff\xfe{}", &p), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, "[]", &p), REXTRACK_ERR_CONFIG);
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, "{\"camera\": 5}", &p), REXTRACK_ERR_CONFIG);
    /* 10 MiB, of one string and of many keys. */
    text = repeated("{\"camera\": {\"stream\": \"", "abcdefghij", 1 << 20, "\"");
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, text, &p), REXTRACK_ERR_CONFIG);
    free(text);
    text = repeated("{\"camera\": {\"stream\": \"", "abcdefghij", 1 << 20, "\"}}");
    rextrack_destroy(NULL);
    if (rextrack_create(REXTRACK_ABI_VERSION, text, &p) == REXTRACK_OK)
        EXPECT(rextrack_destroy(p), REXTRACK_OK);
    free(text);
    text = repeated("{\"tracking\": ", "[", 1 << 20, "");
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, text, &p), REXTRACK_ERR_CONFIG);
    free(text);
    text = repeated("", "{\"tracking\":", 1 << 20, "");
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, text, &p), REXTRACK_ERR_CONFIG);
    free(text);
    if (p != NULL) EXPECT(0, 1);
}

/* The struct of a host that was built against a newer library. */
typedef struct NewerAxis {
    RextrackAxis known;
    uint64_t added;
} NewerAxis;

static void with_axes(RextrackPipeline *p) {
    RextrackSnapshot snapshot;
    RextrackAxis axes[64];
    NewerAxis newer[2];
    /* More slots than the pipeline has. */
    float values[300 * 2];
    uint32_t indices[2] = {0, 0}, unknown = UINT32_MAX;
    size_t count = 0, i;
    memset(&snapshot, 0, sizeof snapshot);
    memset(newer, 7, sizeof newer);
    EXPECT(rextrack_axes(axes, sizeof axes[0], 64, &count), REXTRACK_OK);
    if (count == 0 || count > 64) {
        EXPECT(0, 1);
        return;
    }
    for (i = 0; i < count; i++)
        if (strcmp(axes[i].name, "class") == 0) indices[1] = (uint32_t)i;
    EXPECT(rextrack_axes(axes, sizeof axes[0], 1, NULL), REXTRACK_OK);
    EXPECT(rextrack_axes(&newer[0].known, sizeof newer[0], 2, NULL), REXTRACK_OK);
    if (strcmp(newer[1].known.name, axes[1].name) != 0) EXPECT(0, 1);
    if (newer[0].added != UINT64_C(0x0707070707070707)) EXPECT(0, 1);
    EXPECT(rextrack_poll_axes(p, 0, indices, 2, values, 1, &snapshot),
           REXTRACK_ERR_INVALID_ARGUMENT);
    snapshot.struct_size = sizeof snapshot;
    EXPECT(rextrack_poll_axes(p, 0, indices, 2, values, 300, &snapshot),
           REXTRACK_OK);
    /* Empty slots, and entries beyond the last slot: x 0, class -1. */
    if (values[299 * 2] != 0.0f || values[299 * 2 + 1] != -1.0f) EXPECT(0, 1);
    EXPECT(rextrack_poll_axes(p, INT64_MAX, indices, 2, values, 300, NULL),
           REXTRACK_OK);
    EXPECT(rextrack_poll_axes(p, INT64_MIN, indices, 2, values, 300, NULL),
           REXTRACK_OK);
    EXPECT(rextrack_poll_axes(p, 0, NULL, 0, NULL, 0, NULL), REXTRACK_OK);
    EXPECT(rextrack_poll_axes(p, 0, NULL, 2, values, 1, NULL),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_axes(p, 0, indices, 2, NULL, 1, NULL),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_axes(p, 0, &unknown, 1, values, 1, NULL),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_axes(p, 0, indices, SIZE_MAX, values, SIZE_MAX, NULL),
           REXTRACK_ERR_INVALID_ARGUMENT);
}

/* Structs of a host that was built against a newer library. */
typedef struct NewerSlot {
    RextrackSlot known;
    uint64_t added[3];
} NewerSlot;

typedef struct NewerEvent {
    RextrackEvent known;
    uint64_t added[3];
} NewerEvent;

/* The call is refused, the message has the remedy, and `memory` stays as it was. */
#define REFUSED(call, remedy, memory)                                          \
    do {                                                                       \
        char message_[512];                                                    \
        size_t i_;                                                             \
        memset(&(memory), 7, sizeof(memory));                                  \
        EXPECT(call, REXTRACK_ERR_INVALID_ARGUMENT);                           \
        rextrack_last_error(message_, sizeof message_);                        \
        if (strstr(message_, remedy) == NULL) EXPECT(0, 1);                    \
        for (i_ = 0; i_ < sizeof(memory); i_++)                                \
            if (((const char *)&(memory))[i_] != 7) {                          \
                EXPECT(0, 1);                                                  \
                break;                                                         \
            }                                                                  \
    } while (0)

/* Sizes below those of ABI 1.0 are refused. Of larger structs, only the known part is
 * written. */
static void with_sizes(RextrackPipeline *p) {
    RextrackSlot slot, exact[2];
    RextrackEvent event;
    RextrackSink sink;
    RextrackKeypoint point;
    RextrackSnapshot before, after;
    NewerSlot slots[2];
    NewerEvent events[2];
    size_t count = 0, i, k;
    REFUSED(rextrack_poll(p, &slot, 0, 1, NULL), "sizeof(*slots)", slot);
    REFUSED(rextrack_poll(p, &slot, sizeof slot - 1, 1, NULL), "sizeof(*slots)", slot);
    REFUSED(rextrack_poll_at(p, 0, &slot, 0, 1, NULL), "sizeof(*slots)", slot);
    REFUSED(rextrack_poll_at(p, 0, &slot, sizeof slot - 1, 1, NULL), "sizeof(*slots)", slot);
    REFUSED(rextrack_poll_events(p, &event, 0, 1, &count), "sizeof(*events)", event);
    REFUSED(rextrack_poll_events(p, &event, sizeof event - 1, 1, &count), "sizeof(*events)",
            event);
    REFUSED(rextrack_sinks(p, &sink, 0, 1, &count), "sizeof(*sinks)", sink);
    REFUSED(rextrack_sinks(p, &sink, sizeof sink - 1, 1, &count), "sizeof(*sinks)", sink);
    REFUSED(rextrack_poll_keypoints(p, 0, &point, 0, 1, 1, &count, NULL), "sizeof(*keypoints)",
            point);
    REFUSED(rextrack_poll_keypoints(p, 0, &point, sizeof point - 1, 1, 1, &count, NULL),
            "sizeof(*keypoints)", point);
    memset(slots, 7, sizeof slots);
    memset(events, 7, sizeof events);
    memset(&before, 0, sizeof before);
    before.struct_size = sizeof before;
    after = before;
    EXPECT(rextrack_poll(p, exact, sizeof exact[0], 2, &before), REXTRACK_OK);
    EXPECT(rextrack_poll(p, &slots[0].known, sizeof slots[0], 2, &after), REXTRACK_OK);
    EXPECT(rextrack_poll_events(p, &events[0].known, sizeof events[0], 2, &count), REXTRACK_OK);
    for (i = 0; i < 2; i++) {
        if (before.seq == after.seq && i < before.slot_count
            && memcmp(&slots[i].known, &exact[i], sizeof exact[i]) != 0)
            EXPECT(0, 1);
        if (i < count && (events[i].known.kind == 0 || events[i].known.reserved != 0))
            EXPECT(0, 1);
        for (k = 0; k < 3; k++)
            if (slots[i].added[k] != UINT64_C(0x0707070707070707)
                || events[i].added[k] != UINT64_C(0x0707070707070707))
                EXPECT(0, 1);
    }
}

static void with_pipeline(RextrackPipeline *p) {
    RextrackSnapshot snapshot;
    RextrackSlot slots[2];
    RextrackStats stats;
    RextrackEvent events[2];
    RextrackFrame frame;
    RextrackImage image;
    unsigned char pixels[4 * 4 * 4], out[4 * 4 * 4];
    char byte[1];
    size_t length = 0;
    RextrackStatus status;
    memset(pixels, 7, sizeof pixels);
    memset(&snapshot, 0, sizeof snapshot);
    EXPECT(rextrack_poll(p, slots, sizeof(RextrackSlot), 2, &snapshot), REXTRACK_ERR_INVALID_ARGUMENT);
    snapshot.struct_size = sizeof snapshot;
    EXPECT(rextrack_poll(p, slots, sizeof(RextrackSlot), 2, &snapshot), REXTRACK_OK);
    EXPECT(rextrack_poll(p, NULL, sizeof(RextrackSlot), 0, &snapshot), REXTRACK_OK);
    EXPECT(rextrack_poll(p, slots, sizeof(RextrackSlot), 0, NULL), REXTRACK_OK);
    EXPECT(rextrack_poll(p, NULL, sizeof(RextrackSlot), 1, &snapshot), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll(p, NULL, sizeof(RextrackSlot), 0, NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_at(p, INT64_MAX, slots, sizeof(RextrackSlot), 2, &snapshot), REXTRACK_OK);
    EXPECT(rextrack_poll_at(p, INT64_MIN, slots, sizeof(RextrackSlot), 2, &snapshot), REXTRACK_OK);
    with_axes(p);
    with_sizes(p);
    status = rextrack_wait(p, UINT64_MAX, 0);
    if (status == REXTRACK_OK) EXPECT(status, REXTRACK_ERR_TIMEOUT);
    EXPECT(rextrack_get_config(p, NULL, 0, &length), REXTRACK_OK);
    EXPECT(rextrack_get_config(p, NULL, 0, NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_get_config(p, byte, 1, &length),
           REXTRACK_ERR_BUFFER_TOO_SMALL);
    EXPECT(rextrack_info(p, byte, 1, NULL), REXTRACK_ERR_BUFFER_TOO_SMALL);
    EXPECT(rextrack_info(p, NULL, 1, &length), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_set_config(p, NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_set_config(p, "nonsense"), REXTRACK_ERR_CONFIG);
    EXPECT(rextrack_set_config(p, "{\"tracking\": {\"confidence\": 0.5}}"),
           REXTRACK_OK);
    memset(&stats, 0, sizeof stats);
    EXPECT(rextrack_stats(p, &stats), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_stats(p, NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    stats.struct_size = sizeof stats;
    EXPECT(rextrack_stats(p, &stats), REXTRACK_OK);
    EXPECT(rextrack_poll_events(p, events, sizeof(RextrackEvent), 2, &length), REXTRACK_OK);
    EXPECT(rextrack_poll_events(p, events, sizeof(RextrackEvent), 0, &length), REXTRACK_OK);
    EXPECT(rextrack_poll_events(p, NULL, sizeof(RextrackEvent), 2, &length),
           REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_poll_events(p, events, sizeof(RextrackEvent), 2, NULL),
           REXTRACK_ERR_INVALID_ARGUMENT);
    memset(&frame, 0, sizeof frame);
    EXPECT(rextrack_push_frame(p, NULL), REXTRACK_ERR_INVALID_ARGUMENT);
    EXPECT(rextrack_push_frame(p, &frame), REXTRACK_ERR_INVALID_ARGUMENT);
    frame.struct_size = sizeof frame;
    frame.format = REXTRACK_PIXEL_RGBA8;
    frame.width = frame.height = 4;
    EXPECT(rextrack_push_frame(p, &frame), REXTRACK_ERR_INVALID_ARGUMENT);
    frame.data = pixels;
    EXPECT(rextrack_push_frame(p, &frame), REXTRACK_OK);
    frame.flags = REXTRACK_FRAME_FLIPPED;
    EXPECT(rextrack_push_frame(p, &frame), REXTRACK_OK);
    frame.stride = 1;
    EXPECT(rextrack_push_frame(p, &frame), REXTRACK_ERR_INVALID_ARGUMENT);
    memset(&image, 0, sizeof image);
    EXPECT(rextrack_preview(p, &image), REXTRACK_ERR_INVALID_ARGUMENT);
    image.struct_size = sizeof image;
    EXPECT(rextrack_preview(p, &image), REXTRACK_ERR_INVALID_ARGUMENT);
    image.format = REXTRACK_PIXEL_BGRA8;
    image.flags = REXTRACK_FRAME_ANNOTATED | REXTRACK_FRAME_FLIPPED;
    status = rextrack_preview(p, &image);
    if (status != REXTRACK_ERR_NO_FRAME && status != REXTRACK_ERR_BUFFER_TOO_SMALL)
        EXPECT(status, REXTRACK_ERR_NO_FRAME);
    image.data = out;
    image.capacity = sizeof out;
    image.stride = 0;
    status = rextrack_preview(p, &image);
    if (status != REXTRACK_ERR_NO_FRAME) EXPECT(status, REXTRACK_OK);
}

static void *everything(void *shared) {
    RextrackPipeline *p = NULL;
    int round;
    for (round = 0; round < 3; round++) {
        with_null();
        with_pipeline((RextrackPipeline *)shared);
        EXPECT(rextrack_start((RextrackPipeline *)shared), REXTRACK_OK);
        EXPECT(rextrack_create(REXTRACK_ABI_VERSION, GOOD, &p), REXTRACK_OK);
        with_pipeline(p);
        EXPECT(rextrack_start(p), REXTRACK_OK);
        with_pipeline(p);
        EXPECT(rextrack_reset_slots(p), REXTRACK_OK);
        EXPECT(rextrack_stop(p), REXTRACK_OK);
        EXPECT(rextrack_stop(p), REXTRACK_OK);
        with_pipeline(p);
        EXPECT(rextrack_destroy(p), REXTRACK_OK);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    RextrackPipeline *shared = NULL;
    int i;
    EXPECT(rextrack_set_log(1, ignore, NULL), REXTRACK_OK);
    with_json();
    EXPECT(rextrack_create(REXTRACK_ABI_VERSION, GOOD, &shared), REXTRACK_OK);
    for (i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, everything, shared) != 0) return 2;
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    EXPECT(rextrack_destroy(shared), REXTRACK_OK);
    EXPECT(rextrack_set_log(3, NULL, NULL), REXTRACK_OK);
    return failures == 0 ? 0 : 1;
}
