/* The checks every bar passes, the repairs, and the verdict on the file. */
#include "bar_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instants_text.h"

static const struct {
    const char *name;
    bool repairable;
} KINDS[STRATC_BAR_FAULT_KINDS] = {
    [STRATC_BAR_UNSORTED] = {"unsorted", false},
    [STRATC_BAR_CONFLICT] = {"conflict", false},
    [STRATC_BAR_DUPLICATE] = {"duplicate", true},
    [STRATC_BAR_OFF_GRID_TIME] = {"off_grid_time", false},
    [STRATC_BAR_HIGH_BELOW] = {"high_below", true},
    [STRATC_BAR_LOW_ABOVE] = {"low_above", true},
    [STRATC_BAR_OFF_GRID_PRICE] = {"off_grid_price", true},
    [STRATC_BAR_NOT_FINITE] = {"not_finite", false},
    [STRATC_BAR_NOT_POSITIVE] = {"not_positive", false},
    [STRATC_BAR_TOO_LARGE] = {"too_large", false},
    [STRATC_BAR_NEGATIVE_VOLUME] = {"negative_volume", false},
};

enum { OPEN, HIGH, LOW, CLOSE };

const char *stratc_bar_fault_name(enum stratc_bar_fault kind) { return KINDS[kind].name; }

/* Counts a fault; returns where to print what was expected, or NULL when enough are shown. */
static char *note(stratc_bar_sink *sink, enum stratc_bar_fault kind, uint64_t row, enum stratc_bar_column column) {
    stratc_bar_faults *faults = sink->faults;
    faults->found[kind]++;
    if (faults->first_count == sizeof faults->first / sizeof *faults->first) return NULL;
    stratc_bar_bad_row *bad = &faults->first[faults->first_count++];
    *bad = (stratc_bar_bad_row){.row = row, .kind = kind, .column = stratc_bar_column_names[column]};
    sink->describe(sink->source, column, bad->value);
    return bad->expected;
}

static void note_text(stratc_bar_sink *sink, enum stratc_bar_fault kind, uint64_t row, enum stratc_bar_column column,
                      const char *expected) {
    char *out = note(sink, kind, row, column);
    if (out != NULL) strcpy(out, expected);
}

static void note_price(stratc_bar_sink *sink, enum stratc_bar_fault kind, uint64_t row, enum stratc_bar_column column,
                       const char *phrase, int64_t units) {
    char *out = note(sink, kind, row, column);
    if (out == NULL) return;
    char price[STRATC_NUMBER_TEXT];
    stratc_units_format(units, sink->schema->price, price);
    snprintf(out, sizeof((stratc_bar_bad_row *)0)->expected, "%s%s", phrase, price);
}

/* Nearest units of the row's prices in place; false if a price is no price at all. */
static bool check_prices(stratc_bar_sink *sink, const stratc_bar_row *row, int64_t price[4]) {
    bool usable = true;
    for (int p = OPEN; p <= CLOSE; p++) {
        enum stratc_bar_column column = (enum stratc_bar_column)(STRATC_COLUMN_OPEN + p);
        price[p] = row->price[p];
        if (row->fit[p] == STRATC_FIT_NOT_FINITE)
            note_text(sink, STRATC_BAR_NOT_FINITE, row->number, column, "a finite number");
        else if (row->fit[p] == STRATC_FIT_TOO_LARGE)
            note_price(sink, STRATC_BAR_TOO_LARGE, row->number, column, "less than ",
                       STRATC_PRICE_LIMIT / sink->schema->price.numerator);
        else if (row->price[p] < 1)
            note_price(sink, STRATC_BAR_NOT_POSITIVE, row->number, column, "at least ", 1);
        else {
            if (row->fit[p] == STRATC_FIT_OFF_GRID)
                note_price(sink, STRATC_BAR_OFF_GRID_PRICE, row->number, column,
                           "a whole number of price units, nearest ", price[p]);
            continue;
        }
        usable = false;
    }
    return usable;
}

/* Widens high and low to hold open and close. */
static void check_extremes(stratc_bar_sink *sink, const stratc_bar_row *row, int64_t price[4]) {
    int64_t top = price[OPEN] > price[CLOSE] ? price[OPEN] : price[CLOSE];
    int64_t bottom = price[OPEN] < price[CLOSE] ? price[OPEN] : price[CLOSE];
    if (price[HIGH] < top) {
        note_price(sink, STRATC_BAR_HIGH_BELOW, row->number, STRATC_COLUMN_HIGH, "at least max(open, close) = ", top);
        price[HIGH] = top;
    }
    if (price[LOW] > bottom) {
        note_price(sink, STRATC_BAR_LOW_ABOVE, row->number, STRATC_COLUMN_LOW, "at most min(open, close) = ", bottom);
        price[LOW] = bottom;
    }
}

static bool check_volume(stratc_bar_sink *sink, const stratc_bar_row *row) {
    if (!(row->volume - row->volume == 0))
        note_text(sink, STRATC_BAR_NOT_FINITE, row->number, STRATC_COLUMN_VOLUME, "a finite number");
    else if (row->volume < 0)
        note_text(sink, STRATC_BAR_NEGATIVE_VOLUME, row->number, STRATC_COLUMN_VOLUME, "0 or more");
    else
        return true;
    return false;
}

static void check_start(stratc_bar_sink *sink, const stratc_bar_row *row) {
    int64_t every = sink->schema->every_ns, grid = every < STRATC_DAY ? every : STRATC_DAY;
    if (row->start % grid == 0) return;
    char *out = note(sink, STRATC_BAR_OFF_GRID_TIME, row->number, STRATC_COLUMN_TIME);
    if (out == NULL) return;
    char length[STRATC_INSTANT_TEXT];
    stratc_duration_format(grid, length);
    snprintf(out, sizeof((stratc_bar_bad_row *)0)->expected, "a multiple of %s", length);
}

/* Compares with the last bar stored; false if the row does not continue it. */
static bool check_order(stratc_bar_sink *sink, const stratc_bar_row *row, const int64_t price[4]) {
    const stratc_bars *bars = sink->bars;
    if (bars->count == 0) return true;
    size_t last = bars->count - 1;
    int64_t previous = bars->own.start[last], every = sink->schema->every_ns;
    if (row->start > previous) {
        uint64_t step = (uint64_t)row->start - (uint64_t)previous;
        if (step <= (uint64_t)every) return true;
        if (step > INT64_MAX) step = INT64_MAX;
        sink->faults->gaps++;
        if ((int64_t)step > sink->faults->longest_gap_ns) sink->faults->longest_gap_ns = (int64_t)step;
        return true;
    }
    if (row->start < previous) {
        char *out = note(sink, STRATC_BAR_UNSORTED, row->number, STRATC_COLUMN_TIME), instant[STRATC_INSTANT_TEXT];
        stratc_instant_format(previous, instant);
        if (out != NULL) snprintf(out, sizeof((stratc_bar_bad_row *)0)->expected, "later than %s", instant);
        return false;
    }
    bool same = memcmp(sink->last, price, sizeof sink->last) == 0 && bars->own.volume[last] == row->volume;
    note_text(sink, same ? STRATC_BAR_DUPLICATE : STRATC_BAR_CONFLICT, row->number, STRATC_COLUMN_TIME,
              same ? "one row per bar (this repeats the row before)"
                   : "one row per bar (the row before has this time and other values)");
    return false;
}

static bool no_memory(const stratc_bar_sink *sink, stratc_error *error) {
    return stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: out of memory after %zu rows", sink->path, sink->bars->count);
}

static bool grow(stratc_bar_sink *sink, stratc_error *error) {
    stratc_bar_columns *own = &sink->bars->own;
    void **columns[] = {(void **)&own->start,    (void **)&own->price[0], (void **)&own->price[1],
                        (void **)&own->price[2], (void **)&own->price[3], (void **)&own->volume};
    size_t capacity = own->capacity > 0 ? own->capacity * 2 : 4096;
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        void *larger = realloc(*columns[c], capacity * sizeof(double));
        if (larger == NULL) return no_memory(sink, error);
        *columns[c] = larger;
    }
    own->capacity = capacity;
    return true;
}

bool stratc_bar_sink_add(stratc_bar_sink *sink, const stratc_bar_row *row, stratc_error *error) {
    stratc_bars *bars = sink->bars;
    if (bars->count == bars->own.capacity && !grow(sink, error)) return false;
    check_start(sink, row);
    int64_t price[4];
    bool usable = check_prices(sink, row, price);
    if (usable) check_extremes(sink, row, price);
    if (bars->has_volume) usable &= check_volume(sink, row);
    if (!usable || !check_order(sink, row, price)) return true;
    size_t at = bars->count++;
    memcpy(sink->last, price, sizeof sink->last);
    bars->own.start[at] = row->start;
    for (int p = OPEN; p <= CLOSE; p++) bars->own.price[p][at] = stratc_scaled(price[p], sink->schema->price);
    bars->own.volume[at] = row->volume + 0.0; /* -0 becomes 0 */
    if (bars->own.price[HIGH][at] > bars->highest) bars->highest = bars->own.price[HIGH][at];
    return true;
}

bool stratc_bar_sink_span(stratc_bar_sink *sink, const stratc_bar_span *span, stratc_error *error) {
    stratc_bars *bars = sink->bars;
    stratc_bar_span *spans = realloc(bars->spans, (bars->span_count + 1) * sizeof *spans);
    if (spans == NULL) return no_memory(sink, error);
    bars->spans = spans;
    bars->spans[bars->span_count++] = *span;
    bars->count += span->count;
    return true;
}

void stratc_bar_sink_restart(stratc_bar_sink *sink) {
    bool has_volume = sink->bars->has_volume;
    stratc_bars_free(sink->bars);
    sink->bars->has_volume = has_volume;
}

static void describe_faults(const stratc_bar_sink *sink, char *out, size_t room) {
    size_t used = 0;
    for (int k = 0; k < STRATC_BAR_FAULT_KINDS && used < room; k++)
        if (sink->faults->found[k] > 0)
            used += (size_t)snprintf(out + used, room - used, "%s%s %llu", used > 0 ? ", " : "", KINDS[k].name,
                                     (unsigned long long)sink->faults->found[k]);
    for (size_t f = 0; f < sink->faults->first_count && used < room; f++) {
        const stratc_bar_bad_row *bad = &sink->faults->first[f];
        used += (size_t)snprintf(out + used, room - used, "; %s %llu: %s is %s, expected %s", sink->row_word,
                                 (unsigned long long)bad->row, bad->column, bad->value, bad->expected);
    }
}

/* Rows that were added one by one are one span. */
static bool close_rows(stratc_bar_sink *sink, stratc_error *error) {
    const stratc_bar_columns *own = &sink->bars->own;
    stratc_bar_span span = {.count = sink->bars->count, .start = own->start,
                            .open = own->price[OPEN], .high = own->price[HIGH], .low = own->price[LOW], .close = own->price[CLOSE],
                            .volume = sink->bars->has_volume ? own->volume : NULL};
    sink->bars->count = 0; /* as many are added */
    return stratc_bar_sink_span(sink, &span, error);
}

bool stratc_bar_sink_finish(stratc_bar_sink *sink, stratc_error *error) {
    uint64_t mendable = 0, fatal = 0;
    for (int k = 0; k < STRATC_BAR_FAULT_KINDS; k++)
        *(KINDS[k].repairable ? &mendable : &fatal) += sink->faults->found[k];
    if (fatal + (sink->schema->repair ? 0 : mendable) > 0) {
        char text[900];
        describe_faults(sink, text, sizeof text);
        stratc_fail(error, STRATC_EXIT_DATA, "%.400s: bad rows: %s", sink->path, text);
        if (fatal == 0)
            return stratc_help(error, "mend the file, or read it with --bad-data repair: it widens high and low, takes "
                                      "the nearest price unit and drops exact duplicates");
        return stratc_help(error, "mend the file; --bad-data repair only widens high and low, takes the nearest price "
                                  "unit and drops exact duplicates");
    }
    if (sink->bars->count == 0) return stratc_fail(error, STRATC_EXIT_DATA, "%.400s: holds no rows", sink->path);
    return sink->bars->span_count > 0 || close_rows(sink, error);
}
