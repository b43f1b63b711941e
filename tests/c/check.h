/* Ends the program with its line if a condition does not hold. For programs in which a
 * child of a fork may fail too: no clean-up of the parent runs in it. */
#ifndef REXTRACK_TESTS_CHECK_H
#define REXTRACK_TESTS_CHECK_H

#include <stdio.h>
#include <unistd.h>

/* Long enough for a busy machine. */
#define PATIENCE_MS 30000

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);            \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

#endif
