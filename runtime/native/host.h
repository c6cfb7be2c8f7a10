/* Runs a program over bars: builds the one ordered input log, calls step once per input, carries frames between the
 * strategy, the order path and the simulated venue. Reads no clock and no file; the same arguments give the same calls. */
#ifndef STRATC_HOST_H
#define STRATC_HOST_H

#include <signal.h>

#include "data.h"
#include "options.h"
#include "progress.h"
#include "results.h"

/* `stop`: becomes non-zero when the run shall break off (then the error is STRATC_EXIT_INTERRUPT). */
bool stratc_host_run(const stratc_program *program, const stratc_options *options, const stratc_data *data,
                     stratc_results *results, const volatile sig_atomic_t *stop, stratc_error *error);

#endif
