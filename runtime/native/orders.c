/* submit and cancel: rounding, the checks in their order, the frames. */
#include "orders.h"

#include <string.h>

#include "calendar.h"
#include "emit.h"
#include "rounding.h"

static const int64_t LATEST = INT64_MAX / 2; /* a time that the order kernel can hold */

/* ---- order fields */

static bool has_price(const stratc_template *t) { return t->kind == STRATC_KIND_LIMIT || t->kind == STRATC_KIND_STOP_LIMIT; }
static bool has_trigger(const stratc_template *t) { return t->kind == STRATC_KIND_STOP || t->kind == STRATC_KIND_STOP_LIMIT; }

static bool round_price(const stratc_instrument *instrument, double price, int direction, int64_t *units) {
    int64_t rounded;
    if (!stratc_round_steps(price, instrument->price, instrument->tick, direction, STRATC_MOST_PX, &rounded) || rounded < 1) {
        return false;
    }
    *units = rounded;
    return true;
}

static bool round_expiry(const stratc_view *view, const stratc_template *t, stratc_optional_time expires, int64_t *at) {
    if (t->tif == STRATC_TIF_DAY) {
        *at = stratc_day_end(&view->plan->instruments[t->instrument], view->core->now);
    } else if (t->tif == STRATC_TIF_GTD) {
        if (expires.value < 1 || expires.value > LATEST - view->core->now) {
            return false;
        }
        *at = view->core->now + expires.value;
    }
    return true;
}

stratc_rounded stratc_round_fields(const stratc_view *view, uint32_t template_id, const stratc_fields *fields) {
    const stratc_template *t = &view->plan->templates[template_id];
    const stratc_instrument *instrument = &view->plan->instruments[t->instrument];
    stratc_rounded made = {.why = STRATC_WHY_NA};
    if (!fields->qty.ok || (has_price(t) && !fields->price.ok) || (has_trigger(t) && !fields->trigger.ok) ||
        (t->tif == STRATC_TIF_GTD && !fields->expires.ok)) {
        return made;
    }
    int up = t->side == STRATC_SIDE_BUY ? 1 : -1; /* away from what a buy wants to pay */
    made.why = STRATC_WHY_RANGE;
    if (stratc_round_steps(fields->qty.value, instrument->lot, 1, 0, instrument->max_qty, &made.terms.qty) &&
        (!has_price(t) || round_price(instrument, fields->price.value, -up, &made.terms.px)) &&
        (!has_trigger(t) || round_price(instrument, fields->trigger.value, up, &made.terms.trigger)) &&
        round_expiry(view, t, fields->expires, &made.expires)) {
        made.why = STRATC_WHY_OK;
    }
    return made;
}

/* ---- checks */

bool stratc_enough(const stratc_view *view, uint32_t template_id, const stratc_terms *terms, int64_t lots) {
    const stratc_instrument *instrument = &view->plan->instruments[stratc_instrument_of(view, template_id)];
    int64_t price = terms->px != 0 ? terms->px : terms->trigger != 0 ? terms->trigger : stratc_holding_of(view, template_id)->mark;
    return lots >= 1 && lots >= instrument->min_qty && stratc_notional(instrument, lots, price) >= instrument->min_notional;
}

bool stratc_refusing(const stratc_view *view) {
    const stratc_core *core = view->core;
    return core->paused || core->now < core->halted_until || core->flatten != STRATC_FLATTEN_OFF || view->refusing;
}

/* Both legs of an OCO pair reduce the same position, so the one in the higher slot does not count. */
static bool is_shadow(const stratc_view *view, uint32_t template_id) {
    const stratc_template *t = &view->plan->templates[template_id];
    return t->sibling >= 0 && view->plan->templates[t->sibling].first_slot < t->first_slot;
}

int64_t stratc_room(const stratc_view *view, uint32_t template_id, uint8_t side, const stratc_slot *without) {
    int64_t room = -stratc_toward(side, stratc_holding_of(view, template_id)->position);
    if (room <= 0 || is_shadow(view, template_id)) {
        return room > 0 ? room : 0;
    }
    for (uint32_t i = 0; i < view->plan->slot_count; i++) {
        const stratc_slot *slot = &view->slots[i];
        if (slot->reduce_only && slot != without && stratc_stands_on(view, slot, side, stratc_instrument_of(view, template_id)) &&
            !is_shadow(view, slot->template_id)) {
            room -= stratc_leaves(slot);
        }
    }
    return room > 0 ? room : 0;
}

static stratc_slot *free_slot(const stratc_view *view, const stratc_template *t) {
    for (uint32_t i = t->first_slot; i < t->first_slot + t->max_open; i++) {
        if (!view->slots[i].open) {
            return &view->slots[i];
        }
    }
    return NULL;
}

/* The first reason against it, or OK; may make it smaller, and one that only reduces. */
static uint8_t check(const stratc_view *view, stratc_candidate *order, const stratc_slot *slot) {
    const stratc_template *t = &view->plan->templates[order->template_id];
    if (!stratc_enough(view, order->template_id, &order->terms, order->terms.qty)) {
        return STRATC_WHY_MIN_QTY;
    }
    if (slot == NULL) {
        return STRATC_WHY_SLOT;
    }
    if (t->reduce_only || stratc_refusing(view)) {
        int64_t room = stratc_room(view, order->template_id, order->side, NULL);
        if (t->reduce_only && order->terms.qty > room) {
            return STRATC_WHY_REDUCE_ONLY;
        }
        if (room < 1) {
            return STRATC_WHY_RISK;
        }
        order->reduce_only = 1; /* what reduces the position still goes, but no more of it than there is */
        order->terms.qty = order->terms.qty < room ? order->terms.qty : room;
    }
    return t->reserved || stratc_within_bounds(view, order, &order->terms.qty) ? STRATC_WHY_OK : STRATC_WHY_RISK;
}

/* ---- what goes out */

void stratc_count_send(const stratc_view *view) {
    stratc_latest *sends = view->sends;
    int64_t capacity = view->plan->rate_capacity;
    if (sends != NULL) {
        view->sent_at[sends->head] = view->core->now;
        sends->head = sends->head + 1 == capacity ? 0 : sends->head + 1;
        sends->count += sends->count < capacity;
    }
}

void stratc_log_command(const stratc_view *view, uint32_t verb, uint32_t template_id, uint64_t order_id, const stratc_terms *terms,
                        uint32_t line) {
    stratc_record *made = stratc_new_record(view->core, view->output, STRATC_COMMAND, (uint16_t)template_id, line, verb);
    if (made != NULL) {
        made->payload[0].i = (int64_t)order_id;
        made->payload[1].i = terms->qty;
        made->payload[2].i = terms->px != 0 ? terms->px : terms->trigger;
        made->payload[3].i = stratc_holding_of(view, template_id)->position;
    }
}

void stratc_refuse(const stratc_view *view, uint8_t event, uint32_t template_id, uint64_t order_id, uint8_t side,
                   const stratc_terms *terms, uint8_t why, uint32_t line) {
    stratc_frame *made = stratc_new_frame(view->core, view->output, STRATC_FRAME_REPORT, line);
    if (made == NULL) {
        return;
    }
    made->report.id = order_id;
    made->report.qty = terms->qty > 0 ? terms->qty : 0;
    made->report.px = terms->px;
    made->header.instrument = stratc_instrument_of(view, template_id);
    made->report.position_after = stratc_holding_of(view, template_id)->position;
    made->report.event_time = view->core->now;
    made->report.template = (uint16_t)template_id;
    made->report.event = event;
    made->report.phase = event == STRATC_REPORT_DENY ? STRATC_PHASE_CLOSED : STRATC_PHASE_WORKING;
    made->report.reason = STRATC_REASON_DENIED;
    made->report.why = why;
    made->report.side = side;
}

/* Of the other leg: its order if it is open, else its next one. */
static uint64_t sibling_order(const stratc_view *view, const stratc_template *t) {
    if (t->sibling < 0) {
        return 0;
    }
    uint32_t slot = view->plan->templates[t->sibling].first_slot;
    return view->slots[slot].open ? view->slots[slot].order_id : stratc_next_order(view, slot);
}

static void send(const stratc_view *view, stratc_slot *slot, uint64_t order_id, const stratc_candidate *order, int64_t expires) {
    const stratc_template *t = &view->plan->templates[order->template_id];
    stratc_frame *made = stratc_new_frame(view->core, view->output, STRATC_FRAME_SUBMIT, order->line);
    if (made == NULL) {
        return;
    }
    *slot = (stratc_slot){.order_id = order_id,
                          .stands = order->terms,
                          .template_id = (uint16_t)order->template_id,
                          .open = 1,
                          .side = order->side,
                          .reduce_only = order->reduce_only};
    made->header.instrument = t->instrument;
    made->submit.id = order_id;
    made->submit.sibling = sibling_order(view, t);
    made->submit.qty = order->terms.qty;
    made->submit.px = order->terms.px;
    made->submit.trigger = order->terms.trigger;
    made->submit.expires = expires;
    made->submit.template = (uint16_t)order->template_id;
    made->submit.side = order->side;
    made->submit.kind = t->kind;
    made->submit.tif = t->tif;
    made->submit.urgency = t->urgency;
    made->submit.route = t->route;
    made->submit.post_only = t->post_only;
    made->submit.reduce_only = order->reduce_only;
    stratc_count_send(view);
}

/* Sends the order, or denies it for `why` or the first reason found. */
static void admit(const stratc_view *view, stratc_candidate order, int64_t expires, uint8_t why) {
    stratc_slot *slot = free_slot(view, &view->plan->templates[order.template_id]);
    if (why == STRATC_WHY_OK) {
        why = check(view, &order, slot);
    }
    if (why != STRATC_WHY_OK) {
        stratc_log_command(view, STRATC_FRAME_SUBMIT, order.template_id, 0, &order.terms, order.line);
        stratc_refuse(view, STRATC_REPORT_DENY, order.template_id, 0, order.side, &order.terms, why, order.line);
        return;
    }
    uint64_t order_id = stratc_next_order(view, (uint32_t)(slot - view->slots));
    stratc_log_command(view, STRATC_FRAME_SUBMIT, order.template_id, order_id, &order.terms, order.line);
    send(view, slot, order_id, &order, expires);
}

void stratc_submit(const stratc_view *view, uint32_t template_id, const stratc_fields *fields, uint32_t line) {
    const stratc_template *t = &view->plan->templates[template_id];
    stratc_rounded rounded = stratc_round_fields(view, template_id, fields);
    stratc_candidate order = {template_id, t->side, t->reduce_only, 1, rounded.terms, line};
    admit(view, order, rounded.expires, rounded.why);
}

void stratc_close_position(const stratc_view *view, uint32_t reserved) {
    int64_t position = stratc_holding_of(view, reserved)->position, held = stratc_absolute(position);
    int64_t most = view->plan->instruments[stratc_instrument_of(view, reserved)].max_qty;
    stratc_candidate order = {.template_id = reserved,
                              .side = position > 0 ? STRATC_SIDE_SELL : STRATC_SIDE_BUY,
                              .reduce_only = 1,
                              .is_new = 1,
                              .terms = {.qty = held < most ? held : most},
                              .line = view->plan->templates[reserved].line};
    admit(view, order, 0, STRATC_WHY_OK);
}

/* ---- cancel: it overtakes any replace */

void stratc_cancel(const stratc_view *view, int32_t template_id, uint32_t line) {
    for (uint32_t i = 0; i < view->plan->slot_count; i++) {
        stratc_slot *slot = &view->slots[i];
        if (!slot->open || (template_id >= 0 && slot->template_id != template_id)) {
            continue;
        }
        slot->has_wish = 0;
        stratc_terms left = {.qty = slot->stands.qty - slot->cum};
        stratc_log_command(view, STRATC_FRAME_CANCEL, slot->template_id, slot->order_id, &left, line);
        stratc_frame *made = stratc_new_frame(view->core, view->output, STRATC_FRAME_CANCEL, line);
        if (made != NULL) {
            made->header.instrument = stratc_instrument_of(view, slot->template_id);
            made->cancel.id = slot->order_id;
            made->cancel.template = slot->template_id;
            stratc_count_send(view);
        }
    }
}

bool stratc_has_open(const stratc_view *view, uint32_t template_id) {
    for (uint32_t i = 0; i < view->plan->slot_count; i++) {
        if (view->slots[i].open && view->slots[i].template_id == template_id) {
            return true;
        }
    }
    return false;
}
