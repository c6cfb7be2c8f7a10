/* Closes sets of bars as they arrive (semantics.md, The run, 3): a set is closed when every bar that is expected at its end is in, or
 * `wait` after that end. One that comes later is a set of its own, flagged late. Sets are closed in the order of their ends, so the
 * order in which the bars of one end arrive changes nothing. Reads no clock: whoever calls says what time it is. */
#ifndef STRATC_SET_BUILDER_H
#define STRATC_SET_BUILDER_H

#include "bar_sets.h"

enum { STRATC_OPEN_SETS = 64 }; /* ends that may wait at once */

typedef struct {
    int64_t end;
    uint32_t present; /* bit per feed */
    stratc_bar bars[STRATC_MOST_FEEDS];
} stratc_open_set;

typedef struct {
    const stratc_feed *feeds;
    uint32_t count;
    int64_t wait;   /* ns */
    int64_t closed; /* the last end that was closed; INT64_MIN: none */
    uint32_t open_count;
    stratc_open_set open[STRATC_OPEN_SETS]; /* by end, ascending */
    stratc_bar_part parts[STRATC_MOST_FEEDS];
    stratc_bar late[STRATC_OPEN_SETS]; /* as they came */
    uint32_t late_count;
} stratc_set_builder;

enum stratc_arrival { STRATC_ARRIVED, STRATC_ARRIVED_LATE, STRATC_ARRIVED_TWICE, STRATC_NO_ROOM };

void stratc_set_builder_open(stratc_set_builder *builder, const stratc_feed *feeds, uint32_t count, int64_t wait);

/* A bar of a feed with data of its own came in. One that came before, or for which there is no room, is not taken. */
enum stratc_arrival stratc_set_builder_take(stratc_set_builder *builder, const stratc_bar *bar);

/* The next set that is to be delivered at `now`; false where none is, yet. */
bool stratc_set_builder_next(stratc_set_builder *builder, int64_t now, stratc_bar_set *set);

/* When a set is to be closed although bars are missing, or INT64_MAX. */
int64_t stratc_set_builder_due(const stratc_set_builder *builder);

#endif
