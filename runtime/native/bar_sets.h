/* The closed bars of several feeds as sets: all that end at one boundary together, in the order of their ends (semantics.md, The run, 3).
 * Bars of a resampled feed are made here of the closed bars of its source. */
#ifndef STRATC_BAR_SETS_H
#define STRATC_BAR_SETS_H

#include "bars.h"
#include "kernel.h"

enum { STRATC_MOST_FEEDS = 32 };

/* Rows [first, begin) warm the signals up, rows [begin, end) are the run. */
typedef struct {
    size_t first, begin, end;
} stratc_period;

/* Rows of a file, one after the other. */
typedef struct {
    const stratc_bars *bars;
    const stratc_bar_span *span;
    size_t row, end, within;
    double factor;  /* price units per currency unit */
    int64_t every;
    uint32_t feed;
} stratc_bar_cursor;

/* The bar of a resampled feed that is being made. */
typedef struct {
    stratc_bar bar;
    bool begun; /* it has a first part */
    bool whole; /* it may be shown: the data did not begin inside it */
    bool any;   /* parts were seen before it */
} stratc_bar_part;

typedef struct {
    const stratc_feed *feeds;
    uint32_t count;
    stratc_bar_cursor cursors[STRATC_MOST_FEEDS]; /* of feeds with data of their own; bars NULL: none */
    stratc_bar_part parts[STRATC_MOST_FEEDS];     /* of resampled feeds */
} stratc_bar_sets;

/* At most one bar of each feed, in the order of the feeds. */
typedef struct {
    int64_t end;
    int32_t count;
    stratc_bar bars[STRATC_MOST_FEEDS];
} stratc_bar_set;

stratc_bar_cursor stratc_bar_cursor_at(const stratc_bars *bars, size_t row, size_t end, double factor, const stratc_feed *feed, uint32_t index);
stratc_bar stratc_bar_cursor_bar(const stratc_bar_cursor *cursor);
void stratc_bar_cursor_next(stratc_bar_cursor *cursor);

/* Fills the set that ends at set->end: the bars at hand, by feed (NULL: none), and those made of them. Parts that end before it were
 * closed before. */
void stratc_bar_set_fill(stratc_bar_set *set, const stratc_feed *feeds, uint32_t count, const stratc_bar *const *at_hand,
                         stratc_bar_part *parts);

/* When the earliest bar that is being made ends; INT64_MAX where none is. */
int64_t stratc_bar_parts_end(const stratc_bar_part *parts, uint32_t count);

/* A bar that came after its set was closed: what it adds to the bars being made, which keep their close. */
void stratc_bar_parts_late(const stratc_feed *feeds, uint32_t count, stratc_bar_part *parts, const stratc_bar *bar);

/* The next set; false when no row is left. A period of a resampled feed that the data does not end is never shown. */
bool stratc_bar_sets_next(stratc_bar_sets *sets, stratc_bar_set *set);

/* The feed that fills and marks an instrument: its finest, of equal ones the first. */
uint32_t stratc_marking_feed(const stratc_program *program, uint32_t instrument);

/* The bar of a feed in the set, or NULL. */
const stratc_bar *stratc_bar_set_of(const stratc_bar_set *set, uint32_t feed);

/* Start of the period of a feed's length that holds `time`: of days and their parts from midnight UTC, of weeks from Monday. */
int64_t stratc_period_start(int64_t time, int64_t every);

#endif
