/* Checked writing of result files: a file appears under its name only when every byte of it was written.
 * The first failure sticks: later writes return false at once and `commit` reports it. */
#ifndef STRATC_OUTPUT_H
#define STRATC_OUTPUT_H

#include "base.h"

typedef struct {
    int descriptor;          /* -1: not open */
    char *path;              /* where the result will be; links followed */
    char *temporary;         /* PATH.tmp until commit; NULL when written in place */
    unsigned char *buffer;
    size_t used;             /* bytes waiting in the buffer */
    uint64_t size;           /* bytes given so far: the offset of the next one */
    uint64_t flushed;        /* of them, those that have left the buffer */
    uint64_t known;          /* bytes that the file had already: what is given must be these again */
    bool checks_only;        /* and nothing more */
    bool differs;            /* it is not: `failure` tells it too */
    uint64_t differs_at;     /* offset of the first byte that is another, or missing on either side */
    int64_t there, given;    /* the eight bytes around it, aligned, in the file and as given; 0 where there are none */
    stratc_error failure;    /* code 0: none */
} stratc_output_file;

/* Begins PATH.tmp, which commit renames to PATH. A pipe or device is written in place, never renamed over. */
bool stratc_output_open(stratc_output_file *file, const char *path, stratc_error *error);

/* Begins PATH itself, emptied: for logs, whose parts are evidence even when the run breaks off. */
bool stratc_output_open_in_place(stratc_output_file *file, const char *path, stratc_error *error);

/* Goes on with PATH, which a broken run left: what it holds is compared with what is given, then the rest is written behind it. */
bool stratc_output_resume(stratc_output_file *file, const char *path, stratc_error *error);

/* Compares what is given with PATH and changes nothing. */
bool stratc_output_compare(stratc_output_file *file, const char *path, stratc_error *error);

/* Hands over what waits in the buffer. */
bool stratc_output_flush(stratc_output_file *file);

bool stratc_output_write(stratc_output_file *file, const void *data, size_t size);

/* Writes what is buffered, closes, renames, all checked. After false no PATH.tmp is left and PATH is as it was. */
bool stratc_output_commit(stratc_output_file *file, stratc_error *error);

/* Closes and removes PATH.tmp; a file written in place gets what is buffered, and stays. May follow anything. */
void stratc_output_abandon(stratc_output_file *file);

#endif
