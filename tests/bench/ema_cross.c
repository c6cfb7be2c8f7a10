/* strategies/ema_cross.strat as one hand-written loop: the yardstick of tests/bench.
 *
 *     ema_cross COLUMNS COUNT [FILLS]
 *
 * COLUMNS: int64 start[COUNT], then double open[COUNT], close[COUNT]. Keeps the list of fills and the equity of every bar, as a
 * backtest must; prints fills, final equity and deepest drawdown; writes the fills as CSV if asked. */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FAST = 24, SLOW = 72, FEE_PARTS = 1000, MONEY_PER_UNIT = 10 }; /* fee 10 bps; money in 1e-8, lot * tick = 1e-7 */
static const int64_t CAPITAL = 100000 * INT64_C(100000000);
static const double BUDGET = 10000.0, LOTS = 100000.0, TICKS = 100.0;

typedef struct {
    int64_t time, price, lots, fee; /* lots < 0: a sale */
} fill;

typedef struct {
    size_t bars, fills, capacity;
    fill *fill;
    int64_t *equity, cash, lots;
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

static bool backtest(run *r, const int64_t *start, const double *open, const double *close) {
    const double fast_a = 2.0 / (FAST + 1), slow_a = 2.0 / (SLOW + 1);
    double fast = close[0], slow = close[0];
    int64_t wish = 0;
    for (size_t i = 0; i < r->bars; i++) {
        if (wish != 0 && !trade(r, start[i], llround(open[i] * TICKS), wish)) return false;
        double fast_before = fast, slow_before = slow;
        fast += fast_a * (close[i] - fast);
        slow += slow_a * (close[i] - slow);
        wish = 0;
        if (r->lots == 0 && fast > slow && fast_before <= slow_before && i > 0) wish = lots_for(close[i]);
        if (r->lots != 0 && fast < slow && fast_before >= slow_before) wish = -r->lots;
        r->equity[i] = r->cash + r->lots * llround(close[i] * TICKS) * MONEY_PER_UNIT;
    }
    return true;
}

static double deepest_drawdown(const run *r) {
    int64_t peak = CAPITAL;
    double deepest = 0.0;
    for (size_t i = 0; i < r->bars; i++) {
        if (r->equity[i] > peak) peak = r->equity[i];
        deepest = fmax(deepest, (double)(peak - r->equity[i]) / (double)peak);
    }
    return deepest;
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

int main(int count, char **arguments) {
    if (count < 3) return 2;
    run r = {.bars = strtoull(arguments[2], NULL, 10), .cash = CAPITAL};
    int file = open(arguments[1], O_RDONLY);
    if (file < 0 || r.bars == 0) return 3;
    const char *columns = mmap(NULL, 24 * r.bars, PROT_READ, MAP_PRIVATE, file, 0);
    r.equity = malloc(r.bars * sizeof *r.equity);
    if (columns == MAP_FAILED || !r.equity) return 3;
    const double *open_px = (const double *)(columns + 8 * r.bars), *close_px = open_px + r.bars;
    if (!backtest(&r, (const int64_t *)columns, open_px, close_px)) return 3;
    printf("%zu %" PRId64 " %.17g\n", r.fills, r.equity[r.bars - 1], deepest_drawdown(&r));
    return count > 3 && !write_fills(&r, arguments[3]) ? 5 : 0;
}
