/* Two rows a step, as wide as every 64-bit processor is, and without a branch. Every comparison is one that a NaN fails. */
#include "bar_span.h"

#include <float.h>
#include <string.h>

#include "decimal.h"
#include "instants_text.h"

enum { LANES = 2, BLOCK = 256 };

typedef double doubles __attribute__((vector_size(8 * LANES)));
typedef int64_t flags __attribute__((vector_size(8 * LANES))); /* -1 where a comparison holds */

void stratc_bar_check_begin(stratc_bar_check *check, const stratc_bar_schema *schema) {
    stratc_scale price = schema->price;
    *check = (stratc_bar_check){
        .factor = stratc_bar_factor(price),
        .numerator = (double)price.numerator,
        .power = stratc_bar_factor((stratc_scale){1, price.decimals}),
        .least = stratc_scaled(1, price),
        .most = stratc_scaled((STRATC_PRICE_LIMIT - 1) / price.numerator, price),
        .every = schema->every_ns,
        .grid = schema->every_ns < STRATC_DAY ? schema->every_ns : STRATC_DAY,
    };
}

/* ---- starts */

static bool next_start(stratc_bar_check *check, int64_t start) {
    if (start % check->grid != 0 || (check->begun && start <= check->last)) return false;
    uint64_t step = check->begun ? (uint64_t)start - (uint64_t)check->last : 0;
    check->begun = true;
    check->last = start;
    if (step <= (uint64_t)check->every) return true;
    check->gaps++;
    if (step > INT64_MAX) step = INT64_MAX;
    if ((int64_t)step > check->longest_gap) check->longest_gap = (int64_t)step;
    return true;
}

/* Do the starts go on by `every`, which keeps them on the grid? */
static bool steady(const stratc_bar_check *check, const int64_t *start, size_t count) {
    uint64_t every = (uint64_t)check->every, other = ((uint64_t)start[0] - (uint64_t)check->last) ^ every;
    for (size_t i = 1; i < count; i++) other |= ((uint64_t)start[i] - (uint64_t)start[i - 1]) ^ every;
    return check->begun && other == 0 && check->every % check->grid == 0;
}

static bool check_starts(stratc_bar_check *check, const int64_t *start, size_t count) {
    bool good = true;
    if (steady(check, start, count))
        check->last = start[count - 1];
    else
        for (size_t i = 0; good && i < count; i++) good = next_start(check, start[i]);
    return good;
}

/* ---- prices and volumes */

/* Is x the double of a whole number of units? Adding and taking off 1.5 * 2^52 rounds to a whole number, whatever x is; the
 * division is that of stratc_scaled. */
#define ON_GRID(x) ((x) == (((x) * factor + whole) - whole) * numerator / power)

/* Rows [0, count), a multiple of LANES. */
static bool check_rows(stratc_bar_check *check, const double *const columns[5], size_t count) {
    const doubles factor = (doubles){0} + check->factor, numerator = (doubles){0} + check->numerator;
    const doubles power = (doubles){0} + check->power, whole = (doubles){0} + 6755399441055744.0;
    const doubles least = (doubles){0} + check->least, most = (doubles){0} + check->most;
    doubles highest = (doubles){0} + check->highest;
    flags good = (flags){0} - 1, signs = {0};
    for (size_t i = 0; i < count; i += LANES) {
        doubles open, high, low, close, volume;
        flags bits, higher;
        memcpy(&open, columns[0] + i, sizeof open);
        memcpy(&high, columns[1] + i, sizeof high);
        memcpy(&low, columns[2] + i, sizeof low);
        memcpy(&close, columns[3] + i, sizeof close);
        memcpy(&volume, columns[4] + i, sizeof volume);
        memcpy(&bits, &volume, sizeof bits);
        signs |= bits;
        good &= ON_GRID(open) & ON_GRID(high) & ON_GRID(low) & ON_GRID(close);
        good &= (low >= least) & (low <= open) & (low <= close) & (high >= open) & (high >= close) & (high <= most);
        good &= volume <= DBL_MAX;
        higher = high > highest;
        highest = (doubles)(((flags)high & higher) | ((flags)highest & ~higher));
    }
    bool all = true;
    for (int lane = 0; lane < LANES; lane++) {
        all = all && good[lane] != 0 && signs[lane] >= 0; /* -0 is no volume either: it is read as 0 */
        if (highest[lane] > check->highest) check->highest = highest[lane];
    }
    return all;
}

/* The last rows of a span, fewer than LANES, filled up with the last one. */
static bool check_rest(stratc_bar_check *check, const double *const columns[5], size_t count) {
    double filled[5][LANES];
    const double *rest[5];
    for (int c = 0; c < 5; c++) {
        for (size_t i = 0; i < LANES; i++) filled[c][i] = columns[c][i < count ? i : count - 1];
        rest[c] = filled[c];
    }
    return check_rows(check, rest, LANES);
}

bool stratc_bar_check_span(stratc_bar_check *check, const stratc_bar_span *span) {
    bool good = true;
    for (size_t row = 0; good && row < span->count; row += BLOCK) {
        size_t count = span->count - row < BLOCK ? span->count - row : BLOCK, even = count - count % LANES;
        const double *volume = span->volume ? span->volume : span->low; /* any column that is not negative will do */
        const double *columns[5] = {span->open + row, span->high + row, span->low + row, span->close + row, volume + row};
        good = check_starts(check, span->start + row, count) && check_rows(check, columns, even);
        for (int c = 0; c < 5; c++) columns[c] += even;
        if (even < count) good = good && check_rest(check, columns, count - even);
    }
    return good;
}
