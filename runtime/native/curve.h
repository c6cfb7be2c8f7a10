/* One equity curve bar by bar: its daily returns and its drawdown. The strategy's is one, buying and holding another. */
#ifndef STRATC_CURVE_H
#define STRATC_CURVE_H

#include "moments.h"

typedef struct {
    /* given */
    int64_t start_ns, capital;
    int32_t periods;
    double rf;
    /* bars */
    int64_t bars, end_ns, equity;
    /* drawdown: of the peak that stands, and of those before */
    int64_t peak, low, peak_ns, peak_bar, longest_ns, longest_bars;
    double deepest;
    /* the open day's last instant (a bar that ends at midnight belongs to the day it ends); the day before's mark */
    int64_t day_end, mark;
    bool has_mark, broken; /* broken: a return was taken from equity that is not positive */
    /* daily returns */
    stratc_moments returns;
    double downside;
} stratc_curve;

void stratc_curve_begin(stratc_curve *curve, int64_t start_ns, int64_t capital, int32_t periods, double rf);

/* Closes the open day, which ended with the equity of the last bar, and the days without a bar before the next. */
void stratc_curve_turn_day(stratc_curve *curve, int64_t end_ns);

/* The last bar is not below the peak. */
void stratc_curve_end_drawdown(stratc_curve *curve);

/* Once per bar, in order of time. */
static inline void stratc_curve_bar(stratc_curve *curve, int64_t end_ns, int64_t equity) {
    if (end_ns > curve->day_end) stratc_curve_turn_day(curve, end_ns);
    curve->bars++;
    curve->end_ns = end_ns;
    curve->equity = equity;
    if (equity < curve->peak) {
        if (equity < curve->low) curve->low = equity;
        return;
    }
    if (curve->low != curve->peak) stratc_curve_end_drawdown(curve);
    curve->peak = curve->low = equity;
    curve->peak_ns = end_ns;
    curve->peak_bar = curve->bars;
}

/* The curve with its last day and its last drawdown counted; `curve` itself may go on. */
stratc_curve stratc_curve_closed(const stratc_curve *curve);

#endif
