/* Runs a program over bars: builds the one ordered input log, calls step once per input, carries frames between the
 * strategy, the order path and the simulated venue. Reads no clock and no file; the same arguments give the same calls. */
#ifndef STRATC_HOST_H
#define STRATC_HOST_H

#include <signal.h>

#include "bars.h"
#include "options.h"
#include "progress.h"
#include "results.h"

/* Rows [first, begin) warm the signals up, rows [begin, end) are the run. */
typedef struct {
    size_t first, begin, end;
} stratc_period;

/* `stop`: becomes non-zero when the run shall break off (then the error is STRATC_EXIT_INTERRUPT). */
bool stratc_host_run(const stratc_program *program, const stratc_options *options, const stratc_bars *bars,
                     stratc_period period, stratc_results *results, const volatile sig_atomic_t *stop, stratc_error *error);

#endif
