/* Days and peaks are counted where they turn, so that a bar costs two comparisons. */
#include "curve.h"

static const int64_t DAY_NS = INT64_C(86400000000000);

enum { ALL_DAYS = 365 };

void stratc_curve_begin(stratc_curve *curve, int64_t start_ns, int64_t capital, int32_t periods, double rf) {
    *curve = (stratc_curve){.start_ns = start_ns, .capital = capital, .periods = periods, .rf = rf};
    curve->end_ns = curve->peak_ns = start_ns;
    curve->equity = curve->peak = curve->low = capital;
    curve->day_end = INT64_MIN;
}

/* The last instant of the UTC day in which a bar ends. */
static int64_t day_end(int64_t end_ns) {
    int64_t past = end_ns % DAY_NS;
    if (past <= 0) past += DAY_NS;
    return end_ns - past > INT64_MAX - DAY_NS ? INT64_MAX : end_ns - past + DAY_NS;
}

static void add_mark(stratc_curve *curve, int64_t mark) {
    if (curve->has_mark && curve->mark <= 0) curve->broken = true;
    if (curve->has_mark && curve->mark > 0) {
        double value = ((double)mark - (double)curve->mark) / (double)curve->mark;
        double excess = value - curve->rf / curve->periods;
        stratc_moments_add(&curve->returns, value);
        if (excess < 0) curve->downside += excess * excess;
    }
    curve->mark = mark;
    curve->has_mark = true;
}

void stratc_curve_turn_day(stratc_curve *curve, int64_t end_ns) {
    int64_t next = day_end(end_ns);
    if (curve->bars > 0) add_mark(curve, curve->equity);
    if (curve->bars > 0 && curve->periods == ALL_DAYS)
        for (int64_t gap = (next - curve->day_end) / DAY_NS; gap > 1; gap--) add_mark(curve, curve->equity);
    curve->day_end = next;
}

/* The drawdown below the peak is over, or the run is. */
static void count_drawdown(stratc_curve *curve, int64_t end_ns, int64_t bars) {
    if (curve->low == curve->peak) return;
    double depth = ((double)curve->peak - (double)curve->low) / (double)curve->peak;
    int64_t length = end_ns - curve->peak_ns, count = bars - curve->peak_bar;
    if (depth > curve->deepest) curve->deepest = depth;
    if (length > curve->longest_ns) curve->longest_ns = length;
    if (count > curve->longest_bars) curve->longest_bars = count;
}

void stratc_curve_end_drawdown(stratc_curve *curve) { count_drawdown(curve, curve->end_ns, curve->bars); }

stratc_curve stratc_curve_closed(const stratc_curve *curve) {
    stratc_curve closed = *curve;
    count_drawdown(&closed, closed.end_ns, closed.bars);
    if (closed.bars > 0) add_mark(&closed, closed.equity);
    return closed;
}
