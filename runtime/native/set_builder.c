/* The sets that wait for their bars, and when they are closed. */
#include "set_builder.h"

#include <string.h>

void stratc_set_builder_open(stratc_set_builder *b, const stratc_feed *feeds, uint32_t count, int64_t wait) {
    memset(b, 0, sizeof *b);
    b->feeds = feeds;
    b->count = count;
    b->wait = wait;
    b->closed = INT64_MIN;
}

/* ---- arrival */

static enum stratc_arrival take_late(stratc_set_builder *b, const stratc_bar *bar) {
    if (b->late_count == STRATC_OPEN_SETS) return STRATC_NO_ROOM;
    stratc_bar_parts_late(b->feeds, b->count, b->parts, bar);
    b->late[b->late_count] = *bar;
    b->late[b->late_count++].flags |= STRATC_BAR_LATE;
    return STRATC_ARRIVED_LATE;
}

/* The set of this end, made if there is none yet; NULL where there is no room. */
static stratc_open_set *set_at(stratc_set_builder *b, int64_t end) {
    uint32_t place = 0;
    while (place < b->open_count && b->open[place].end < end) place++;
    if (place < b->open_count && b->open[place].end == end) return &b->open[place];
    if (b->open_count == STRATC_OPEN_SETS) return NULL;
    memmove(&b->open[place + 1], &b->open[place], (b->open_count - place) * sizeof *b->open);
    b->open_count++;
    b->open[place] = (stratc_open_set){.end = end};
    return &b->open[place];
}

enum stratc_arrival stratc_set_builder_take(stratc_set_builder *b, const stratc_bar *bar) {
    if (bar->end <= b->closed) return take_late(b, bar);
    stratc_open_set *set = set_at(b, bar->end);
    if (set == NULL) return STRATC_NO_ROOM;
    uint32_t bit = UINT32_C(1) << bar->feed;
    if (set->present & bit) return STRATC_ARRIVED_TWICE;
    set->present |= bit;
    set->bars[bar->feed] = *bar;
    return STRATC_ARRIVED;
}

/* ---- closing */

/* Feeds of which a bar may end then. */
static uint32_t expected(const stratc_set_builder *b, int64_t end) {
    uint32_t bits = 0;
    for (uint32_t f = 0; f < b->count; f++) {
        const stratc_feed *feed = &b->feeds[f];
        if (feed->source < 0 && stratc_period_start(end, feed->every) == end) bits |= UINT32_C(1) << f;
    }
    return bits;
}

/* The end of the next set: of bars that came, or of one that is made of bars. */
static int64_t next_end(const stratc_set_builder *b) {
    int64_t made = stratc_bar_parts_end(b->parts, b->count);
    return b->open_count > 0 && b->open[0].end < made ? b->open[0].end : made;
}

static bool is_complete(const stratc_set_builder *b, int64_t end) {
    uint32_t wanted = expected(b, end);
    return b->open_count > 0 && b->open[0].end == end && (b->open[0].present & wanted) == wanted;
}

static int64_t deadline(int64_t end, int64_t wait) { return end > INT64_MAX - wait ? INT64_MAX : end + wait; }

int64_t stratc_set_builder_due(const stratc_set_builder *b) { return deadline(next_end(b), b->wait); }

static void close_set(stratc_set_builder *b, int64_t end, stratc_bar_set *set) {
    const stratc_bar *at_hand[STRATC_MOST_FEEDS] = {0};
    bool came = b->open_count > 0 && b->open[0].end == end;
    for (uint32_t f = 0; came && f < b->count; f++)
        if (b->open[0].present >> f & 1) at_hand[f] = &b->open[0].bars[f];
    set->end = end;
    stratc_bar_set_fill(set, b->feeds, b->count, at_hand, b->parts);
    b->closed = end;
    if (!came) return;
    b->open_count--;
    memmove(&b->open[0], &b->open[1], b->open_count * sizeof *b->open);
}

static void take_first_late(stratc_set_builder *b, stratc_bar_set *set) {
    set->end = b->late[0].end;
    set->count = 1;
    set->bars[0] = b->late[0];
    b->late_count--;
    memmove(&b->late[0], &b->late[1], b->late_count * sizeof *b->late);
}

bool stratc_set_builder_next(stratc_set_builder *b, int64_t now, stratc_bar_set *set) {
    if (b->late_count > 0) {
        take_first_late(b, set);
        return true;
    }
    for (;;) {
        int64_t end = next_end(b);
        if (end == INT64_MAX || (!is_complete(b, end) && now < deadline(end, b->wait))) return false;
        close_set(b, end, set);
        if (set->count > 0) return true; /* else a bar that the data began inside of was dropped */
    }
}
