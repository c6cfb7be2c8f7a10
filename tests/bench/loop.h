/* What the hand-written loops of tests/bench share: bars, books, files. A strategy is its `backtest`.
 *
 *     NAME COLUMNS COUNT [FILLS EQUITY]
 *
 * COLUMNS: int64 start[COUNT], then double open, high, low, close, volume[COUNT]. Checks every row as the binary does, keeps fills
 * and the equity of every bar; prints fills, final equity, deepest drawdown and the nanoseconds of processor time per bar that the
 * loop took; if asked, writes the fills as CSV and the eight columns of equity.arrow, plain, in batches of BATCH rows. */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MONEY_PER_UNIT = 10, BPS = 10000 }; /* money in 1e-8, lot * tick = 1e-7 */
static const int64_t CAPITAL = 100000 * INT64_C(100000000), HOUR = INT64_C(3600000000000);
static const double LOTS = 100000.0, TICKS = 100.0;

typedef struct {
    const int64_t *start;
    const double *open, *high, *low, *close, *volume;
} bars;

typedef struct {
    int64_t time, price, lots, fee; /* lots < 0: a sale */
} fill;

enum { TS, EQUITY, DRAWDOWN, REALISED, UNREALISED, FEES, POSITION, CLOSE, WIDTH, BATCH = 8192 };

typedef union {
    int64_t i;
    double f;
} cell;

typedef struct {
    size_t bars, fills, capacity;
    fill *fill;
    int64_t *equity, cash, lots, peak, cost, realised, fees;
    double deepest; /* drawdown */
    int table;      /* -1: nobody wants it */
    size_t rows;
    cell batch[WIDTH][BATCH];
} run;

/* Bars, fills and marks of a whole run; false: it can't go on. */
static bool backtest(run *r, const bars *b);

static inline int64_t fee_of(int64_t value, int64_t bps) { return (llabs(value) * bps + BPS - 1) / BPS; }

/* A position is opened and closed whole. */
static bool trade(run *r, int64_t time, int64_t price, int64_t lots, int64_t bps) {
    if (r->fills == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 256;
        fill *larger = realloc(r->fill, r->capacity * sizeof *larger);
        if (!larger) return false;
        r->fill = larger;
    }
    int64_t value = price * lots * MONEY_PER_UNIT, fee = fee_of(value, bps);
    r->fill[r->fills++] = (fill){time, price, lots, fee};
    r->cash -= value + fee;
    r->fees += fee;
    if (r->lots != 0) r->realised -= value + r->cost;
    r->cost = r->lots != 0 ? 0 : value;
    r->lots += lots;
    return true;
}

/* Whole lots that `budget` buys. */
static int64_t lots_for(double budget, double close) {
    double lots = budget / close * LOTS, nearest = round(lots);
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

static bool flush(run *r) {
    for (int column = 0; column < WIDTH; column++) {
        size_t size = r->rows * sizeof(cell);
        if (write(r->table, r->batch[column], size) != (ssize_t)size) return false;
    }
    r->rows = 0;
    return true;
}

static bool record(run *r, const bars *b, size_t i, int64_t equity) {
    const double MONEY = 1e8;
    size_t at = r->rows++;
    r->batch[TS][at].i = b->start[i] + HOUR;
    r->batch[EQUITY][at].f = (double)equity / MONEY;
    r->batch[DRAWDOWN][at].f = ((double)r->peak - (double)equity) / (double)r->peak;
    r->batch[REALISED][at].f = (double)r->realised / MONEY;
    r->batch[UNREALISED][at].f = (double)(equity - CAPITAL - r->realised + r->fees) / MONEY;
    r->batch[FEES][at].f = (double)r->fees / MONEY;
    r->batch[POSITION][at].f = (double)r->lots / LOTS;
    r->batch[CLOSE][at].f = b->close[i];
    return r->rows < BATCH || flush(r);
}

/* At the close of every bar. */
static inline bool mark(run *r, const bars *b, size_t i) {
    int64_t equity = r->cash + r->lots * ticks(b->close[i]) * MONEY_PER_UNIT;
    r->equity[i] = equity;
    if (equity >= r->peak) {
        r->peak = equity;
    } else {
        double depth = (double)(r->peak - equity) / (double)r->peak;
        if (depth > r->deepest) r->deepest = depth;
    }
    return r->table < 0 || record(r, b, i, equity);
}

static bool write_fills(const run *r, const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) return false;
    for (size_t i = 0; i < r->fills; i++)
        fprintf(file, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n", r->fill[i].time, r->fill[i].price, r->fill[i].lots,
                r->fill[i].fee);
    bool complete = !ferror(file);
    return fclose(file) == 0 && complete;
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
    static run r;
    r = (run){.bars = strtoull(arguments[2], NULL, 10), .cash = CAPITAL, .peak = CAPITAL, .table = -1};
    bars b;
    if (count > 4) r.table = open(arguments[4], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (r.bars == 0 || !map(arguments[1], r.bars, &b)) return 3;
    r.equity = malloc(r.bars * sizeof *r.equity);
    clock_t begin = clock();
    if (!r.equity || !backtest(&r, &b) || (r.table >= 0 && !flush(&r))) return 3;
    double spent = (double)(clock() - begin) / CLOCKS_PER_SEC;
    printf("%zu %" PRId64 " %.17g %.2f\n", r.fills, r.equity[r.bars - 1], r.deepest, spent * 1e9 / (double)r.bars);
    return count > 3 && !write_fills(&r, arguments[3]) ? 5 : 0;
}
