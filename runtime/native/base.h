/* Words every native file shares: exit codes, the error record, decimal scales.
 * No file below this one prints or exits: it fills a stratc_error and returns false. */
#ifndef STRATC_BASE_H
#define STRATC_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRATC_NEVER INT64_MAX /* a deadline that is not armed */

/* One table of exit codes for compiler and binary; docs/cli.md prints it. */
enum stratc_exit {
    STRATC_EXIT_OK = 0,
    STRATC_EXIT_PROGRAM = 1,    /* the strategy text has errors (compiler only) */
    STRATC_EXIT_USAGE = 2,      /* unknown option, missing argument, parameter out of range */
    STRATC_EXIT_INPUT = 3,      /* a file can't be read: missing, truncated, not the format it claims */
    STRATC_EXIT_DATA = 4,       /* a file was read but its rows break the schema */
    STRATC_EXIT_OUTPUT = 5,     /* a result can't be written: permission, disk full, size limit */
    STRATC_EXIT_TOOLCHAIN = 6,  /* no C compiler, or it failed (compiler only) */
    STRATC_EXIT_DIFFERS = 7,    /* a replay is not what its run was */
    STRATC_EXIT_INTERNAL = 70,  /* a promise of ours is broken: please report */
    STRATC_EXIT_INTERRUPT = 130 /* SIGINT or SIGTERM */
};

/* Why something failed. message: one sentence, says where and what; help: how to mend it (may be empty). */
typedef struct {
    int code; /* enum stratc_exit */
    char message[1024];
    char help[512];
} stratc_error;

/* Fills `error` as printf does; always returns false, so `return stratc_fail(...)` reads well. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bool stratc_fail(stratc_error *error, int code, const char *format, ...);

/* Adds the help text to an error already filled. Returns false. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool stratc_help(stratc_error *error, const char *format, ...);

/* A decimal step such as 0.01 or 0.25: numerator / 10^decimals, in lowest decimals. value = n * step. */
typedef struct {
    int64_t numerator; /* > 0 */
    int32_t decimals;  /* 0 .. 18 */
} stratc_scale;

/* 10^0 .. 10^18: all exact as doubles, so one division is correctly rounded. */
extern const double STRATC_POWERS_OF_TEN[19];

/* count * scale as the correctly rounded double (exact when count * numerator < 2^53). */
static inline double stratc_scaled(int64_t count, stratc_scale scale) {
    return (double)(count * scale.numerator) / STRATC_POWERS_OF_TEN[scale.decimals];
}

#endif
