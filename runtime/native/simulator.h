/* The simulated venue: fills resting orders along the line of one bar at a time.
 *
 * The line runs O, X1, X2, C at the bar's start, +1/3, +2/3 and end; by the path rule `direction` X1 is the low of a bar that
 * closes at or above its open, else the high. A bar covers [start, end): an order that arrives at its end joins the next bar.
 * Prices are whole price units; between the corners they are rounded against the order. No spread, slippage or volume cap. */
#ifndef STRATC_SIMULATOR_H
#define STRATC_SIMULATOR_H

#include "base.h"

#define STRATC_PATH_RULE "direction"

/* How a fill came about: the `reason` column of fills.csv. */
enum stratc_fill_how {
    STRATC_FILL_OPEN,    /* market order that met a bar at its open */
    STRATC_FILL_LINE,    /* market order that arrived inside a bar: the line's price at that time */
    STRATC_FILL_TRIGGER, /* stop order, at its trigger */
    STRATC_FILL_GAP      /* stop order that the line was already beyond when they met: the line's price */
};

typedef struct {
    uint64_t id;
    int64_t qty;     /* lots */
    int64_t trigger; /* price units; stop orders only */
    int64_t arrived; /* ns; it meets no bar before this time */
    bool buy, stop;
} stratc_resting;

typedef struct {
    uint64_t id;
    int64_t time, px, qty;
    enum stratc_fill_how how;
} stratc_match;

typedef struct {
    stratc_resting *orders; /* in order of arrival */
    uint32_t count, capacity;
    int64_t time[4], px[4]; /* corners of the current bar's line */
} stratc_simulator;

bool stratc_simulator_open(stratc_simulator *simulator, uint32_t capacity, stratc_error *error);
void stratc_simulator_close(stratc_simulator *simulator);

/* Takes an order. False: the table is full. */
bool stratc_simulator_place(stratc_simulator *simulator, const stratc_resting *order);

/* Withdraws an order. False: no such order rests here. */
bool stratc_simulator_cancel(stratc_simulator *simulator, uint64_t id);

/* Begins the walk along a new bar: corners in price units. */
void stratc_simulator_bar(stratc_simulator *simulator, int64_t start, int64_t end, int64_t open, int64_t high, int64_t low,
                          int64_t close);

/* The earliest fill on the current bar not after `until` (ties: first arrived); the order is then gone. False: none. */
bool stratc_simulator_next(stratc_simulator *simulator, int64_t until, stratc_match *match);

const char *stratc_fill_how_name(enum stratc_fill_how how);

#endif
