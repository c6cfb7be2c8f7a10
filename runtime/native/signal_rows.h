/* The values of an `extern signal`, materialised by `stratc signals` (docs/signals.md): a time and a value each, ascending, used where they
 * lie in the file. */
#ifndef STRATC_SIGNAL_ROWS_H
#define STRATC_SIGNAL_ROWS_H

#include "kernel.h"
#include "mapped.h"

typedef struct {
    int64_t time; /* ns UTC: when it is known */
    double value; /* bool: 0 or 1 */
} stratc_signal_row;

typedef struct {
    stratc_mapped file;
    const stratc_signal_row *rows; /* NULL: the feed is no signal */
    size_t count;
    uint8_t hash[32]; /* of node, parameters and data that the values come from */
} stratc_signal_rows;

/* Reads and checks a whole file against the feed's declared type. False: `error` says why. */
bool stratc_signal_rows_read(stratc_signal_rows *rows, const char *path, const stratc_feed *feed, stratc_error *error);
void stratc_signal_rows_free(stratc_signal_rows *rows);

/* The first row later than `time`. */
size_t stratc_signal_rows_after(const stratc_signal_rows *rows, int64_t time);

/* A row as the record that the kernel sees. */
stratc_bar stratc_signal_record(const stratc_signal_row *row, uint32_t feed);

#endif
