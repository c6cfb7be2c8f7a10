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
    stratc_error failure;    /* code 0: none */
} stratc_output_file;

/* Begins PATH.tmp, which commit renames to PATH. A pipe or device is written in place, never renamed over. */
bool stratc_output_open(stratc_output_file *file, const char *path, stratc_error *error);

/* Begins PATH itself, emptied: for logs, whose parts are evidence even when the run breaks off. */
bool stratc_output_open_in_place(stratc_output_file *file, const char *path, stratc_error *error);

bool stratc_output_write(stratc_output_file *file, const void *data, size_t size);

/* Writes what is buffered, closes, renames, all checked. After false no PATH.tmp is left and PATH is as it was. */
bool stratc_output_commit(stratc_output_file *file, stratc_error *error);

/* Closes and removes PATH.tmp; a file written in place gets what is buffered, and stays. May follow anything. */
void stratc_output_abandon(stratc_output_file *file);

#endif
