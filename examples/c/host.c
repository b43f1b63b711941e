/*
 * A host with its own loop, like a game engine or a media server. 60 times a second it
 * polls the positions predicted for the next picture, and never waits for the camera.
 * Prints events, and all occupied slots once a second:
 *
 *      2.1 s  p1 entered
 *      3.0 s  25.0 fps  p1 (0.42, 0.61) (+0.06, +0.00)/s
 *
 * usage: host ADDRESS [MODEL]
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

static void sleep_until(int64_t t_ns)
{
    int64_t left = t_ns - rextrack_now_ns();
#ifdef _WIN32
    Sleep(left > 0 ? (DWORD)(left / 1000000) : 0);
#else
    nanosleep(&(struct timespec){.tv_nsec = left > 0 ? (long)left : 0}, NULL);
#endif
}

static void print_event(const RextrackEvent *event, double now)
{
    if (event->kind <= REXTRACK_EVENT_LEFT)
        printf("%6.1f s  p%u %s\n", now, (unsigned)(event->slot + 1), KINDS[event->kind]);
    else if (event->kind == REXTRACK_EVENT_SOURCE && event->source_state <= REXTRACK_SOURCE_FAILED)
        printf("%6.1f s  source %s\n", now, STATES[event->source_state]);
}

/* Returns the status of a problem, or REXTRACK_OK when the source has ended. */
static RextrackStatus loop(RextrackPipeline *pipeline)
{
    RextrackSlot slots[SLOTS];
    RextrackEvent event = {0};
    RextrackSnapshot snapshot = {.struct_size = sizeof snapshot};
    RextrackStats stats = {.struct_size = sizeof stats};
    size_t count;
    for (int64_t frame = 1, start = rextrack_now_ns();; frame++) {
        double now = (double)frame / 60;
        /* A picture drawn now becomes visible one frame later. */
        rextrack_poll_at(pipeline, start + (frame + 1) * FRAME_NS, slots, sizeof slots[0], SLOTS,
                         &snapshot);
        /* ... draw the slots here ... */
        if (snapshot.problem != REXTRACK_OK)
            return snapshot.problem; /* rextrack_problem has the text */
        while (rextrack_poll_events(pipeline, &event, sizeof event, 1, &count) == REXTRACK_OK
               && count == 1) {
            print_event(&event, now);
            if (event.kind == REXTRACK_EVENT_SOURCE && event.source_state == REXTRACK_SOURCE_ENDED)
                return REXTRACK_OK;
        }
        if (frame % 60 == 0) {
            rextrack_stats(pipeline, &stats);
            printf("%6.1f s  %.1f fps", now, stats.fps_proc);
            for (uint32_t i = 0; i < snapshot.slot_count && i < SLOTS; i++)
                if (slots[i].state != REXTRACK_SLOT_EMPTY)
                    printf("  p%u (%.2f, %.2f) (%+.2f, %+.2f)/s", (unsigned)(i + 1), slots[i].x,
                           slots[i].y, slots[i].vx, slots[i].vy);
            printf("\n");
            fflush(stdout);
        }
        sleep_until(start + frame * FRAME_NS);
    }
}

int main(int argc, char **argv)
{
    char config[4096], stream[1024], model[1024], problem[1024];
    RextrackPipeline *pipeline = NULL;
    RextrackStatus status;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s ADDRESS [MODEL]\n", argv[0]);
        return 2;
    }
    snprintf(config, sizeof config,
             "{\"camera\": {\"stream\": \"%s\", \"every_frame\": false},"
             " \"tracking\": {\"model\": \"%s\"}}",
             escape(stream, argv[1]), escape(model, argc > 2 ? argv[2] : "yolox_nano"));
    status = rextrack_create(REXTRACK_ABI_VERSION, config, &pipeline);
    if (status == REXTRACK_OK)
        status = rextrack_start(pipeline);
    if (status != REXTRACK_OK)
        rextrack_last_error(problem, sizeof problem);
    else if ((status = loop(pipeline)) != REXTRACK_OK)
        rextrack_problem(pipeline, problem, sizeof problem, NULL);
    if (status != REXTRACK_OK)
        fprintf(stderr, "host: %s\n", problem);
    rextrack_destroy(pipeline);
    return status == REXTRACK_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
