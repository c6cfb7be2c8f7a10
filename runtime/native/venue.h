/* The simulated venue and the way to it: commands and answers travel for a configured time, the book answers in between.
 *
 * What the order kernel asks goes in, what it must be told comes out, in the order in which it arrives there. One struct without
 * pointers: a copy is a venue of its own. */
#ifndef STRATC_VENUE_H
#define STRATC_VENUE_H

#include "matching.h"

enum stratc_ask_kind { STRATC_ASK_NEW, STRATC_ASK_REPLACE, STRATC_ASK_CANCEL, STRATC_ASK_QUERY };

typedef struct {
    enum stratc_ask_kind kind;
    stratc_resting order; /* NEW: all of it, leaves = quantity; else: id, and for REPLACE leaves = total quantity, px, trigger, expires (0: as it is) */
    uint32_t seq;         /* REPLACE */
} stratc_ask;

enum stratc_answer_kind {
    STRATC_ANSWER_ACK, STRATC_ANSWER_REJECT, STRATC_ANSWER_FILL, STRATC_ANSWER_CANCEL_ACK, STRATC_ANSWER_CANCEL_REJECT,
    STRATC_ANSWER_REPLACE_ACK, STRATC_ANSWER_REPLACE_REJECT, STRATC_ANSWER_CLOSED, STRATC_ANSWER_TRIGGERED, STRATC_ANSWER_STATUS
};

typedef struct {
    enum stratc_answer_kind kind;
    int64_t at;         /* when the order kernel hears of it */
    stratc_match match; /* id and the venue's time; FILL: all of it; STATUS: cum */
    uint32_t seq;       /* of the REPLACE it answers */
    uint8_t reason;     /* CLOSED, STATUS: enum stratc_reason */
    bool open;          /* STATUS */
} stratc_answer;

/* ns, one way each */
typedef struct {
    int64_t new_order, replace, cancel; /* to the venue; a query travels like a cancel */
    int64_t ack, fill;                  /* from it: everything that is no fill; fills, triggers and ends */
} stratc_latency;

enum { STRATC_VENUE_FLIGHTS = 1024 };

typedef struct {
    int64_t at;
    uint64_t rank;
    bool is_ask;
    union {
        stratc_ask ask;
        stratc_answer answer;
    } what;
} stratc_flight;

typedef struct {
    stratc_latency latency;
    uint64_t ranks;
    uint32_t flight_count;
    bool overflow; /* more in flight than there is room for */
    stratc_flight flights[STRATC_VENUE_FLIGHTS];
    stratc_matching book; /* last: only the orders in use are copied */
} stratc_venue;

void stratc_venue_open(stratc_venue *venue, const stratc_market *market, const stratc_latency *latency);
void stratc_venue_copy(stratc_venue *to, const stratc_venue *from);

/* Sends a command at `now`. */
void stratc_venue_ask(stratc_venue *venue, const stratc_ask *ask, int64_t now);

/* Nothing happens in the book, and nothing arrives, before; INT64_MAX: nothing ever does. */
int64_t stratc_venue_due(const stratc_venue *venue);

/* The next answer that arrives not later than `until`. At equal times: what happens in the book, then what arrives, first sent first. */
bool stratc_venue_next(stratc_venue *venue, int64_t until, stratc_answer *answer);

#endif
