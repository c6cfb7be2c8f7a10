/* The run's equity curve as other engines would judge it: their sampling, their formulas, their conventions.
 * Shown beside our own numbers, never instead of them. docs/statistics.md gives every formula. */
#ifndef STRATC_VIEWS_H
#define STRATC_VIEWS_H

#include "statistics.h"

enum stratc_view_kind {
    STRATC_VIEW_NONE,
    STRATC_VIEW_NAUTILUS,
    STRATC_VIEW_VECTORBT,
    STRATC_VIEW_BACKTESTING,
    STRATC_VIEW_TRADINGVIEW,
    STRATC_VIEW_COUNT
};

typedef struct { /* the curve sampled once per day, per month, or at every bar */
    int64_t key;     /* the open period */
    int64_t mark, first; /* equity at the end of the one before, and of the first */
    bool has_mark, broken;
    stratc_moments returns;
    double negative; /* sum of squared negative returns */
    double below;    /* sum of squared returns below the risk-free rate */
} stratc_samples;

typedef struct {
    enum stratc_view_kind kind;
    int64_t every_ns, capital;
    int64_t bars, weekend_bars, first_equity, equity;
    int64_t peak;
    double deepest;
    stratc_samples fine, coarse; /* coarse: TradingView's months */
} stratc_view;

typedef struct {
    const char *engine; /* NULL: no view was asked for */
    stratc_statistic total_return, annual_return, volatility, sharpe, sortino, max_drawdown, calmar;
} stratc_view_statistics;

/* every_ns: length of a bar. */
void stratc_view_begin(stratc_view *view, enum stratc_view_kind kind, int64_t every_ns, int64_t capital);
void stratc_view_bar(stratc_view *view, int64_t end_ns, int64_t equity);

/* The numbers so far; the view may go on. */
void stratc_view_finish(const stratc_view *view, stratc_view_statistics *out);

/* "nautilus" …; NULL for STRATC_VIEW_NONE. */
const char *stratc_view_name(enum stratc_view_kind kind);

#endif
