/* strategies/ema_cross.strat as one hand-written loop: the yardstick of tests/bench.
 *
 *     ema_cross COLUMNS COUNT [FILLS]
 *
 * COLUMNS: int64 start[COUNT], then double open, high, low, close, volume[COUNT]. Checks every row as the binary does, keeps fills
 * and the equity of every bar; prints fills, final equity, deepest drawdown and the nanoseconds of processor time per bar that the
 * loop took; writes the fills as CSV if asked. */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { FAST = 24, SLOW = 72, FEE_PARTS = 1000, MONEY_PER_UNIT = 10 }; /* fee 10 bps; money in 1e-8, lot * tick = 1e-7 */
static const int64_t CAPITAL = 100000 * INT64_C(100000000), HOUR = INT64_C(3600000000000);
static const double BUDGET = 10000.0, LOTS = 100000.0, TICKS = 100.0;

typedef struct {
    const int64_t *start;
    const double *open, *high, *low, *close, *volume;
} bars;

typedef struct {
    int64_t time, price, lots, fee; /* lots < 0: a sale */
} fill;

typedef struct {
    size_t bars, fills, capacity;
    fill *fill;
    int64_t *equity, cash, lots, peak;
    double deepest; /* drawdown */
} run;

static bool trade(run *r, int64_t time, int64_t price, int64_t lots) {
    if (r->fills == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 256;
        fill *larger = realloc(r->fill, r->capacity * sizeof *larger);
        if (!larger) return false;
        r->fill = larger;
    }
    int64_t value = price * lots * MONEY_PER_UNIT, notional = llabs(value);
    int64_t fee = notional / FEE_PARTS + (notional % FEE_PARTS > 0);
    r->fill[r->fills++] = (fill){time, price, lots, fee};
    r->cash -= value + fee;
    r->lots += lots;
    return true;
}

static int64_t lots_for(double close) {
    double lots = BUDGET / close * LOTS, nearest = round(lots);
    return (int64_t)(fabs(lots - nearest) <= 1e-6 ? nearest : trunc(lots));
}

static inline int64_t ticks(double price) { return (int64_t)(price * TICKS + 0.5); }

static inline bool on_grid(double price) { return (double)ticks(price) / TICKS == price; }

static inline bool good(const bars *b, size_t i) {
    double open = b->open[i], high = b->high[i], low = b->low[i], close = b->close[i], volume = b->volume[i];
    bool time = i == 0 ? b->start[i] % HOUR == 0
                       : b->start[i] - b->start[i - 1] == HOUR || (b->start[i] > b->start[i - 1] && b->start[i] % HOUR == 0);
    bool order = (low > 0) & (low <= open) & (low <= close) & (high >= open) & (high >= close) & (high < 1e13);
    return time & order & on_grid(open) & on_grid(high) & on_grid(low) & on_grid(close) & (volume >= 0) & (volume < INFINITY);
}

static void mark(run *r, size_t i, int64_t close) {
    int64_t equity = r->cash + r->lots * close * MONEY_PER_UNIT;
    r->equity[i] = equity;
    if (equity >= r->peak) {
        r->peak = equity;
        return;
    }
    double depth = (double)(r->peak - equity) / (double)r->peak;
    if (depth > r->deepest) r->deepest = depth;
}

static bool backtest(run *r, const bars *b) {
    const double fast_a = 2.0 / (FAST + 1), slow_a = 2.0 / (SLOW + 1);
    double fast = b->close[0], slow = fast;
    int64_t wish = 0;
    for (size_t i = 0; i < r->bars; i++) {
        if (!good(b, i)) return false;
        if (wish != 0 && !trade(r, b->start[i], ticks(b->open[i]), wish)) return false;
        double close = b->close[i], fast_before = fast, slow_before = slow;
        fast += fast_a * (close - fast);
        slow += slow_a * (close - slow);
        wish = 0;
        if (r->lots == 0 && fast > slow && fast_before <= slow_before && i > 0) wish = lots_for(close);
        if (r->lots != 0 && fast < slow && fast_before >= slow_before) wish = -r->lots;
        mark(r, i, ticks(close));
    }
    return true;
}

static bool write_fills(const run *r, const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) return false;
    for (size_t i = 0; i < r->fills; i++)
        fprintf(file, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n", r->fill[i].time, r->fill[i].price, r->fill[i].lots,
                r->fill[i].fee);
    bool good = !ferror(file);
    return fclose(file) == 0 && good;
}

static bool map(const char *path, size_t count, bars *b) {
    int file = open(path, O_RDONLY);
    const char *columns = mmap(NULL, 48 * count, PROT_READ, MAP_PRIVATE, file, 0);
    if (file < 0 || columns == MAP_FAILED) return false;
    const double *prices = (const double *)(columns + 8 * count);
    *b = (bars){(const int64_t *)columns, prices, prices + count, prices + 2 * count, prices + 3 * count, prices + 4 * count};
    return true;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    run r = {.bars = strtoull(arguments[2], NULL, 10), .cash = CAPITAL, .peak = CAPITAL};
    bars b;
    if (r.bars == 0 || !map(arguments[1], r.bars, &b)) return 3;
    r.equity = malloc(r.bars * sizeof *r.equity);
    clock_t begin = clock();
    if (!r.equity || !backtest(&r, &b)) return 3;
    double spent = (double)(clock() - begin) / CLOCKS_PER_SEC;
    printf("%zu %" PRId64 " %.17g %.2f\n", r.fills, r.equity[r.bars - 1], r.deepest, spent * 1e9 / (double)r.bars);
    return count > 3 && !write_fills(&r, arguments[3]) ? 5 : 0;
}
