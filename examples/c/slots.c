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

#include "rextrack.h"

#define SLOTS 10

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

int main(int argc, char **argv)
{
    char config[4096], stream[1024], model[1024], models[1024], problem[1024];
    RextrackPipeline *pipeline = NULL;
    RextrackSlot slots[SLOTS];
    RextrackSnapshot snapshot = {.struct_size = sizeof snapshot};
    if (argc < 2 || argc > 5) {
        fprintf(stderr, "usage: %s ADDRESS [MODEL [MODELS_DIR [SECONDS]]]\n", argv[0]);
        return 2;
    }
    snprintf(config, sizeof config,
             "{\"camera\": {\"stream\": \"%s\", \"every_frame\": false}, \"tracking\": {\"model\":"
             " \"%s\", \"classes\": [\"person\"]}, \"service\": {\"models_dir\": \"%s\"}}",
             escape(stream, argv[1]), escape(model, argc > 2 ? argv[2] : "yolox_nano"),
             escape(models, argc > 3 ? argv[3] : "models"));
    int64_t end = rextrack_now_ns() + (int64_t)((argc > 4 ? atof(argv[4]) : 1e6) * 1e9);
    RextrackStatus status = rextrack_create(REXTRACK_ABI_VERSION, config, &pipeline);
    if (status == REXTRACK_OK)
        status = rextrack_start(pipeline);
    /* A timeout: the model loads, or the camera is lost. */
    while ((status == REXTRACK_OK || status == REXTRACK_ERR_TIMEOUT) && rextrack_now_ns() < end) {
        status = rextrack_wait(pipeline, snapshot.seq, 500);
        if (status != REXTRACK_OK)
            continue;
        status = rextrack_poll(pipeline, slots, sizeof slots[0], SLOTS, &snapshot);
        printf("frame %llu", (unsigned long long)snapshot.frame_seq);
        for (uint32_t i = 0; i < snapshot.slot_count && i < SLOTS; i++)
            if (slots[i].state != REXTRACK_SLOT_EMPTY)
                printf("  p%u (%.2f, %.2f)%s", (unsigned)(i + 1), slots[i].x, slots[i].y,
                       slots[i].state == REXTRACK_SLOT_HELD ? " held" : "");
        printf("\n");
        fflush(stdout);
    }
    rextrack_destroy(pipeline);
    if (status == REXTRACK_OK || status == REXTRACK_ERR_TIMEOUT || status == REXTRACK_ERR_ENDED)
        return EXIT_SUCCESS;
    rextrack_last_error(problem, sizeof problem);
    fprintf(stderr, "slots: %s\n", problem);
    return EXIT_FAILURE;
}
