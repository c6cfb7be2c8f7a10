/* Travelling commands and answers around the book. */
#include "venue.h"

#include <string.h>

void stratc_venue_open(stratc_venue *venue, const stratc_market *market, const stratc_latency *latency) {
    venue->latency = *latency;
    venue->ranks = 0;
    venue->flight_count = 0;
    venue->overflow = false;
    stratc_matching_open(&venue->book, market);
}

void stratc_venue_copy(stratc_venue *to, const stratc_venue *from) {
    memcpy(to, from, offsetof(stratc_venue, flights) + from->flight_count * sizeof from->flights[0]);
    stratc_matching_copy(&to->book, &from->book);
}

/* ---- in flight */

/* What is sent off now arrives `at`; its content is for the caller to fill in. NULL: there is no room. */
static stratc_flight *fly(stratc_venue *venue, int64_t at, bool is_ask) {
    if (venue->flight_count == STRATC_VENUE_FLIGHTS) {
        venue->overflow = true;
        return NULL;
    }
    stratc_flight *flight = &venue->flights[venue->flight_count++];
    flight->at = at;
    flight->rank = ++venue->ranks;
    flight->is_ask = is_ask;
    return flight;
}

/* Index of the flight that arrives first; flight_count: none. */
static uint32_t earliest(const stratc_venue *venue) {
    uint32_t best = venue->flight_count;
    for (uint32_t i = 0; i < venue->flight_count; i++) {
        const stratc_flight *one = &venue->flights[i];
        if (best == venue->flight_count || one->at < venue->flights[best].at ||
            (one->at == venue->flights[best].at && one->rank < venue->flights[best].rank))
            best = i;
    }
    return best;
}

/* When the last command about an order arrives, or the last answer; INT64_MIN: none travels. */
static int64_t last_of(const stratc_venue *venue, uint64_t id, bool is_ask) {
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < venue->flight_count; i++) {
        const stratc_flight *one = &venue->flights[i];
        uint64_t about = one->is_ask ? one->what.ask.order.id : one->what.answer.match.id;
        if (one->is_ask == is_ask && about == id && one->at > last) last = one->at;
    }
    return last;
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t later(int64_t time, int64_t by) { return time > INT64_MAX - by ? INT64_MAX : time + by; }

/* A status overtakes no earlier answer, as a question overtakes no command: else it would say what is not so. */
static void answer(stratc_venue *venue, const stratc_answer *what, int64_t latency) {
    int64_t at = later(what->match.time, latency);
    if (what->kind == STRATC_ANSWER_STATUS) at = larger(at, last_of(venue, what->match.id, false));
    stratc_flight *flight = fly(venue, at, false);
    if (!flight) return;
    flight->what.answer = *what;
    flight->what.answer.at = at;
}

static void acknowledge(stratc_venue *venue, enum stratc_answer_kind kind, uint64_t id, int64_t time, uint32_t seq) {
    answer(venue, &(stratc_answer){.kind = kind, .match = {.id = id, .time = time}, .seq = seq}, venue->latency.ack);
}

/* ---- commands that have arrived */

static void arrive_new(stratc_venue *venue, const stratc_ask *ask, int64_t time) {
    stratc_resting order = ask->order;
    order.joined = time;
    bool placed = stratc_matching_place(&venue->book, &order);
    acknowledge(venue, placed ? STRATC_ANSWER_ACK : STRATC_ANSWER_REJECT, order.id, time, 0);
}

static void arrive_replace(stratc_venue *venue, const stratc_ask *ask, int64_t time) {
    const stratc_resting *wish = &ask->order;
    stratc_resting *order = stratc_matching_find(&venue->book, wish->id);
    if (!order) {
        acknowledge(venue, STRATC_ANSWER_REPLACE_REJECT, wish->id, time, ask->seq);
        return;
    }
    if (wish->expires != 0) order->expires = wish->expires;
    if (wish->leaves <= order->cum)
        stratc_matching_cancel(&venue->book, wish->id); /* nothing is left of it */
    else
        stratc_matching_replace(&venue->book, order, wish->leaves - order->cum, wish->px, wish->trigger, time);
    acknowledge(venue, STRATC_ANSWER_REPLACE_ACK, wish->id, time, ask->seq);
}

static void arrive_query(stratc_venue *venue, uint64_t id, int64_t time) {
    const stratc_resting *order = stratc_matching_find(&venue->book, id);
    stratc_answer status = {.kind = STRATC_ANSWER_STATUS, .match = {.id = id, .time = time}, .open = order != NULL};
    status.match.cum = order ? order->cum : 0;
    status.reason = order ? STRATC_REASON_NONE : STRATC_REASON_CANCELLED;
    answer(venue, &status, venue->latency.ack);
}

static void arrive(stratc_venue *venue, const stratc_ask *ask, int64_t time) {
    switch (ask->kind) {
        case STRATC_ASK_NEW: arrive_new(venue, ask, time); return;
        case STRATC_ASK_REPLACE: arrive_replace(venue, ask, time); return;
        case STRATC_ASK_QUERY: arrive_query(venue, ask->order.id, time); return;
        case STRATC_ASK_CANCEL: break;
    }
    bool gone = stratc_matching_cancel(&venue->book, ask->order.id);
    acknowledge(venue, gone ? STRATC_ANSWER_CANCEL_ACK : STRATC_ANSWER_CANCEL_REJECT, ask->order.id, time, 0);
}

void stratc_venue_ask(stratc_venue *venue, const stratc_ask *ask, int64_t now) {
    const int64_t ways[] = {[STRATC_ASK_NEW] = venue->latency.new_order, [STRATC_ASK_REPLACE] = venue->latency.replace,
                            [STRATC_ASK_CANCEL] = venue->latency.cancel, [STRATC_ASK_QUERY] = venue->latency.cancel};
    int64_t at = later(now, ways[ask->kind]);
    if (ask->kind == STRATC_ASK_QUERY) at = larger(at, last_of(venue, ask->order.id, true));
    if (at <= now) {
        arrive(venue, ask, now);
        return;
    }
    stratc_flight *flight = fly(venue, at, true);
    if (flight) flight->what.ask = *ask;
}

/* ---- what happens in the book */

static void report(stratc_venue *venue, const stratc_match *match) {
    stratc_answer made = {.match = *match};
    switch (match->kind) {
        case STRATC_MATCH_FILL: made.kind = STRATC_ANSWER_FILL; break;
        case STRATC_MATCH_TRIGGERED: made.kind = STRATC_ANSWER_TRIGGERED; break;
        case STRATC_MATCH_REJECTED: made.kind = STRATC_ANSWER_REJECT; break;
        case STRATC_MATCH_CANCELLED:
            made.kind = STRATC_ANSWER_CLOSED;
            made.reason = STRATC_REASON_CANCELLED;
            break;
        case STRATC_MATCH_EXPIRED:
            made.kind = STRATC_ANSWER_CLOSED;
            made.reason = STRATC_REASON_EXPIRED;
            break;
    }
    answer(venue, &made, match->kind == STRATC_MATCH_REJECTED ? venue->latency.ack : venue->latency.fill);
}

int64_t stratc_venue_due(const stratc_venue *venue) {
    uint32_t first = earliest(venue);
    int64_t arrival = first < venue->flight_count ? venue->flights[first].at : INT64_MAX, met = stratc_matching_due(&venue->book);
    return arrival < met ? arrival : met;
}

bool stratc_venue_next(stratc_venue *venue, int64_t until, stratc_answer *out) {
    for (;;) {
        uint32_t first = earliest(venue);
        int64_t arrival = first < venue->flight_count ? venue->flights[first].at : INT64_MAX;
        stratc_match match;
        if (stratc_matching_next(&venue->book, arrival < until ? arrival : until, &match)) {
            report(venue, &match);
            continue;
        }
        if (first == venue->flight_count || arrival > until) return false;
        stratc_flight flight = venue->flights[first];
        venue->flight_count--;
        memmove(&venue->flights[first], &venue->flights[first + 1], (venue->flight_count - first) * sizeof flight);
        if (!flight.is_ask) {
            *out = flight.what.answer;
            return true;
        }
        arrive(venue, &flight.what.ask, flight.at);
    }
}
