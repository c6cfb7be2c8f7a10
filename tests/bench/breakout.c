/* strategies/breakout.strat as one hand-written loop: the yardstick of tests/bench.
 *
 * At any time two levels wait, one above and one below the price: the two stop entries, or target and stop of a position. A bar that
 * meets neither changes nothing; any other is walked along both of its lines, and the worse is taken. What can't happen on the data
 * of the benchmark is not worked out but ends the loop: a stop that is reached exactly at the end of a bar, too little volume. */
#include "loop.h"

#ifndef N
enum { N = 24 };
#define WIDTHS 2.0
#endif

enum { MAKER_FEE = 2, TAKER_FEE = 5 };
static const double BUDGET = 500.0, SNAP = 1e-6, SHARE_OF_VOLUME = 0.1;

typedef struct {
    int64_t time[4], px[4];
} line;

typedef struct {
    enum { IDLE, WAITING, HOLDING } state;
    int64_t above, below; /* ticks */
    int64_t size;         /* lots of an entry */
} book;

/* What a bar leaves when it is walked along one line. */
typedef struct {
    book book;
    fill fill[2]; /* at most in and out again; fee: bps */
    int fills;
    int64_t cash, lots;
    bool failed;
} outcome;

static line line_of(const bars *b, size_t i, bool low_first) {
    int64_t start = b->start[i], third = HOUR / 3, high = ticks(b->high[i]), low = ticks(b->low[i]);
    return (line){{start, start + third, start + HOUR - third, start + HOUR},
                  {ticks(b->open[i]), low_first ? low : high, low_first ? high : low, ticks(b->close[i])}};
}

static inline bool is_at(int64_t px, int64_t level, bool rising) { return rising ? px >= level : px <= level; }

/* Where segment s reaches the level, rounded up to the nanosecond. */
static int64_t crossing(const line *l, int s, int64_t level) {
    __extension__ typedef __int128 exact;
    exact way = llabs(level - l->px[s]), whole = llabs(l->px[s + 1] - l->px[s]);
    return l->time[s] + (int64_t)((way * (l->time[s + 1] - l->time[s]) + whole - 1) / whole);
}

/* The first time from `from` on, where the price is on the near side or it is the open. INT64_MAX: never. */
static int64_t reach(const line *l, int64_t from, int64_t level, bool rising) {
    if (from == l->time[0] && is_at(l->px[0], level, rising)) return from;
    for (int s = 0; s < 3; s++)
        if (l->time[s + 1] >= from && is_at(l->px[s + 1], level, rising)) return crossing(l, s, level);
    return INT64_MAX;
}

static int64_t rounded(double price, bool up) {
    double exact = price * TICKS, down = floor(exact), above = exact - down;
    if (above <= SNAP) return (int64_t)down;
    return (int64_t)down + (up || above >= 1.0 - SNAP);
}

static void take(outcome *o, int64_t time, int64_t price, int64_t lots, int64_t bps) {
    int64_t value = price * lots * MONEY_PER_UNIT;
    o->fill[o->fills++] = (fill){time, price, lots, bps};
    o->cash -= value + fee_of(value, bps);
    o->lots += lots;
}

static void enter(outcome *o, int64_t time, int64_t price, int64_t lots, double range) {
    double paid = (double)price / TICKS;
    take(o, time, price, lots, TAKER_FEE);
    o->book = (book){HOLDING, rounded(paid + WIDTHS * range, true), rounded(paid - WIDTHS * range, false), 0};
}

/* A target rests and must be passed by a tick; whatever a bar opens beyond gets the open. */
static void walk(outcome *o, const line *l, double range) {
    int64_t from = l->time[0];
    while (o->book.state != IDLE && o->fills < 2 && !o->failed) {
        bool holding = o->book.state == HOLDING;
        int64_t up = reach(l, from, o->book.above + (holding && o->lots > 0), true);
        int64_t down = reach(l, from, o->book.below - (holding && o->lots < 0), false);
        if (up == down) return; /* neither */
        bool rises = up < down, target = holding && rises == (o->lots > 0);
        int64_t time = rises ? up : down, price = rises ? o->book.above : o->book.below;
        if (time == l->time[0]) price = l->px[0];
        o->failed = time == l->time[3] && !target;
        if (holding) {
            take(o, time, price, -o->lots, target ? MAKER_FEE : TAKER_FEE);
            o->book.state = IDLE;
        } else {
            enter(o, time, price, rises ? o->book.size : -o->book.size, range);
        }
        from = time;
    }
}

static bool meet(run *r, book *waiting, const bars *b, size_t i, double range) {
    outcome low = {.book = *waiting, .cash = r->cash, .lots = r->lots}, high = low;
    line low_first = line_of(b, i, true), high_first = line_of(b, i, false);
    walk(&low, &low_first, range);
    walk(&high, &high_first, range);
    int64_t unit = ticks(b->close[i]) * MONEY_PER_UNIT;
    const outcome *worse = low.cash + low.lots * unit <= high.cash + high.lots * unit ? &low : &high;
    for (int k = 0; k < worse->fills; k++) {
        const fill *f = &worse->fill[k];
        if ((double)llabs(f->lots) > b->volume[i] * LOTS * SHARE_OF_VOLUME - 1.0) return false;
        if (!trade(r, f->time, f->price, f->lots, f->fee)) return false;
    }
    *waiting = worse->book;
    return !low.failed && !high.failed;
}

/* Where the last N values have their extreme, the newest of equal ones. */
static inline size_t extreme(size_t at, const double *x, size_t i, double sign) {
    if (sign * x[i] >= sign * x[at]) return i;
    if (at + N > i) return at;
    at = i - N + 1;
    for (size_t k = at + 1; k <= i; k++)
        if (sign * x[k] >= sign * x[at]) at = k;
    return at;
}

static inline double true_range(const bars *b, size_t i) {
    double before = b->close[i - 1];
    return (b->high[i] > before ? b->high[i] : before) - (b->low[i] < before ? b->low[i] : before);
}

/* Of the first N true ranges, in the order in which the library adds a window. */
static double first_mean(const bars *b) {
    double sum[4] = {0};
    for (size_t k = 0; k < N; k++) sum[k % 4] += true_range(b, k + 1);
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) / N;
}

static bool backtest(run *r, const bars *b) {
    book waiting = {IDLE};
    double range = 0;
    size_t highest = 0, lowest = 0;
    for (size_t i = 0; i < r->bars; i++) {
        if (!good(b, i)) return false;
        bool met = ticks(b->high[i]) >= waiting.above || ticks(b->low[i]) <= waiting.below;
        if (waiting.state != IDLE && met && !meet(r, &waiting, b, i, range)) return false;
        highest = extreme(highest, b->high, i, 1.0);
        lowest = extreme(lowest, b->low, i, -1.0);
        if (i >= N) range = i == N ? first_mean(b) : range + 1.0 / N * (true_range(b, i) - range);
        if (waiting.state == WAITING || (waiting.state == IDLE && i >= N && range > 0)) {
            int64_t above = rounded(b->high[highest] + 1.0 / TICKS, true), below = rounded(b->low[lowest] - 1.0 / TICKS, false);
            bool moved = above != waiting.above || below != waiting.below || waiting.state == IDLE;
            if (moved) waiting = (book){WAITING, above, below, lots_for(BUDGET, b->close[i])};
        }
        if (!mark(r, b, i)) return false;
    }
    return true;
}
