/* Between strategy kernel and venue: the generated order kernel of one instrument behind its frame boundary.
 *
 * Command frames and the venue's answers go in; what it asks of the venue and what it reports to the strategy wait in two
 * queues that the caller empties: asks after every call, then reports. Its position is the truth. */
#ifndef STRATC_ORDER_PATH_H
#define STRATC_ORDER_PATH_H

#include "order_kernel.h"
#include "frame_queue.h"
#include "venue.h"

enum { STRATC_ORDER_ROWS = ORDER_KERNEL_SLOTS };

/* All that it remembers: copied as a whole, without pointers. */
typedef struct {
    order_kernel kernel;
    int64_t mark, reference; /* price units: the latest, and the one the gate knows */
    int64_t due;             /* no timer of the kernel is due earlier; STRATC_NEVER: none is armed */
} stratc_order_state;

typedef struct {
    const stratc_instrument *instrument;
    uint32_t index; /* of the instrument: in the header of its frames */
    stratc_order_state state;
    order_kernel_outputs outputs; /* of one step */
    stratc_ask *asks;
    uint32_t ask_count;
    stratc_frame_queue *reports; /* the caller's, who pops them */
} stratc_order_path;

/* What the outside may know of an order. */
typedef struct {
    uint64_t id;
    int64_t qty, cum, px, trigger; /* lots, price units; 0 where its kind has none */
    uint16_t template_id;
    uint8_t side, phase, reason; /* enums of frames.h */
    bool triggered;
} stratc_order;

/* For one instrument of the program: tells the kernel its limits and the contract. */
bool stratc_order_path_open(stratc_order_path *path, const stratc_program *program, uint32_t instrument, stratc_frame_queue *reports,
                            stratc_error *error);
void stratc_order_path_close(stratc_order_path *path);

/* Takes one command frame. False: the frame itself is broken, which no kernel of ours sends. A well-formed command that can't be
 * obeyed is reported: DENY, CANCEL_REJECT or REPLACE_REJECT. */
bool stratc_order_path_command(stratc_order_path *path, const stratc_frame *command, int64_t now, stratc_error *error);

/* Takes one answer of the venue, at answer->at. */
bool stratc_order_path_answer(stratc_order_path *path, const stratc_answer *answer, stratc_error *error);

/* The price that orders are held against: the kernel hears of it before the next message. */
static inline void stratc_order_path_mark(stratc_order_path *path, int64_t px) { path->state.mark = px; }

/* When a timer of the kernel is due, or STRATC_NEVER: looks at every order. */
int64_t stratc_order_path_next_due(stratc_order_path *path);

/* The same if it is not later than `until`, else any time that is later. */
static inline int64_t stratc_order_path_due(stratc_order_path *path, int64_t until) {
    return path->state.due > until ? path->state.due : stratc_order_path_next_due(path);
}

/* Lets the timers fire that are due. */
bool stratc_order_path_tick(stratc_order_path *path, int64_t now, stratc_error *error);

/* Lots, signed. */
static inline int64_t stratc_order_path_position(const stratc_order_path *path) { return path->state.kernel.market[0].position; }

/* The order's row as it stands. False: none, or its row was taken by a later order. */
bool stratc_order_path_find(const stratc_order_path *path, uint64_t id, stratc_order *order);

/* Row 0, 1, 2 … of STRATC_ORDER_ROWS. False: no order is open in it. */
bool stratc_order_path_open_row(const stratc_order_path *path, uint32_t row, stratc_order *order);

/* What a fill costs: in money units, or if in_base in smallest base units; rounded up, against us. False: beyond 61 bits. */
typedef struct {
    int64_t amount;
    bool in_base;
} stratc_charge;
bool stratc_fee(const stratc_instrument *instrument, bool buy, bool maker, int64_t qty, int64_t px, stratc_charge *charge);

#endif
