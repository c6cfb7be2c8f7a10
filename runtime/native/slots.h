/* Questions about order slots: each template owns `max_open` of them, the reserved one of `flatten` comes last. */
#ifndef STRATC_SLOTS_H
#define STRATC_SLOTS_H

#include "account.h"
#include "view.h"

/* At worst: while a replace is in flight the larger quantity counts. */
static inline int64_t stratc_leaves(const stratc_slot *slot) {
    int64_t qty = slot->in_flight && slot->asked.qty > slot->stands.qty ? slot->asked.qty : slot->stands.qty;
    return qty > slot->cum ? qty - slot->cum : 0;
}

/* The id that the next order of a slot will have. */
static inline uint64_t stratc_next_order(const stratc_view *view, uint32_t slot) {
    return (view->slots[slot].order_id / view->plan->rows + 1) * view->plan->rows + slot;
}

/* Lots of open orders on one side. */
static inline int64_t stratc_open_leaves(const stratc_view *view, uint8_t side) {
    int64_t leaves = 0;
    for (uint32_t i = 0; i < view->plan->slot_count; i++) {
        const stratc_slot *slot = &view->slots[i];
        leaves += slot->open && slot->side == side ? stratc_leaves(slot) : 0;
    }
    return leaves;
}

/* Open orders but the one of `flatten`. */
static inline int64_t stratc_count_open(const stratc_slot *slots, const stratc_template *templates, uint32_t slot_count) {
    int64_t count = 0;
    for (uint32_t i = 0; i < slot_count; i++) count += slots[i].open && !templates[slots[i].template_id].reserved;
    return count;
}

static inline bool stratc_same_terms(const stratc_terms *a, const stratc_terms *b) {
    return a->qty == b->qty && a->px == b->px && a->trigger == b->trigger;
}

#endif
