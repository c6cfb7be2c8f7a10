/* strategies/ema_cross.strat as one hand-written loop: the yardstick of tests/bench. */
#include "loop.h"

enum { FAST = 24, SLOW = 72, FEE = 10 };
static const double BUDGET = 10000.0;

static bool backtest(run *r, const bars *b) {
    const double fast_a = 2.0 / (FAST + 1), slow_a = 2.0 / (SLOW + 1);
    double fast = b->close[0], slow = fast;
    int64_t wish = 0;
    for (size_t i = 0; i < r->bars; i++) {
        if (!good(b, i)) return false;
        if (wish != 0 && !trade(r, b->start[i], ticks(b->open[i]), wish, FEE)) return false;
        double close = b->close[i], fast_before = fast, slow_before = slow;
        fast += fast_a * (close - fast);
        slow += slow_a * (close - slow);
        wish = 0;
        if (r->lots == 0 && fast > slow && fast_before <= slow_before && i > 0) wish = lots_for(BUDGET, close);
        if (r->lots != 0 && fast < slow && fast_before >= slow_before) wish = -r->lots;
        if (!mark(r, b, i)) return false;
    }
    return true;
}
