/* Statistics of one run, gathered while it goes; docs/statistics.md gives every formula.
 * Money is integer units of the account currency (10^-money_decimals). What is undefined is null, never 0 or
 * infinite. */
#ifndef STRATC_STATISTICS_H
#define STRATC_STATISTICS_H

#include "curve.h"

/* One number with the convention it was computed by. */
typedef struct {
    double value;
    bool known;           /* false: null */
    const char *interval; /* what was counted: "1d", "1mo", "bar", "trade" or "run" */
    double periods;       /* per year; 0: not annualised, null */
    int32_t ddof;         /* -1: no deviation in it, null */
    double rf;            /* annual; NAN: not used, null */
    int64_t n;            /* how many of `interval` went in */
} stratc_statistic;

enum { STRATC_NO_DDOF = -1 };

typedef struct {
    stratc_curve own, hold; /* the strategy; buying once and holding */
    int64_t hold_cash, hold_unit; /* of holding: equity = cash + unit * close; unit 0: nothing was bought */
    int64_t trials;
    int64_t exposed_bars;
    double equity_sum;
    int64_t trades, wins, held_bars;
    double held_ns, gains, losses, traded;
} stratc_tally;

typedef struct { /* what the host's account knows at the end; money units */
    int64_t realised, unrealised, fees;
} stratc_account_end;

typedef struct { /* of one equity curve */
    int64_t final_equity, max_drawdown_ns, max_drawdown_bars;
    stratc_statistic total_return, cagr, volatility, sharpe, sortino, max_drawdown, calmar;
} stratc_curve_statistics;

typedef struct {
    int64_t start_ns, end_ns, bars;
    int64_t capital, realised, unrealised, fees;
    int64_t trades, wins, trials;
    bool held; /* `hold` means something */
    stratc_curve_statistics own, hold;
    stratc_statistic skewness, kurtosis, psr, deflated_sharpe;
    stratc_statistic win_rate, profit_factor, mean_trade, mean_bars_held, mean_held_ns, exposure, turnover, costs;
} stratc_statistics;

/* start_ns: start of the first bar. capital: > 0. periods: 365 for a venue that never closes (days without a bar count,
 * with the equity of the day before), 252 for sessions (only days with a bar count). rf: annual rate, 0.02 for 2 %.
 * trials: how many variants were tried before this one was chosen, itself included. */
void stratc_tally_begin(stratc_tally *tally, int64_t start_ns, int64_t capital, int32_t periods, double rf, int64_t trials);

/* Before the first bar: what holding costs and has. */
void stratc_tally_hold(stratc_tally *tally, int64_t cash, int64_t unit);

/* Once per bar, in order of time: its end, the equity marked at its close, that close, whether a position was held. */
void stratc_tally_bar(stratc_tally *tally, int64_t end_ns, int64_t equity, int64_t close_px, bool in_position);

/* Once per fill: the absolute value of quantity * price. */
void stratc_tally_fill(stratc_tally *tally, int64_t notional);

/* Once per closed trade: profit before fees, its fees, when it was open and over how many bars. */
void stratc_tally_trade(stratc_tally *tally, int64_t pnl, int64_t fees, int64_t entry_ns, int64_t exit_ns,
                        int64_t bars);

/* The numbers so far; the tally may go on. */
void stratc_statistics_finish(const stratc_tally *tally, stratc_account_end account, stratc_statistics *out);

/* A statistic without annual convention; null unless `known` and finite. */
stratc_statistic stratc_plain_statistic(const char *interval, int64_t n, bool known, double value);

#endif
