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

/* Once per bar, in order of time. */
void stratc_curve_bar(stratc_curve *curve, int64_t end_ns, int64_t equity);

/* The curve with its last day and its last drawdown counted; `curve` itself may go on. */
stratc_curve stratc_curve_closed(const stratc_curve *curve);

#endif
