/* Statistics of one run, gathered while it goes; docs/statistics.md gives every formula.
 * Money is integer units of the account currency (10^-money_decimals). What is undefined is null, never 0 or
 * infinite. */
#ifndef STRATC_STATISTICS_H
#define STRATC_STATISTICS_H

#include "json.h"

/* One number with the convention it was computed by. */
typedef struct {
    double value;
    bool known;           /* false: null */
    const char *interval; /* what was counted: "1d", "bar", "trade" or "run" */
    int32_t periods;      /* per year; 0: not annualised, null */
    int32_t ddof;         /* -1: no deviation in it, null */
    double rf;            /* annual; NAN: not used, null */
    int64_t n;            /* how many of `interval` went in */
} stratc_statistic;

typedef struct {
    /* given */
    int64_t start_ns, capital;
    int32_t periods;
    double rf;
    /* bars */
    int64_t bars, exposed_bars, end_ns, equity;
    double equity_sum;
    /* drawdown */
    int64_t peak, peak_ns, longest_ns;
    double deepest;
    bool below_peak;
    /* daily marks: the day that is open and the mark of the day before */
    int64_t day, mark;
    bool has_mark, broken; /* broken: a return was taken from equity that is not positive */
    /* daily returns */
    int64_t returns;
    double mean, squares, downside;
    /* trades */
    int64_t trades, wins, held_bars;
    double held_ns, gains, losses, traded;
} stratc_tally;

typedef struct { /* what the host's account knows at the end; money units */
    int64_t realised, unrealised, fees;
} stratc_account_end;

typedef struct {
    int64_t start_ns, end_ns, bars;
    int64_t capital, final_equity, realised, unrealised, fees;
    int64_t trades, wins, max_drawdown_ns;
    stratc_statistic total_return, cagr, volatility, sharpe, sortino, max_drawdown, calmar;
    stratc_statistic win_rate, profit_factor, mean_trade, mean_bars_held, mean_held_ns, exposure, turnover;
} stratc_statistics;

/* start_ns: start of the first bar. capital: > 0. periods: 365 for a venue that never closes (days without a bar count,
 * with the equity of the day before), 252 for sessions (only days with a bar count). rf: annual rate, 0.02 for 2 %. */
void stratc_tally_begin(stratc_tally *tally, int64_t start_ns, int64_t capital, int32_t periods, double rf);

/* Once per bar, in order of time: its end, the equity marked at its close, whether a position was held. */
void stratc_tally_bar(stratc_tally *tally, int64_t end_ns, int64_t equity, bool in_position);

/* Once per fill: the absolute value of quantity * price. */
void stratc_tally_fill(stratc_tally *tally, int64_t notional);

/* Once per closed trade: profit before fees, its fees, when it was open and over how many bars. */
void stratc_tally_trade(stratc_tally *tally, int64_t pnl, int64_t fees, int64_t entry_ns, int64_t exit_ns,
                        int64_t bars);

/* The numbers so far; the tally may go on. */
void stratc_statistics_finish(const stratc_tally *tally, stratc_account_end account, stratc_statistics *out);

/* One JSON object; the caller has written the key, if any. */
void stratc_statistics_json(stratc_json *json, const stratc_statistics *statistics, int32_t money_decimals);

#endif
