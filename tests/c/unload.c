/* Loads the library, runs a pipeline and unloads the library, ten times. Not linked to it.
 * Usage: unload LIBRARY JSON. Prints whether the library is loaded at the end. */
#define _GNU_SOURCE
#include <rextrack.h>

#include "check.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const char *json;

static void *function(void *loaded, const char *name) {
    void *address = dlsym(loaded, name);
    CHECK(address != NULL);
    return address;
}

/* Creates a pipeline with a loaded library, runs it until the first frame and destroys it. On a thread of its own:
 * while a thread lives that has called the library, glibc keeps the library loaded. */
static void *use(void *loaded) {
    RextrackStatus (*create)(uint32_t, const char *, RextrackPipeline **);
    RextrackStatus (*start)(RextrackPipeline *);
    RextrackStatus (*wait)(const RextrackPipeline *, uint64_t, uint32_t);
    RextrackStatus (*poll)(const RextrackPipeline *, RextrackSlot *, size_t, size_t,
                           RextrackSnapshot *);
    RextrackStatus (*destroy)(RextrackPipeline *);
    RextrackPipeline *p = NULL;
    RextrackSnapshot snapshot = {.struct_size = sizeof snapshot};
    *(void **)&create = function(loaded, "rextrack_create");
    *(void **)&start = function(loaded, "rextrack_start");
    *(void **)&wait = function(loaded, "rextrack_wait");
    *(void **)&poll = function(loaded, "rextrack_poll");
    *(void **)&destroy = function(loaded, "rextrack_destroy");
    CHECK(create(REXTRACK_ABI_VERSION, json, &p) == REXTRACK_OK);
    CHECK(start(p) == REXTRACK_OK);
    /* The first snapshot may be older than the first frame, and than the use of FFmpeg. */
    while (snapshot.frame_seq == 0) {
        CHECK(wait(p, snapshot.seq, PATIENCE_MS) == REXTRACK_OK);
        CHECK(poll(p, NULL, sizeof(RextrackSlot), 0, &snapshot) == REXTRACK_OK);
    }
    CHECK(destroy(p) == REXTRACK_OK);
    return NULL;
}

int main(int count, char **arguments) {
    int cycle;
    CHECK(count == 3);
    json = arguments[2];
    for (cycle = 0; cycle < 10; cycle++) {
        pthread_t thread;
        void *loaded = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        CHECK(loaded != NULL);
        CHECK(pthread_create(&thread, NULL, use, loaded) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(dlclose(loaded) == 0);
    }
    puts(dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) ? "loaded" : "unloaded");
    return 0;
}
