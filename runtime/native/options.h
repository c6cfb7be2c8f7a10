/* The command line of a strategy's binary: everything a run depends on, parsed exactly and checked.
 * Any mistake is a usage error that says what was expected. */
#ifndef STRATC_OPTIONS_H
#define STRATC_OPTIONS_H

#include "bar_sets.h"
#include "kernel.h"
#include "views.h"
#include "simulation.h"

enum stratc_command { STRATC_COMMAND_HELP, STRATC_COMMAND_VERSION, STRATC_COMMAND_MANIFEST, STRATC_COMMAND_BACKTEST,
                      STRATC_COMMAND_RESUME, STRATC_COMMAND_REPLAY };

typedef struct {
    enum stratc_command command;
    const char *data[STRATC_MOST_FEEDS]; /* path of the bars of each feed; NULL for those that are resampled */
    const char *out;      /* run folder, or NULL */
    stratc_value *params; /* one per parameter of the program */
    int64_t capital;      /* money units */
    int64_t from, to;     /* bars that start in [from, to) */
    int64_t warmup;       /* bars before `from` that only signals see */
    double rf;            /* annual risk-free rate of the statistics */
    int64_t trials;       /* variants tried before this one was chosen, itself included */
    enum stratc_view_kind view;
    bool has_from, has_to;
    bool repair, json, dump_signals, no_hash;
    bool journal, resume; /* a run keeps a journal; it goes on where a broken one stopped */
    int64_t snapshot;     /* ns of the run between snapshots */
    int count;            /* the command line as it came */
    char **arguments;
    stratc_simulation simulation;
} stratc_options;

bool stratc_options_parse(int count, char **arguments, const stratc_program *program, stratc_options *options,
                          stratc_error *error);
void stratc_options_free(stratc_options *options);

#endif
