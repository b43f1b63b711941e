/*
 * Prints the live slots of a video or camera, one line per snapshot:
 *
 *   frame 120  p1 (0.42, 0.61)  p3 (0.70, 0.33) held
 *
 * usage: slots ADDRESS [MODEL [MODELS_DIR [SECONDS]]]
 *
 * C99, no other library. examples/README.md says how to build it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rextrack.h"

#define SLOTS 10

/* Appends `text` to the JSON in `out`, as a string if `quoted`. Text that does not
 * fit is cut, and the library then rejects the JSON. */
static void append(char *out, size_t capacity, const char *text, int quoted)
{
    size_t length = strlen(out);
    if (quoted && length + 1 < capacity)
        out[length++] = '"';
    for (; *text != '\0' && length + 3 < capacity; text++) {
        /* Windows paths contain backslashes. */
        if (quoted && (*text == '"' || *text == '\\'))
            out[length++] = '\\';
        out[length++] = *text;
    }
    if (quoted && length + 1 < capacity)
        out[length++] = '"';
    out[length] = '\0';
}

/* Prints the error and returns main's exit code. */
static int failed(const char *what)
{
    char message[1024];
    rextrack_last_error(message, sizeof message);
    fprintf(stderr, "%s: %s\n", what, message);
    return EXIT_FAILURE;
}

static void print(const RextrackSnapshot *snapshot, const RextrackSlot *slots)
{
    printf("frame %llu", (unsigned long long)snapshot->frame_seq);
    for (uint32_t i = 0; i < snapshot->slot_count && i < SLOTS; i++) {
        if (slots[i].state == REXTRACK_SLOT_EMPTY)
            continue;
        printf("  p%u (%.2f, %.2f)%s", (unsigned)(i + 1), slots[i].x, slots[i].y,
               slots[i].state == REXTRACK_SLOT_HELD ? " held" : "");
    }
    printf("\n");
    fflush(stdout);
}

/* Runs until the file ends or the time is over. */
static int watch(RextrackPipeline *pipeline, double seconds)
{
    int64_t end = rextrack_now_ns() + (int64_t)(seconds * 1e9);
    RextrackSlot slots[SLOTS];
    RextrackSnapshot snapshot = {0};
    snapshot.struct_size = sizeof snapshot;

    while (rextrack_now_ns() < end) {
        RextrackStatus status = rextrack_wait(pipeline, snapshot.seq, 500);
        if (status == REXTRACK_ERR_TIMEOUT)
            continue; /* the model loads, or the camera is lost */
        if (status == REXTRACK_ERR_ENDED)
            return EXIT_SUCCESS;
        if (status != REXTRACK_OK)
            return failed("tracking");
        if (rextrack_poll(pipeline, slots, SLOTS, &snapshot) != REXTRACK_OK)
            return failed("poll");
        print(&snapshot, slots);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 5) {
        fprintf(stderr, "usage: %s ADDRESS [MODEL [MODELS_DIR [SECONDS]]]\n", argv[0]);
        return 2;
    }
    char config[4096] = "";
    append(config, sizeof config, "{\"camera\": {\"stream\": ", 0);
    append(config, sizeof config, argv[1], 1);
    append(config, sizeof config, ", \"every_frame\": false}, \"tracking\": {\"model\": ", 0);
    append(config, sizeof config, argc > 2 ? argv[2] : "yolox_nano", 1);
    append(config, sizeof config, ", \"classes\": [\"person\"]}, \"service\": {\"models_dir\": ", 0);
    append(config, sizeof config, argc > 3 ? argv[3] : "models", 1);
    append(config, sizeof config, "}}", 0);
    double seconds = argc > 4 ? atof(argv[4]) : 1e6;

    RextrackPipeline *pipeline = NULL;
    if (rextrack_create(config, &pipeline) != REXTRACK_OK)
        return failed("create");
    int code = rextrack_start(pipeline) == REXTRACK_OK ? watch(pipeline, seconds)
                                                       : failed("start");
    rextrack_destroy(pipeline);
    return code;
}
