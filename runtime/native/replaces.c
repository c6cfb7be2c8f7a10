/* replace: at most one is in flight per order, what is wished meanwhile is kept and sent after it. */
#include "emit.h"
#include "orders.h"

/* A quantity that is filled already needs no minimum: it ends the order. */
static stratc_rounded round_wish(const stratc_view *view, const stratc_slot *slot, const stratc_fields *fields) {
    stratc_rounded made = stratc_round_fields(view, slot->template_id, fields);
    bool ends = made.terms.qty >= 0 && made.terms.qty <= slot->cum;
    if (made.why == STRATC_WHY_OK && !ends && !stratc_enough(view, slot->template_id, &made.terms, made.terms.qty)) {
        made.why = STRATC_WHY_MIN_QTY;
    }
    return made;
}

/* Only what adds risk is checked: more lots, or another price. */
static uint8_t check(const stratc_view *view, const stratc_slot *slot, const stratc_terms *terms, uint32_t line) {
    int64_t added = terms->qty > slot->stands.qty ? terms->qty - slot->stands.qty : 0;
    if (added == 0 && terms->px == slot->stands.px && terms->trigger == slot->stands.trigger) {
        return STRATC_WHY_OK;
    }
    if (!slot->reduce_only && stratc_refusing(view)) {
        return STRATC_WHY_RISK;
    }
    if (slot->reduce_only && added > 0 && terms->qty - slot->cum > stratc_room(view, slot->template_id, slot->side, slot)) {
        return STRATC_WHY_REDUCE_ONLY;
    }
    stratc_candidate part = {slot->template_id, slot->side, slot->reduce_only, 0, {added, terms->px, terms->trigger}, line};
    return stratc_within_bounds(view, &part, &added) ? STRATC_WHY_OK : STRATC_WHY_RISK;
}

static void refuse(const stratc_view *view, const stratc_slot *slot, const stratc_terms *terms, uint8_t why, uint32_t line) {
    stratc_refuse(view, STRATC_REPORT_REPLACE_REJECT, slot->template_id, slot->order_id, slot->side, terms, why, line);
}

static void ask(const stratc_view *view, stratc_slot *slot, const stratc_terms *terms, uint32_t line) {
    if (stratc_same_terms(terms, &slot->stands)) {
        return;
    }
    uint8_t why = check(view, slot, terms, line);
    if (why != STRATC_WHY_OK) {
        refuse(view, slot, terms, why, line);
        return;
    }
    slot->asked = *terms;
    slot->in_flight = 1;
    stratc_log_command(view, STRATC_FRAME_REPLACE, slot->template_id, slot->order_id, terms, line);
    stratc_frame *made = stratc_new_frame(view->core, view->output, STRATC_FRAME_REPLACE, line);
    if (made != NULL) {
        made->header.instrument = stratc_instrument_of(view, slot->template_id);
        made->replace.id = slot->order_id;
        made->replace.qty = terms->qty;
        made->replace.px = terms->px;
        made->replace.trigger = terms->trigger;
        made->replace.template = slot->template_id;
        made->replace.urgency = view->plan->templates[slot->template_id].urgency;
        stratc_count_send(view);
    }
}

void stratc_replace(const stratc_view *view, uint32_t template_id, const stratc_fields *fields, uint32_t line) {
    const stratc_template *t = &view->plan->templates[template_id];
    for (uint32_t i = t->first_slot; i < t->first_slot + t->max_open; i++) {
        stratc_slot *slot = &view->slots[i];
        if (!slot->open) {
            continue;
        }
        stratc_rounded wanted = round_wish(view, slot, fields);
        if (wanted.why != STRATC_WHY_OK) {
            refuse(view, slot, &wanted.terms, wanted.why, line);
        } else if (slot->in_flight) {
            slot->has_wish = !stratc_same_terms(&wanted.terms, &slot->asked);
            slot->wish = wanted.terms;
        } else {
            ask(view, slot, &wanted.terms, line);
        }
    }
}

void stratc_grant(const stratc_view *view, bool may) {
    stratc_slot *slot = &view->slots[view->core->answered - 1];
    if (slot->has_wish) {
        slot->has_wish = 0;
        if (may) {
            stratc_terms wish = slot->wish;
            ask(view, slot, &wish, view->plan->templates[slot->template_id].line);
        }
    }
}
