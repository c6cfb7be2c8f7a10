/* Standing rules, inline: whether one fires, and the highest equity of the minutes before. */
#ifndef STRATC_STANDING_H
#define STRATC_STANDING_H

#include <string.h>

#include "arithmetic.h"
#include "rounding.h"
#include "view.h"

#define STRATC_MINUTE INT64_C(60000000000)

typedef struct {
    uint32_t count;  /* instants in a row that breached */
    uint8_t firing;
} stratc_watch;

/* measured, limit: as logged, money or a number of trips. */
typedef struct {
    bool breached;
    int64_t measured, limit;
} stratc_finding;

/* Takes a finding in. ends: whether the rule may stop firing once it does not breach. True where that changed something. */
static inline bool stratc_observe(stratc_watch *watch, bool breached, uint32_t confirm, bool ends) {
    bool fired = watch->firing;
    watch->count = !breached ? 0 : watch->count < confirm ? watch->count + 1 : confirm;
    watch->firing = fired ? breached || !ends : watch->count >= confirm;
    return watch->firing != fired;
}

/* A losing streak goes on firing until it is forgiven. */
static inline bool stratc_observe_streak(stratc_watch *watch, bool breached, bool forgiven) {
    bool fired = watch->firing;
    watch->firing = fired ? !forgiven : breached;
    return watch->firing != fired;
}

/* ---- how far equity has fallen from `since` */

static inline stratc_finding stratc_fallen(int64_t since, int64_t equity, int64_t allowed) {
    return (stratc_finding){since - equity > allowed, since - equity, allowed};
}

static inline stratc_finding stratc_fallen_by_share(int64_t since, int64_t equity, double share) {
    double allowed = share * (double)since, most = (double)STRATC_LARGEST_LIMIT;
    int64_t logged = allowed > -most ? STRATC_LARGEST_LIMIT : -STRATC_LARGEST_LIMIT;
    if (stratc_abs(allowed) < most) logged = (int64_t)stratc_floor(allowed);
    if (allowed != allowed) logged = STRATC_LARGEST_LIMIT;
    return (stratc_finding){(double)(since - equity) > allowed, since - equity, logged};
}

/* ---- the highest equity of a window, in minutes: a ring of those that no later one passes */

typedef struct {
    int64_t minute, equity;
} stratc_peak;

typedef struct {
    int64_t first, count;
} stratc_peaks;

static inline int64_t stratc_place(int64_t at, int64_t capacity) { return at >= capacity ? at - capacity : at; }

/* Of a ring of `capacity` items the `count` from `first` on. */
static inline void stratc_copy_ring(void *to, const void *from, size_t item, int64_t first, int64_t count, int64_t capacity) {
    int64_t straight = first + count <= capacity ? count : capacity - first;
    memcpy((char *)to + (size_t)first * item, (const char *)from + (size_t)first * item, (size_t)straight * item);
    memcpy(to, from, (size_t)(count - straight) * item);
}

static inline int64_t stratc_minute(int64_t t) { return t / STRATC_MINUTE - (t % STRATC_MINUTE < 0); }

/* Takes in the equity of now and forgets the minutes before the window; the highest one. capacity: minutes of the window + 2. */
static inline int64_t stratc_highest(stratc_peaks *ring, stratc_peak *peaks, int64_t capacity, int64_t now, int64_t window,
                                     int64_t equity) {
    int64_t minute = stratc_minute(now - 1), earliest = stratc_minute(now - window);
    while (ring->count > 0 && peaks[ring->first].minute < earliest) {
        ring->first = stratc_place(ring->first + 1, capacity);
        ring->count--;
    }
    while (ring->count > 0 && peaks[stratc_place(ring->first + ring->count - 1, capacity)].equity <= equity) ring->count--;
    if (ring->count == 0 || peaks[stratc_place(ring->first + ring->count - 1, capacity)].minute != minute) {
        peaks[stratc_place(ring->first + ring->count++, capacity)] = (stratc_peak){minute, equity};
    }
    return peaks[ring->first].equity;
}

#endif
