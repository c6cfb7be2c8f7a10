/* Merging the rows of several feeds by the end of their bars; bars made of bars. */
#include "bar_sets.h"

#include "bar_units.h"

#define DAY INT64_C(86400000000000)

int64_t stratc_period_start(int64_t time, int64_t every) {
    int64_t phase = every % (7 * DAY) == 0 ? 4 * DAY : 0; /* 1970-01-05 was a Monday */
    int64_t past = (time - phase) % every;
    return time - (past < 0 ? past + every : past);
}

/* ---- rows of a file */

stratc_bar_cursor stratc_bar_cursor_at(const stratc_bars *bars, size_t row, size_t end, double factor, const stratc_feed *feed,
                                       uint32_t index) {
    stratc_bar_cursor cursor = {.bars = bars, .row = row, .end = end, .factor = factor, .every = feed->every, .feed = index};
    if (row < end) cursor.span = stratc_bars_span(bars, row, &cursor.within);
    return cursor;
}

stratc_bar stratc_bar_cursor_bar(const stratc_bar_cursor *c) {
    const stratc_bar_span *span = c->span;
    size_t row = c->within;
    return (stratc_bar){.start = span->start[row],
                        .end = span->start[row] + c->every,
                        .open_px = stratc_bar_units(span->open[row], c->factor),
                        .high_px = stratc_bar_units(span->high[row], c->factor),
                        .low_px = stratc_bar_units(span->low[row], c->factor),
                        .close_px = stratc_bar_units(span->close[row], c->factor),
                        .open = span->open[row],
                        .high = span->high[row],
                        .low = span->low[row],
                        .close = span->close[row],
                        .volume = span->volume ? span->volume[row] : 0.0,
                        .feed = c->feed,
                        .flags = span->volume ? 0 : STRATC_BAR_NO_VOLUME};
}

void stratc_bar_cursor_next(stratc_bar_cursor *c) {
    c->row++;
    if (++c->within == c->span->count) c->span++, c->within = 0;
}

static bool has_row(const stratc_bar_cursor *c) { return c->bars != NULL && c->row < c->end; }

static int64_t end_of_row(const stratc_bar_cursor *c) { return c->span->start[c->within] + c->every; }

/* ---- bars made of bars */

static void begin_part(stratc_bar_part *part, const stratc_bar *of, uint32_t feed, int64_t every) {
    int64_t start = stratc_period_start(of->start, every);
    part->whole = part->any || of->start == start;
    part->any = part->begun = true;
    part->bar = *of;
    part->bar.feed = feed;
    part->bar.start = start;
    part->bar.end = start + every;
}

static void widen_part(stratc_bar *bar, const stratc_bar *by) {
    if (by->high_px > bar->high_px) bar->high_px = by->high_px, bar->high = by->high;
    if (by->low_px < bar->low_px) bar->low_px = by->low_px, bar->low = by->low;
    bar->close_px = by->close_px;
    bar->close = by->close;
    bar->volume += by->volume;
    bar->trades += by->trades;
    bar->flags |= by->flags;
}

static void add(stratc_bar_set *set, const stratc_bar *bar) { set->bars[set->count++] = *bar; }

/* A bar of the source closed; sources stand before what is made of them. */
static void feed_part(stratc_bar_part *part, const stratc_bar *of, uint32_t feed, int64_t every) {
    if (part->begun && of->start < part->bar.end)
        widen_part(&part->bar, of);
    else
        begin_part(part, of, feed, every);
}

static void close_part(stratc_bar_part *part, stratc_bar_set *set) {
    if (part->whole) add(set, &part->bar);
    part->begun = false;
}

int64_t stratc_bar_parts_end(const stratc_bar_part *parts, uint32_t count) {
    int64_t end = INT64_MAX;
    for (uint32_t f = 0; f < count; f++)
        if (parts[f].begun && parts[f].bar.end < end) end = parts[f].bar.end;
    return end;
}

void stratc_bar_parts_late(const stratc_feed *feeds, uint32_t count, stratc_bar_part *parts, const stratc_bar *bar) {
    for (uint32_t f = 0; f < count; f++) {
        bool inside = parts[f].begun && bar->start >= parts[f].bar.start && bar->end <= parts[f].bar.end;
        if (feeds[f].source < 0 || (uint32_t)feeds[f].source != bar->feed || !inside) continue;
        int64_t close_px = parts[f].bar.close_px;
        double close = parts[f].bar.close;
        widen_part(&parts[f].bar, bar);
        parts[f].bar.close_px = close_px;
        parts[f].bar.close = close;
    }
}

/* ---- sets */

void stratc_bar_set_fill(stratc_bar_set *set, const stratc_feed *feeds, uint32_t count, const stratc_bar *const *at_hand,
                         stratc_bar_part *parts) {
    set->count = 0;
    for (uint32_t f = 0; f < count; f++) {
        if (feeds[f].source < 0) {
            if (at_hand[f] != NULL) add(set, at_hand[f]);
            continue;
        }
        const stratc_bar *of = stratc_bar_set_of(set, (uint32_t)feeds[f].source);
        if (of != NULL) feed_part(&parts[f], of, f, feeds[f].every);
        if (parts[f].begun && parts[f].bar.end <= set->end) close_part(&parts[f], set);
    }
}

static bool earliest_end(const stratc_bar_sets *sets, int64_t *end) {
    bool rows = false;
    *end = INT64_MAX;
    for (uint32_t f = 0; f < sets->count; f++) {
        const stratc_bar_cursor *c = &sets->cursors[f];
        if (!has_row(c)) continue;
        rows = true;
        if (end_of_row(c) < *end) *end = end_of_row(c);
    }
    int64_t made = stratc_bar_parts_end(sets->parts, sets->count);
    if (made < *end) *end = made;
    return rows;
}

bool stratc_bar_sets_next(stratc_bar_sets *sets, stratc_bar_set *set) {
    stratc_bar bars[STRATC_MOST_FEEDS];
    const stratc_bar *at_hand[STRATC_MOST_FEEDS];
    do {
        if (!earliest_end(sets, &set->end)) return false;
        for (uint32_t f = 0; f < sets->count; f++) {
            stratc_bar_cursor *c = &sets->cursors[f];
            at_hand[f] = NULL;
            if (!has_row(c) || end_of_row(c) != set->end) continue;
            bars[f] = stratc_bar_cursor_bar(c);
            at_hand[f] = &bars[f];
            stratc_bar_cursor_next(c);
        }
        stratc_bar_set_fill(set, sets->feeds, sets->count, at_hand, sets->parts);
    } while (set->count == 0);
    return true;
}

const stratc_bar *stratc_bar_set_of(const stratc_bar_set *set, uint32_t feed) {
    for (int32_t i = 0; i < set->count; i++)
        if (set->bars[i].feed == feed) return &set->bars[i];
    return NULL;
}

uint32_t stratc_marking_feed(const stratc_program *program, uint32_t instrument) {
    uint32_t best = program->feed_count;
    for (uint32_t f = 0; f < program->feed_count; f++) {
        const stratc_feed *feed = &program->feeds[f];
        if (feed->instrument == instrument && feed->every > 0 && (best == program->feed_count || feed->every < program->feeds[best].every)) best = f;
    }
    return best;
}
