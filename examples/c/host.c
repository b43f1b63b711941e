/*
 * A host with its own loop, like a game engine or a media server. 60 times a second
 * it polls the positions predicted for the next picture, and never waits for the
 * camera.
 *
 * Prints events, and all occupied slots once a second:
 *
 *      2.1 s  p1 entered
 *      3.0 s  25.0 fps  p1 (0.42, 0.61) (+0.06, +0.00)/s
 *
 * usage: host ADDRESS [MODEL [MODELS_DIR [SECONDS]]]
 *
 * C99. examples/README.md says how to build it.
 */
#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

#include "rextrack.h"

#define SLOTS 10
#define FRAME_NS (1000000000 / 60)

static const char *const KINDS[] = {"?",        "entered", "lost",       "found",
                                    "left",     "source",  "restarted",  "overflow"};
static const char *const STATES[] = {"stopped", "connecting", "live",
                                     "lost",    "ended",      "failed"};

/* Escapes text for JSON: Windows paths contain backslashes. */
static void escape(char *out, size_t capacity, const char *text)
{
    size_t length = 0;
    for (; *text != '\0' && length + 3 < capacity; text++) {
        if (*text == '"' || *text == '\\')
            out[length++] = '\\';
        out[length++] = *text;
    }
    out[length] = '\0';
}

static int failed(const char *what)
{
    char message[1024];
    rextrack_last_error(message, sizeof message);
    fprintf(stderr, "%s: %s\n", what, message);
    return EXIT_FAILURE;
}

static void sleep_until(int64_t t_ns)
{
    int64_t left = t_ns - rextrack_now_ns();
    if (left <= 0)
        return;
#ifdef _WIN32
    Sleep((DWORD)(left / 1000000));
#else
    struct timespec time = {left / 1000000000, left % 1000000000};
    nanosleep(&time, NULL);
#endif
}

/* Prints the events since the previous call. Returns 0 if the source has ended. */
static int print_events(RextrackPipeline *pipeline, double now)
{
    RextrackEvent events[16];
    size_t count = 0, i;
    int running = 1;
    do {
        if (rextrack_poll_events(pipeline, events, 16, &count) != REXTRACK_OK)
            return 0;
        for (i = 0; i < count; i++) {
            const RextrackEvent *e = &events[i];
            const char *kind = e->kind < sizeof KINDS / sizeof *KINDS ? KINDS[e->kind] : "?";
            if (e->kind == REXTRACK_EVENT_SOURCE) {
                printf("%6.1f s  source %s\n", now,
                       e->source_state < sizeof STATES / sizeof *STATES
                           ? STATES[e->source_state] : "?");
                running = e->source_state != REXTRACK_SOURCE_ENDED;
            } else if (e->kind <= REXTRACK_EVENT_LEFT) {
                printf("%6.1f s  p%u %s\n", now, (unsigned)(e->slot + 1), kind);
            } else {
                printf("%6.1f s  %s\n", now, kind);
            }
        }
    } while (count == 16);
    return running;
}

static void print_slots(RextrackPipeline *pipeline, double now, const RextrackSlot *slots,
                       uint32_t count)
{
    RextrackStats stats = {0};
    uint32_t i;
    stats.struct_size = sizeof stats;
    rextrack_stats(pipeline, &stats);
    printf("%6.1f s  %.1f fps", now, stats.fps_proc);
    for (i = 0; i < count && i < SLOTS; i++)
        if (slots[i].state != REXTRACK_SLOT_EMPTY)
            printf("  p%u (%.2f, %.2f) (%+.2f, %+.2f)/s", (unsigned)(i + 1), slots[i].x,
                   slots[i].y, slots[i].vx, slots[i].vy);
    printf("\n");
    fflush(stdout);
}

static int loop(RextrackPipeline *pipeline, double seconds)
{
    RextrackSlot slots[SLOTS];
    RextrackSnapshot snapshot = {0};
    int64_t start = rextrack_now_ns(), next = start, printed = start;
    snapshot.struct_size = sizeof snapshot;
    for (;;) {
        double now = (double)(next - start) / 1e9;
        /* A picture drawn now becomes visible one frame later. */
        if (rextrack_poll_at(pipeline, next + FRAME_NS, slots, SLOTS, &snapshot) != REXTRACK_OK)
            return failed("poll");
        /* ... draw the slots here ... */
        if (!print_events(pipeline, now) || now > seconds)
            return EXIT_SUCCESS;
        if (next - printed >= 1000000000) {
            RextrackStatus status = rextrack_wait(pipeline, snapshot.seq, 0);
            print_slots(pipeline, now, slots, snapshot.slot_count);
            printed = next;
            /* Any other status is an error: tracking cannot continue. */
            if (status != REXTRACK_OK && status != REXTRACK_ERR_TIMEOUT
                && status != REXTRACK_ERR_ENDED)
                return failed("tracking");
        }
        next += FRAME_NS;
        sleep_until(next);
    }
}

int main(int argc, char **argv)
{
    static char config[8192], stream[3000], models[3000];
    RextrackPipeline *pipeline = NULL;
    int code;
    if (argc < 2 || argc > 5) {
        fprintf(stderr, "usage: %s ADDRESS [MODEL [MODELS_DIR [SECONDS]]]\n", argv[0]);
        return 2;
    }
    escape(stream, sizeof stream, argv[1]);
    escape(models, sizeof models, argc > 3 ? argv[3] : "models");
    snprintf(config, sizeof config,
             "{\"camera\": {\"stream\": \"%s\", \"every_frame\": false},"
             " \"tracking\": {\"model\": \"%.100s\", \"objects_max\": %d},"
             " \"service\": {\"models_dir\": \"%s\"}}",
             stream, argc > 2 ? argv[2] : "yolox_nano", SLOTS, models);
    if (rextrack_create(config, &pipeline) != REXTRACK_OK)
        return failed("create");
    code = rextrack_start(pipeline) == REXTRACK_OK
               ? loop(pipeline, argc > 4 ? atof(argv[4]) : 1e6)
               : failed("start");
    rextrack_destroy(pipeline);
    return code;
}
