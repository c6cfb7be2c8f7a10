/* Between strategy kernel and venue: checks command frames, keeps the state of every order, is the truth about the position.
 *
 * Commands come in as frames; what it asks of the venue and what it reports to the strategy wait in two queues that the
 * caller empties: asks after every call (each answered through stratc_order_path_answer), then reports.
 * An order goes PENDING -> WORKING (ack) -> CLOSED (filled, cancelled, rejected); what was never sent is denied. */
#ifndef STRATC_ORDER_PATH_H
#define STRATC_ORDER_PATH_H

#include "frame_queue.h"

typedef struct {
    uint64_t id; /* 0: the row was never used */
    uint64_t exec_seq; /* fills so far */
    int64_t qty, cum, trigger;
    uint16_t template_id;
    uint8_t side, kind, phase, reason;
    bool reduce_only, triggered;
} stratc_order;

enum stratc_ask_kind { STRATC_ASK_PLACE, STRATC_ASK_CANCEL };

typedef struct {
    enum stratc_ask_kind kind;
    stratc_order order; /* CANCEL: only its id counts */
} stratc_ask;

enum stratc_answer_kind { STRATC_ANSWER_ACK, STRATC_ANSWER_FILL, STRATC_ANSWER_CANCELLED, STRATC_ANSWER_REJECTED };

typedef struct {
    enum stratc_answer_kind kind;
    uint64_t id;
    int64_t time;    /* ns: event time of the reports it causes */
    int64_t qty, px; /* FILL: lots, price units */
} stratc_answer;

typedef struct {
    const stratc_instrument *instrument;
    stratc_order *orders;
    uint32_t order_capacity;
    int64_t position; /* lots */
    stratc_ask *asks; /* waiting: asks[0 .. ask_count) */
    uint32_t ask_count;
    stratc_frame_queue reports; /* the caller pops them */
} stratc_order_path;

/* `orders`: how many may be open at once. */
bool stratc_order_path_open(stratc_order_path *path, const stratc_instrument *instrument, uint32_t orders,
                            stratc_error *error);
void stratc_order_path_close(stratc_order_path *path);

/* Takes one command frame. False: the frame itself is broken (version, type, length, CRC), which no kernel of ours sends.
 * A well-formed command that can't be obeyed is reported instead: DENY or CANCEL_REJECT. */
bool stratc_order_path_command(stratc_order_path *path, const stratc_frame *command, int64_t now, stratc_error *error);

/* Takes one answer of the venue. False: it contradicts the order's state. */
bool stratc_order_path_answer(stratc_order_path *path, const stratc_answer *answer, stratc_error *error);

bool stratc_order_path_next_ask(stratc_order_path *path, stratc_ask *ask);

/* The order's row as it stands, or NULL: none, or its row was taken by a later order. */
const stratc_order *stratc_order_path_find(const stratc_order_path *path, uint64_t id);

/* Cost of a fill in money units, rounded up, against us: notional * parts per 10^8. False: beyond 64 bits. */
bool stratc_fee(const stratc_instrument *instrument, int64_t qty, int64_t px, int64_t *fee);

#endif
