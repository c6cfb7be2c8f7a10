/* Closed bars as columns, read from a CSV or an Arrow file and checked.
 * Both readers give the same bits for the same table; no row reaches a run that breaks the schema. */
#ifndef STRATC_BARS_H
#define STRATC_BARS_H

#include "mapped.h"

/* Consecutive bars. The columns lie in the mapped file, or in memory of the stratc_bars they belong to.
 * A price is the double that stratc_scaled gives for a whole number of price units, so stratc_bar_units (bar_units.h) is exact. */
typedef struct {
    size_t first, count;                      /* rows [first, first + count) of the whole table */
    const int64_t *start;                     /* ns UTC, strictly increasing */
    const double *open, *high, *low, *close;  /* >= one price unit, low <= open, close <= high */
    const double *volume;                     /* base units, finite, >= 0; NULL without the column */
} stratc_bar_span;

typedef struct { /* columns that no file has in this form */
    int64_t *start;
    double *price[4], *volume;
    size_t capacity;
} stratc_bar_columns;

typedef struct {
    size_t count;
    bool has_volume;
    double highest; /* of all prices */
    stratc_bar_span *spans; /* in order, none empty */
    size_t span_count;
    stratc_mapped file; /* kept while spans lie in it: it must not change meanwhile */
    stratc_bar_columns own;
} stratc_bars;

typedef struct {
    stratc_scale price; /* the price unit; numerator at most 10^15 */
    int64_t every_ns;   /* length of a bar, > 0 */
    bool repair;        /* false: any fault is an error */
} stratc_bar_schema;

enum stratc_bar_fault {
    STRATC_BAR_UNSORTED,        /* starts before the row above */
    STRATC_BAR_CONFLICT,        /* starts with the row above but says something else */
    STRATC_BAR_DUPLICATE,       /* repeats the row above; repaired: dropped */
    STRATC_BAR_OFF_GRID_TIME,   /* start is no multiple of the bar's length (of a day for longer bars) */
    STRATC_BAR_HIGH_BELOW,      /* high < max(open, close); repaired: widened */
    STRATC_BAR_LOW_ABOVE,       /* low > min(open, close); repaired: widened */
    STRATC_BAR_OFF_GRID_PRICE,  /* not a whole number of price units; repaired: nearest, ties up */
    STRATC_BAR_NOT_FINITE,      /* NaN or infinity, price or volume */
    STRATC_BAR_NOT_POSITIVE,    /* a price below one unit */
    STRATC_BAR_TOO_LARGE,       /* a price beyond STRATC_PRICE_LIMIT */
    STRATC_BAR_NEGATIVE_VOLUME,
    STRATC_BAR_FAULT_KINDS
};

/* One fault as it stands in the file. */
typedef struct {
    uint64_t row;         /* CSV: line of the file, the header is line 1; Arrow: row, the first is 1 */
    enum stratc_bar_fault kind;
    const char *column;   /* the schema's name of it, static */
    char value[48];       /* as in the file */
    char expected[96];
} stratc_bar_bad_row;

/* What was found. After a successful read every counted fault was repaired; gaps are no fault. */
typedef struct {
    union {
        struct { /* in the order of enum stratc_bar_fault */
            uint64_t unsorted, conflict, duplicate, off_grid_time, high_below, low_above, off_grid_price, not_finite,
                not_positive, too_large, negative_volume;
        };
        uint64_t found[STRATC_BAR_FAULT_KINDS];
    };
    uint64_t gaps;          /* steps from start to start longer than every_ns */
    int64_t longest_gap_ns; /* the longest such step; 0 without gaps */
    stratc_bar_bad_row first[3];
    size_t first_count;
} stratc_bar_faults;

/* Reads and checks a whole file. False: `error` says why, `out` is empty, `faults` holds what was found so far. */
bool stratc_bars_read(const char *path, const stratc_bar_schema *schema, stratc_bars *out, stratc_bar_faults *faults,
                      stratc_error *error);
void stratc_bars_free(stratc_bars *bars);

/* A row's span, and the row's place in it; row < bars->count. */
const stratc_bar_span *stratc_bars_span(const stratc_bars *bars, size_t row, size_t *within);

int64_t stratc_bars_start(const stratc_bars *bars, size_t row);

/* Rows [*begin, *end) start in [from, to); rows [*first, *begin) are up to `warmup` rows before them.
 * False when no row starts in the range (then *begin == *end). */
bool stratc_bars_select(const stratc_bars *bars, int64_t from, int64_t to, size_t warmup, size_t *first,
                        size_t *begin, size_t *end);

/* Price units per currency unit, for stratc_bar_units (bar_units.h). */
double stratc_bar_factor(stratc_scale price);

/* "high_below" etc.: the name of a kind in messages and summaries. */
const char *stratc_bar_fault_name(enum stratc_bar_fault kind);

#endif
