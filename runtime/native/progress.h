/* A line on stderr that shows how far a long run is; only where stderr is a terminal, only after half a second.
 * Reads the clock, which no result depends on. */
#ifndef STRATC_PROGRESS_H
#define STRATC_PROGRESS_H

#include "base.h"

typedef struct {
    bool wanted, shown;
    size_t total;
    double began, last; /* seconds */
} stratc_progress;

/* total: steps of the whole run. */
void stratc_progress_begin(stratc_progress *progress, size_t total);

/* Called every few thousand steps. */
void stratc_progress_update(stratc_progress *progress, size_t done);

/* Erases the line. */
void stratc_progress_end(stratc_progress *progress);

#endif
