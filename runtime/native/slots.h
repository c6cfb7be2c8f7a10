/* Questions about order slots: each template owns `max_open` of them, the reserved ones of `flatten` come last. */
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

/* What the orders of a template trade. */
static inline uint32_t stratc_instrument_of(const stratc_view *view, uint32_t template_id) {
    return view->plan->templates[template_id].instrument;
}

static inline stratc_holding *stratc_holding_of(const stratc_view *view, uint32_t template_id) {
    return &view->holdings[stratc_instrument_of(view, template_id)];
}

/* Is it an open order on that side of that instrument? */
static inline bool stratc_stands_on(const stratc_view *view, const stratc_slot *slot, uint8_t side, uint32_t instrument) {
    return slot->open && slot->side == side && stratc_instrument_of(view, slot->template_id) == instrument;
}

/* Lots of the open orders on one side of an instrument. */
static inline int64_t stratc_open_leaves(const stratc_view *view, uint8_t side, uint32_t instrument) {
    int64_t leaves = 0;
    for (uint32_t i = 0; i < view->plan->slot_count; i++) {
        const stratc_slot *slot = &view->slots[i];
        leaves += stratc_stands_on(view, slot, side, instrument) ? stratc_leaves(slot) : 0;
    }
    return leaves;
}

/* Open orders but those of `flatten`. */
static inline int64_t stratc_count_open(const stratc_slot *slots, const stratc_template *templates, uint32_t slot_count) {
    int64_t count = 0;
    for (uint32_t i = 0; i < slot_count; i++) count += slots[i].open && !templates[slots[i].template_id].reserved;
    return count;
}

static inline bool stratc_same_terms(const stratc_terms *a, const stratc_terms *b) {
    return a->qty == b->qty && a->px == b->px && a->trigger == b->trigger;
}

#endif
