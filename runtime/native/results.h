/* Everything a run leaves: fills, trades, equity, signals, both logs and the numbers of the summary.
 * Without a run folder only what the summary needs is kept. Host functions return false with the error filled. */
#ifndef STRATC_RESULTS_H
#define STRATC_RESULTS_H

#include "arrow_writer.h"
#include "hold.h"
#include "log.h"
#include "options.h"
#include "order_path.h"
#include "restart.h"
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

/* Six columns of the account, then position and close of each instrument. */
enum { STRATC_EQUITY_COLUMNS = 6 + 2 * STRATC_MOST_INSTRUMENTS, STRATC_COLUMN_NAME = 80 };

/* The run folder's files that grow bar by bar. */
typedef struct {
    stratc_log strategy_log, order_log;
    stratc_journal journal;
    stratc_arrow_writer equity, signals;
    stratc_kept equity_now, realised, unrealised, fees; /* as last written to `equity` */
    stratc_kept positions[STRATC_MOST_INSTRUMENTS], closes[STRATC_MOST_INSTRUMENTS];
    stratc_arrow_column equity_columns[STRATC_EQUITY_COLUMNS];
    char names[2 * STRATC_MOST_INSTRUMENTS][STRATC_COLUMN_NAME]; /* of the columns of several instruments */
    stratc_value row[STRATC_EQUITY_COLUMNS];
    double drawdown;                                              /* of equity_now below `peak` */
    int64_t peak;
    stratc_arrow_column *signal_columns;
    double *values; /* one per signal */
    uint8_t *known;
    bool strategy_open, order_open, equity_open, signals_open, journal_open;
} stratc_run_files;

typedef struct {
    const stratc_program *program;
    const stratc_options *options;
    stratc_error *error;
    stratc_restart *restart; /* of a run that goes on: what snapshot and journal gave, until the run has caught up with it */
    int64_t snapshot_due;
    int snapshot_turn;
    stratc_trades trades;
    int64_t dust[STRATC_MOST_INSTRUMENTS]; /* base units of fees that have not made a lot yet, by instrument */
    stratc_tally tally;
    stratc_run_files files;
    bool in_folder;
    enum stratc_log_mode log_mode;
    uint64_t bars; /* of the run, closed so far */
    uint64_t denials[STRATC_WHY_COUNT], how[STRATC_FILL_HOW_COUNT];
    int64_t start, end; /* ns: first start, last end */
    int64_t peak;       /* highest equity in money units */
    int64_t marks[STRATC_MOST_INSTRUMENTS]; /* price units */
    stratc_holding holdings[STRATC_MOST_INSTRUMENTS]; /* at the end */
    stratc_order *open_orders; /* that no cancel took back */
    uint32_t open_order_count;
    stratc_simulated simulated;
    stratc_statistics statistics;
    stratc_hold hold;
    stratc_view view;
    stratc_view_statistics view_statistics; /* engine NULL: none was asked for */
} stratc_results;

/* Prepares the run folder, if one is asked for, and its files. */
bool stratc_results_open(stratc_results *results, const stratc_program *program, const stratc_options *options, const uint8_t data[32],
                         stratc_error *error);

/* For a replay: nothing but the logs of a run, which are compared. */
bool stratc_results_compare(stratc_results *results, const stratc_program *program, const stratc_options *options, stratc_error *error);

/* An entry for the journal. */
bool stratc_results_entry(stratc_results *results, const stratc_journal_entry *entry);

/* Nothing waits in the world with this context: a snapshot, where one is due; a run that goes on has caught up. */
bool stratc_results_rest(stratc_results *results, void *context);

/* The machine starts: `start` is where equity and statistics begin. */
bool stratc_results_start(stratc_results *results, int64_t start);

/* Strategy records, all of one instant. */
bool stratc_results_records(stratc_results *results, const stratc_output *output);

/* Without a run folder only fills and denials matter. */
bool stratc_results_take(stratc_results *results, const stratc_told *told);

/* The bars of a moment have closed; first: that of the first instrument, or NULL. */
bool stratc_results_bar(stratc_results *results, int64_t now, const stratc_bar *first, const void *context);

/* Before the end: the orders of an instrument that are still open. */
bool stratc_results_open_orders(stratc_results *results, const stratc_order_path *orders);

/* After CONTROL stop: what is open stays so, marked at the last close. */
bool stratc_results_end(stratc_results *results, const void *context);

/* RISK, MIN_QTY and so on: why a command was denied. */
const char *stratc_why_name(int why);

/* Completes journal and logs. */
bool stratc_results_finish_logs(stratc_results *results);

/* Completes every file but summary.json. */
bool stratc_results_finish(stratc_results *results);

/* Frees everything; of an unfinished run only the logs stay. May follow anything. */
void stratc_results_close(stratc_results *results);

#endif
