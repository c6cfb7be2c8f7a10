/* The progress line. */
#define _XOPEN_SOURCE 700
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void stratc_progress_begin(stratc_progress *progress, size_t total) {
    *progress = (stratc_progress){.wanted = isatty(STDERR_FILENO) == 1, .total = total};
    if (progress->wanted) progress->began = progress->last = seconds();
}

void stratc_progress_update(stratc_progress *progress, size_t done) {
    if (!progress->wanted) return;
    double now = seconds();
    if (now - progress->began < 0.5 || now - progress->last < 0.1) return;
    progress->last = now;
    progress->shown = true;
    fprintf(stderr, "\r%3d %%  %zu of %zu bars", (int)(100.0 * (double)done / (double)progress->total), done, progress->total);
    fflush(stderr);
}

void stratc_progress_end(stratc_progress *progress) {
    if (progress->shown) fputs("\r\033[K", stderr);
    progress->shown = false;
}
