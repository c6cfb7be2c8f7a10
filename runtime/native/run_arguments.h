/* The command line of a run as a file in its folder, so that `resume` and `replay` can do the same again: the path of the program, then
 * `backtest` and an argument a line. Paths are absolute. */
#ifndef STRATC_RUN_ARGUMENTS_H
#define STRATC_RUN_ARGUMENTS_H

#include "options.h"

/* As given to `backtest`; data: the options' paths. */
bool stratc_run_arguments_save(const stratc_options *options, const stratc_program *program, stratc_error *error);

typedef struct {
    char *text;
    char **items; /* as main has them, with --out FOLDER */
    int count;
} stratc_run_arguments;

bool stratc_run_arguments_load(stratc_run_arguments *arguments, const char *folder, stratc_error *error);
void stratc_run_arguments_free(stratc_run_arguments *arguments);

#endif
