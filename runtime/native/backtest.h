/* The command `backtest`: reads the bars, runs the program, writes the run folder, prints the results. */
#ifndef STRATC_BACKTEST_H
#define STRATC_BACKTEST_H

#include <signal.h>

#include "options.h"

bool stratc_backtest(const stratc_program *program, const stratc_options *options, const volatile sig_atomic_t *stop,
                     stratc_error *error);

#endif
