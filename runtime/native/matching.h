/* The simulated venue's book of our own orders, filled along the line of one bar at a time (docs/simulation.md).
 *
 * One struct without pointers, so that a copy of it is a venue of its own. Prices are price units, quantities lots, times ns.
 * Whatever is not exact is rounded against the order. */
#ifndef STRATC_MATCHING_H
#define STRATC_MATCHING_H

#include "../schemas/frames.h"
#include "bar_line.h"

enum { STRATC_MATCHING_ORDERS = 256 };

enum stratc_slippage { STRATC_SLIPPAGE_NONE, STRATC_SLIPPAGE_TICKS, STRATC_SLIPPAGE_SHARE, STRATC_SLIPPAGE_VOLUME };

/* What is assumed of the market. */
typedef struct {
    int64_t through;       /* price units that the line must pass a resting limit by */
    int64_t half_spread;   /* price units, for every fill that takes liquidity */
    int32_t slippage;      /* enum stratc_slippage */
    int64_t slip;          /* TICKS: price units; SHARE: parts per 10^8 of the price; VOLUME: the same, at a fill as large as the bar's volume */
    int64_t participation; /* parts per 10^8 of a bar's volume that one side may fill; -1: no cap */
    bool at_close;         /* an order that arrives at a bar's end meets that bar's close, not the next open (optimistic) */
} stratc_market;

typedef struct {
    uint64_t id;
    uint64_t rank;       /* order of arrival */
    int64_t leaves, cum, px, trigger;
    uint64_t fills;      /* so far */
    int64_t expires;     /* 0: never */
    int64_t joined;      /* since when it meets the line as it stands */
    int64_t taken_at;    /* price at which a stop just became active; 0: the line's */
    uint16_t tag;        /* carried along: the template */
    uint8_t side, kind, tif;
    bool post_only, reduce_only;
    bool fresh;          /* has not met the line yet: may take liquidity */
    bool triggered, capped, dead;
} stratc_resting;

/* How a fill came about: the `reason` column of fills.csv. */
enum stratc_fill_how {
    STRATC_FILL_OPEN,    /* took liquidity at a bar's open */
    STRATC_FILL_LINE,    /* took liquidity inside a bar: the line's price at that time */
    STRATC_FILL_TRIGGER, /* stop, at its trigger */
    STRATC_FILL_GAP,     /* stop or limit that the line was already beyond when they met: the line's price */
    STRATC_FILL_LIMIT,   /* resting limit, at its price */
    STRATC_FILL_HOW_COUNT
};

enum stratc_match_kind { STRATC_MATCH_FILL, STRATC_MATCH_TRIGGERED, STRATC_MATCH_CANCELLED, STRATC_MATCH_EXPIRED, STRATC_MATCH_REJECTED };

typedef struct {
    enum stratc_match_kind kind;
    uint64_t id;
    int64_t time;
    int64_t px, qty; /* FILL */
    uint64_t exec_seq; /* FILL: 1, 2, 3 … of this order */
    int64_t cum;
    uint16_t tag;
    uint8_t side;
    enum stratc_fill_how how;
    bool maker;
} stratc_match;

/* Counted over the run, for the summary. */
typedef struct {
    uint64_t touched;        /* resting limits that the line touched in a bar but did not pass by `through` */
    uint64_t touch_fills;    /* fills of limits that were touched and not passed by a unit (through = 0) */
    uint64_t gap_fills;
    uint64_t capped;         /* orders that found too little volume in a bar */
    uint64_t silent_bars;    /* bars without volume in which an order worked */
    uint64_t trimmed;        /* reduce-only orders cut to the position */
    uint64_t marketable;     /* limits that took liquidity on arrival */
} stratc_match_counts;

void stratc_match_counts_add(stratc_match_counts *sum, const stratc_match_counts *more);

typedef struct {
    stratc_market market;
    stratc_bar_line line;
    int64_t volume;              /* lots of the bar; -1: unknown */
    int64_t room[2];             /* lots that BUY and SELL may still fill in this bar */
    int64_t position;            /* lots: the venue's own account of it */
    uint64_t arrivals;
    stratc_match_counts counts;
    uint32_t count;
    stratc_resting orders[STRATC_MATCHING_ORDERS]; /* in order of arrival */
} stratc_matching;

void stratc_matching_open(stratc_matching *venue, const stratc_market *market);

/* Copies the orders in use only. */
void stratc_matching_copy(stratc_matching *to, const stratc_matching *from);

/* Begins the walk along a new bar. volume: lots, -1 where the data has none. */
void stratc_matching_bar(stratc_matching *venue, const stratc_bar_line *line, int64_t volume);

/* Ends the walk: counts what only touched. */
void stratc_matching_end(stratc_matching *venue);

/* Takes an order that arrives at order->joined. False: the table is full. */
bool stratc_matching_place(stratc_matching *venue, const stratc_resting *order);

stratc_resting *stratc_matching_find(stratc_matching *venue, uint64_t id);

/* Can nothing happen to any order while the price stays in [low, high], up to and with `until`? Never wrongly true. */
bool stratc_matching_idle(const stratc_matching *venue, int64_t low, int64_t high, int64_t until);

/* Withdraws an order. False: no such order rests here. */
bool stratc_matching_cancel(stratc_matching *venue, uint64_t id);

/* Changes an order at `time`: another price or trigger, or more lots, loses its place in the queue and meets the line anew. */
void stratc_matching_replace(stratc_matching *venue, stratc_resting *order, int64_t leaves, int64_t px, int64_t trigger, int64_t time);

/* When the earliest event is; INT64_MAX: none is to come along the line as it is. */
int64_t stratc_matching_due(const stratc_matching *venue);

/* The earliest event not after `until`, carried out: an order that ends is gone. False: none. Fills need a bar that covers the time;
 * expiries do not. At equal times: expiries and withdrawals, orders that take, better prices, earlier arrivals. */
bool stratc_matching_next(stratc_matching *venue, int64_t until, stratc_match *match);

const char *stratc_fill_how_name(enum stratc_fill_how how);

#endif
