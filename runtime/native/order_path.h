/* Between strategy kernel and venue: checks command frames, keeps the state of every order, is the truth about the position.
 *
 * Command frames and the venue's answers go in; what it asks of the venue and what it reports to the strategy wait in two
 * queues that the caller empties: asks after every call, then reports. */
#ifndef STRATC_ORDER_PATH_H
#define STRATC_ORDER_PATH_H

#include "frame_queue.h"
#include "venue.h"

enum { STRATC_ORDER_ROWS = 256, STRATC_ORDER_ASKS = 1024 };

typedef struct {
    int64_t qty, px, trigger;
} stratc_asked;

typedef struct {
    uint64_t id; /* 0: the row was never used */
    uint64_t exec_seq; /* fills so far */
    uint64_t sibling;  /* OCO: cancelled when this one closes */
    int64_t qty, cum, px, trigger;
    uint16_t template_id;
    uint8_t side, kind, phase, reason;
    uint32_t replaces;  /* the number of the latest one */
    stratc_asked asked; /* by it */
    bool reduce_only, triggered, cancelling, replacing;
} stratc_order;

/* All that it remembers: copied as a whole, without pointers. */
typedef struct {
    int64_t mark, dust, position;
    uint32_t row_count;
    stratc_order orders[STRATC_ORDER_ROWS];
} stratc_order_state;

typedef struct {
    const stratc_instrument *instrument;
    stratc_order_state state;
    stratc_ask asks[STRATC_ORDER_ASKS];
    uint32_t ask_count;
    stratc_frame_queue reports; /* the caller pops them */
} stratc_order_path;

bool stratc_order_path_open(stratc_order_path *path, const stratc_program *program, stratc_error *error);
void stratc_order_path_close(stratc_order_path *path);
bool stratc_order_path_command(stratc_order_path *path, const stratc_frame *command, int64_t now, stratc_error *error);
bool stratc_order_path_answer(stratc_order_path *path, const stratc_answer *answer, stratc_error *error);
static inline void stratc_order_path_mark(stratc_order_path *path, int64_t px) { path->state.mark = px; }
static inline int64_t stratc_order_path_due(const stratc_order_path *path) { (void)path; return STRATC_NEVER; }
static inline bool stratc_order_path_tick(stratc_order_path *path, int64_t now, stratc_error *error) { (void)path; (void)now; (void)error; return true; }
/* The order's row as it stands. False: none, or its row was taken by a later order. */
bool stratc_order_path_find(const stratc_order_path *path, uint64_t id, stratc_order *order);

/* Row 0, 1, 2 … of STRATC_ORDER_ROWS. False: it was never used. */
bool stratc_order_path_row(const stratc_order_path *path, uint32_t row, stratc_order *order);

typedef struct {
    int64_t amount;
    bool in_base;
} stratc_charge;
bool stratc_fee(const stratc_instrument *instrument, bool buy, bool maker, int64_t qty, int64_t px, stratc_charge *charge);

#endif
