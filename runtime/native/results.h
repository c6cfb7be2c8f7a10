/* Everything a run leaves: fills, trades, equity, signals, both logs and the numbers of the summary.
 * Without a run folder only what the summary needs is kept. Host functions return false with the error filled. */
#ifndef STRATC_RESULTS_H
#define STRATC_RESULTS_H

#include "arrow_writer.h"
#include "hold.h"
#include "log.h"
#include "options.h"
#include "order_path.h"
#include "told.h"
#include "trades.h"
#include "views.h"

/* What the simulation had to assume in this run. */
typedef struct {
    uint64_t ambiguous; /* bars whose end depends on the order of the extremes */
    stratc_match_counts counts;
    bool has_bounds;
    int64_t adverse, favourable; /* final equity under both paths */
} stratc_simulated;

typedef struct {
    int64_t count;
    double value;
} stratc_kept;

/* The run folder's files that grow bar by bar. */
typedef struct {
    stratc_log strategy_log, order_log;
    stratc_arrow_writer equity, signals;
    stratc_kept equity_now, realised, unrealised, fees, position; /* as last written to `equity` */
    double drawdown;                                              /* of equity_now below `peak` */
    int64_t peak;
    stratc_arrow_column *signal_columns;
    double *values; /* one per signal */
    uint8_t *known;
    bool strategy_open, order_open, equity_open, signals_open;
} stratc_run_files;

typedef struct {
    const stratc_program *program;
    const stratc_options *options;
    stratc_error *error;
    stratc_trades trades;
    stratc_tally tally;
    stratc_run_files files;
    bool in_folder;
    uint64_t bars; /* of the run, closed so far */
    uint64_t denials[STRATC_WHY_COUNT], how[STRATC_FILL_HOW_COUNT];
    int64_t start, end; /* ns: first start, last end */
    int64_t mark, peak; /* price units; highest equity in money units */
    stratc_account account; /* at the end */
    stratc_order *open_orders; /* that no cancel took back */
    uint32_t open_order_count;
    stratc_simulated simulated;
    stratc_statistics statistics;
    stratc_hold hold;
    stratc_view view;
    stratc_view_statistics view_statistics; /* engine NULL: none was asked for */
} stratc_results;

/* Prepares the run folder, if one is asked for, and its files. */
bool stratc_results_open(stratc_results *results, const stratc_program *program, const stratc_options *options,
                         stratc_error *error);

/* The machine starts: `start` is where equity and statistics begin. */
bool stratc_results_start(stratc_results *results, int64_t start);

/* Strategy records, all of one instant. */
bool stratc_results_records(stratc_results *results, const stratc_output *output);

/* Without a run folder only fills and denials matter. */
bool stratc_results_take(stratc_results *results, const stratc_told *told);

bool stratc_results_bar(stratc_results *results, int64_t now, const stratc_bar *bar, const void *context);

/* After CONTROL stop: what is open stays so, marked at the last close. */
bool stratc_results_end(stratc_results *results, const void *context, const stratc_order_path *orders);

/* RISK, MIN_QTY and so on: why a command was denied. */
const char *stratc_why_name(int why);

/* Completes every file but summary.json. */
bool stratc_results_finish(stratc_results *results);

/* Frees everything; of an unfinished run only the logs stay. May follow anything. */
void stratc_results_close(stratc_results *results);

#endif
