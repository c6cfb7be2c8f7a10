/* What submit and replace share: rounding an order's fields, its checks, its records. */
#ifndef STRATC_ORDERS_H
#define STRATC_ORDERS_H

#include "slots.h"

enum { STRATC_MOST_QTY = 1073741823, STRATC_MOST_PX = 2147483647 }; /* what a frame carries */

typedef struct { /* why is not OK: the field that failed and those after it are 0 */
    stratc_terms terms;
    int64_t expires;
    uint8_t why;
} stratc_rounded;

typedef struct { /* what would be sent: a new order, or the part that a replace adds */
    uint32_t template_id;
    uint8_t side, reduce_only, is_new;
    stratc_terms terms;
    uint32_t line;
} stratc_candidate;

/* Quantity toward zero; a buy's limit down and trigger up, a sell's the other way. */
stratc_rounded stratc_round_fields(const stratc_view *view, uint32_t template_id, const stratc_fields *fields);

/* Whether the venue takes so few lots at these prices. */
bool stratc_enough(const stratc_view *view, uint32_t template_id, const stratc_terms *terms, int64_t lots);

/* Whether what adds risk is refused now. */
bool stratc_refusing(const stratc_view *view);

/* Lots that a reduce-only order may have beside the others. */
int64_t stratc_room(const stratc_view *view, uint32_t template_id, uint8_t side, const stratc_slot *without);

/* The bounds one after the other, a RISK record each: false where one rejects. *lots: what those before it leave. */
bool stratc_within_bounds(const stratc_view *view, const stratc_candidate *candidate, int64_t *lots);

/* A command frame went out now. */
void stratc_count_send(const stratc_view *view);

void stratc_log_command(const stratc_view *view, uint32_t verb, uint32_t template_id, uint64_t order_id, const stratc_terms *terms,
                        uint32_t line);

/* A report frame that the host returns: DENY, or REPLACE_REJECT of an order that stands. */
void stratc_refuse(const stratc_view *view, uint8_t event, uint32_t template_id, uint64_t order_id, uint8_t side,
                   const stratc_terms *terms, uint8_t why, uint32_t line);

/* Market order of a reserved template against its position, as much as one order may be. */
void stratc_close_position(const stratc_view *view, uint32_t reserved);

#endif
