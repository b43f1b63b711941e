/*
 * A host with its own loop, like a game engine or a media server. 60 times a second it
 * polls the positions predicted for the next picture, and never waits for the camera.
 * Prints events, and all occupied slots once a second:
 *
 *      2.1 s  p1 entered
 *      3.0 s  25.0 fps  p1 (0.42, 0.61) (+0.06, +0.00)/s
 *
 * usage: host ADDRESS [MODEL [MODELS_DIR [SECONDS]]]
 *
 * C99. examples/README.md says how to build it.
 */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include <stdio.h>
#include <stdlib.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

#include "rextrack.h"

#define SLOTS 10
#define FRAME_NS (1000000000 / 60)

static const char *const KINDS[] = {"?", "entered", "lost", "found", "left"};
static const char *const STATES[] = {"stopped", "connecting", "live", "lost", "ended", "failed"};

/* Escapes text for JSON: Windows paths contain backslashes. Cuts text that is too long. */
static const char *escape(char out[1024], const char *text)
{
    size_t length = 0;
    for (; *text != '\0' && length < 1022; out[length++] = *text++)
        if (*text == '"' || *text == '\\')
            out[length++] = '\\';
    out[length] = '\0';
    return out;
}

static void sleep_ns(int64_t ns)
{
#ifdef _WIN32
    Sleep((DWORD)(ns / 1000000));
#else
    nanosleep(&(struct timespec){.tv_nsec = (long)ns}, NULL);
#endif
}

/* Returns 0 when the source has ended. */
static int print_event(const RextrackEvent *event, double now)
{
    if (event->kind <= REXTRACK_EVENT_LEFT)
        printf("%6.1f s  p%u %s\n", now, (unsigned)(event->slot + 1), KINDS[event->kind]);
    else if (event->kind == REXTRACK_EVENT_SOURCE && event->source_state < 6)
        printf("%6.1f s  source %s\n", now, STATES[event->source_state]);
    return event->kind != REXTRACK_EVENT_SOURCE || event->source_state != REXTRACK_SOURCE_ENDED;
}

/* Returns when the time is over, when the source has ended, or on a problem. */
static RextrackStatus loop(RextrackPipeline *pipeline, double seconds)
{
    RextrackSlot slots[SLOTS];
    RextrackEvent events[16];
    RextrackSnapshot snapshot = {.struct_size = sizeof snapshot};
    RextrackStats stats = {.struct_size = sizeof stats};
    int64_t start = rextrack_now_ns(), next = start, left;
    int running = 1;
    for (int frame = 1; running && (double)(next - start) < seconds * 1e9; frame++) {
        double now = (double)(next - start) / 1e9;
        size_t count = 0;
        /* A picture drawn now becomes visible one frame later. */
        rextrack_poll_at(pipeline, next + FRAME_NS, slots, sizeof slots[0], SLOTS, &snapshot);
        /* ... draw the slots here ... */
        if (snapshot.problem != REXTRACK_OK)
            return snapshot.problem; /* rextrack_problem has the text */
        rextrack_poll_events(pipeline, events, sizeof events[0], 16, &count);
        for (size_t i = 0; i < count; i++)
            running &= print_event(&events[i], now);
        if (frame % 60 == 0) {
            rextrack_stats(pipeline, &stats);
            printf("%6.1f s  %.1f fps", now, stats.fps_proc);
            for (uint32_t i = 0; i < snapshot.slot_count && i < SLOTS; i++)
                if (slots[i].state != REXTRACK_SLOT_EMPTY)
                    printf("  p%u (%.2f, %.2f) (%+.2f, %+.2f)/s", (unsigned)(i + 1), slots[i].x,
                           slots[i].y, slots[i].vx, slots[i].vy);
            printf("\n");
        }
        next += FRAME_NS;
        if ((left = next - rextrack_now_ns()) > 0)
            sleep_ns(left);
    }
    return REXTRACK_OK;
}

int main(int argc, char **argv)
{
    static char config[4096], stream[1024], model[1024], models[1024], problem[1024];
    RextrackPipeline *pipeline = NULL;
    RextrackStatus status;
    if (argc < 2 || argc > 5) {
        fprintf(stderr, "usage: %s ADDRESS [MODEL [MODELS_DIR [SECONDS]]]\n", argv[0]);
        return 2;
    }
    snprintf(config, sizeof config,
             "{\"camera\": {\"stream\": \"%s\", \"every_frame\": false}, \"tracking\": {\"model\":"
             " \"%s\", \"objects_max\": %d}, \"service\": {\"models_dir\": \"%s\"}}",
             escape(stream, argv[1]), escape(model, argc > 2 ? argv[2] : "yolox_nano"), SLOTS,
             escape(models, argc > 3 ? argv[3] : "models"));
    status = rextrack_create(REXTRACK_ABI_VERSION, config, &pipeline);
    if (status == REXTRACK_OK)
        status = rextrack_start(pipeline);
    if (status != REXTRACK_OK)
        rextrack_last_error(problem, sizeof problem);
    else if ((status = loop(pipeline, argc > 4 ? atof(argv[4]) : 1e6)) != REXTRACK_OK)
        rextrack_problem(pipeline, problem, sizeof problem, NULL);
    if (status != REXTRACK_OK)
        fprintf(stderr, "host: %s\n", problem);
    rextrack_destroy(pipeline);
    return status == REXTRACK_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
