/* What a host does to its process: fork, exec, a change of the working folder.
 * Usage: process MODE JSON. The exit code is 0 if the mode's rule holds. */
#define _GNU_SOURCE
#include <rextrack.h>

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *json;

static RextrackPipeline *started(void) {
    RextrackPipeline *p = NULL;
    CHECK(rextrack_create(REXTRACK_ABI_VERSION, json, &p) == REXTRACK_OK);
    CHECK(rextrack_start(p) == REXTRACK_OK);
    return p;
}

/* A newer snapshot than the current one arrives. */
static void goes_on(RextrackPipeline *p) {
    RextrackSnapshot snapshot = {0};
    snapshot.struct_size = sizeof snapshot;
    CHECK(rextrack_poll(p, NULL, sizeof(RextrackSlot), 0, &snapshot) == REXTRACK_OK);
    CHECK(rextrack_wait(p, snapshot.seq, PATIENCE_MS) == REXTRACK_OK);
}

static void child_succeeded(pid_t child) {
    int status = -1;
    CHECK(child > 0);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Children that leave the handle alone do not disturb the parent. */
static void fork_while_running(void) {
    RextrackPipeline *p = started();
    pid_t child;
    goes_on(p);
    child = fork();
    if (child == 0) {
        _exit(0);
    }
    child_succeeded(child);
    goes_on(p);
    child = fork();
    if (child == 0) {
        execlp("true", "true", (char *)NULL);
        _exit(1);
    }
    child_succeeded(child);
    goes_on(p);
    CHECK(rextrack_destroy(p) == REXTRACK_OK);
}

/* Both processes may use the library if the first pipeline is created after the fork. */
static void fork_before_create(void) {
    pid_t child = fork();
    RextrackPipeline *p = started();
    goes_on(p);
    CHECK(rextrack_destroy(p) == REXTRACK_OK);
    if (child == 0) {
        _exit(0);
    }
    child_succeeded(child);
}

/* Waits until no snapshot will follow, and returns why. */
static RextrackStatus watch_to_the_end(RextrackPipeline *p) {
    RextrackSnapshot snapshot = {0};
    RextrackStatus status;
    snapshot.struct_size = sizeof snapshot;
    while ((status = rextrack_wait(p, snapshot.seq, PATIENCE_MS)) == REXTRACK_OK)
        CHECK(rextrack_poll(p, NULL, 0, 0, &snapshot) == REXTRACK_OK);
    return status;
}

/* Relative paths of the configuration are those of the folder of rextrack_create. */
static void change_folder(void) {
    RextrackPipeline *p = NULL;
    CHECK(rextrack_create(REXTRACK_ABI_VERSION, json, &p) == REXTRACK_OK);
    CHECK(chdir("/") == 0);
    CHECK(rextrack_start(p) == REXTRACK_OK);
    CHECK(watch_to_the_end(p) == REXTRACK_ERR_ENDED);
    CHECK(rextrack_destroy(p) == REXTRACK_OK);
}

int main(int count, char **arguments) {
    const char *mode = count > 2 ? arguments[1] : "";
    json = arguments[2];
    if (strcmp(mode, "fork_while_running") == 0) {
        fork_while_running();
    } else if (strcmp(mode, "fork_before_create") == 0) {
        fork_before_create();
    } else if (strcmp(mode, "change_folder") == 0) {
        change_folder();
    } else {
        fputs("usage: process MODE JSON\n", stderr);
        return 2;
    }
    return 0;
}
