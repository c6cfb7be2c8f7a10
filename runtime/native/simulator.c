/* Matching of market and stop orders against the line of a bar. */
#include "simulator.h"

#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide; /* price * nanoseconds passes 64 bits */

bool stratc_simulator_open(stratc_simulator *simulator, uint32_t capacity, stratc_error *error) {
    *simulator = (stratc_simulator){.capacity = capacity};
    simulator->orders = calloc(capacity ? capacity : 1, sizeof *simulator->orders);
    return simulator->orders || stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for %u orders", (unsigned)capacity);
}

void stratc_simulator_close(stratc_simulator *simulator) {
    free(simulator->orders);
    *simulator = (stratc_simulator){0};
}

bool stratc_simulator_place(stratc_simulator *simulator, const stratc_resting *order) {
    if (simulator->count == simulator->capacity) return false;
    simulator->orders[simulator->count++] = *order;
    return true;
}

static void remove_at(stratc_simulator *simulator, uint32_t index) {
    simulator->count--;
    memmove(&simulator->orders[index], &simulator->orders[index + 1],
            (simulator->count - index) * sizeof *simulator->orders);
}

bool stratc_simulator_cancel(stratc_simulator *simulator, uint64_t id) {
    for (uint32_t i = 0; i < simulator->count; i++) {
        if (simulator->orders[i].id != id) continue;
        remove_at(simulator, i);
        return true;
    }
    return false;
}

void stratc_simulator_bar(stratc_simulator *simulator, int64_t start, int64_t end, int64_t open, int64_t high, int64_t low,
                          int64_t close) {
    int64_t third = (end - start) / 3;
    bool rising = close >= open;
    simulator->time[0] = start;
    simulator->time[1] = start + third;
    simulator->time[2] = end - third;
    simulator->time[3] = end;
    simulator->px[0] = open;
    simulator->px[1] = rising ? low : high;
    simulator->px[2] = rising ? high : low;
    simulator->px[3] = close;
}

/* numerator / denominator rounded up or down; denominator > 0. */
static int64_t divide(wide numerator, wide denominator, bool up) {
    wide quotient = numerator / denominator, rest = numerator % denominator;
    if (rest > 0 && up) quotient++;
    if (rest < 0 && !up) quotient--;
    return (int64_t)quotient;
}

/* Where an order meets the line: the line's price there, times the segment's length so that it stays exact. */
typedef struct {
    int segment;
    int64_t time, length;
    wide scaled;
} meeting;

static meeting meet(const stratc_simulator *simulator, int64_t time) {
    int s = 0;
    while (s < 2 && time >= simulator->time[s + 1]) s++;
    int64_t length = simulator->time[s + 1] - simulator->time[s];
    wide rise = simulator->px[s + 1] - simulator->px[s];
    return (meeting){s, time, length, (wide)simulator->px[s] * length + rise * (time - simulator->time[s])};
}

static void fill_at(const stratc_simulator *simulator, const stratc_resting *order, const meeting *at, stratc_match *match) {
    match->time = at->time;
    match->px = divide(at->scaled, at->length, order->buy);
    if (order->stop)
        match->how = at->scaled == (wide)order->trigger * at->length ? STRATC_FILL_TRIGGER : STRATC_FILL_GAP;
    else
        match->how = at->time == simulator->time[0] ? STRATC_FILL_OPEN : STRATC_FILL_LINE;
}

/* The first corner segment, from the meeting on, that reaches the trigger; the crossing time is rounded up. */
static bool cross(const stratc_simulator *simulator, const stratc_resting *order, int segment, stratc_match *match) {
    for (int s = segment; s < 3; s++) {
        int64_t from = simulator->px[s], to = simulator->px[s + 1];
        if (order->buy ? to < order->trigger : to > order->trigger) continue;
        wide way = order->buy ? order->trigger - from : from - order->trigger;
        wide whole = order->buy ? to - from : from - to;
        match->time = simulator->time[s] + divide(way * (simulator->time[s + 1] - simulator->time[s]), whole, true);
        match->px = order->trigger;
        match->how = STRATC_FILL_TRIGGER;
        return true;
    }
    return false;
}

static bool fill(const stratc_simulator *simulator, const stratc_resting *order, stratc_match *match) {
    int64_t begin = simulator->time[0];
    if (order->arrived >= simulator->time[3]) return false;
    meeting at = meet(simulator, order->arrived > begin ? order->arrived : begin);
    match->id = order->id;
    match->qty = order->qty;
    wide trigger = (wide)order->trigger * at.length;
    if (order->stop && (order->buy ? at.scaled < trigger : at.scaled > trigger))
        return cross(simulator, order, at.segment, match);
    fill_at(simulator, order, &at, match);
    return true;
}

bool stratc_simulator_next(stratc_simulator *simulator, int64_t until, stratc_match *match) {
    uint32_t best = simulator->count;
    stratc_match one;
    for (uint32_t i = 0; i < simulator->count; i++) {
        if (!fill(simulator, &simulator->orders[i], &one) || one.time > until) continue;
        if (best < simulator->count && one.time >= match->time) continue;
        best = i;
        *match = one;
    }
    if (best == simulator->count) return false;
    remove_at(simulator, best);
    return true;
}

const char *stratc_fill_how_name(enum stratc_fill_how how) {
    static const char *const NAMES[] = {"open", "line", "trigger", "gap"};
    return NAMES[how];
}
