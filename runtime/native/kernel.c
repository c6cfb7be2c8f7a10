/* What a REPORT does to order slots, position and money, and which events it raises. */
#include "account.h"
#include "machine.h"
#include "slots.h"

static const int64_t MOST_QTY = 1073741823; /* what a frame carries */
static const int64_t MOST_PX = 2147483647;

/* Are the fields that are read here in the ranges their message declares? */
static bool readable(const stratc_frame *input, const stratc_instrument *instrument, uint32_t template_count) {
    const stratc_report_frame *report = &input->report;
    bool good = input->header.type == STRATC_FRAME_REPORT && report->event < STRATC_REPORT_COUNT &&
                report->template < template_count && report->side < STRATC_SIDE_COUNT && report->last_qty >= 0 &&
                report->last_qty <= MOST_QTY && report->last_px >= 0 && report->last_px <= MOST_PX && report->fee_currency <= 1;
    if (good && report->event == STRATC_REPORT_FILL && report->fee_currency == 1) {
        good = report->fee >= 0 && report->fee / instrument->lot_units <= MOST_QTY;
    }
    if (good && report->event == STRATC_REPORT_REPLACE_ACK) {
        good = report->qty >= 0 && report->qty <= MOST_QTY && report->px >= 0 && report->px <= MOST_PX;
    }
    return good;
}

static stratc_slot *slot_of(stratc_slot *slots, uint32_t slot_count, uint32_t rows, uint64_t order_id) {
    uint64_t index = order_id % rows;
    bool known = order_id != 0 && index < slot_count && slots[index].order_id == order_id;
    return known ? &slots[index] : NULL;
}

static void end_order(stratc_slot *slot) { slot->open = slot->in_flight = slot->has_wish = 0; }

static uint32_t latch_fill(stratc_core *core, stratc_slot *slot, const stratc_report_frame *report) {
    if (slot == NULL) {
        return STRATC_EVENT_LATE;
    }
    slot->cum += report->last_qty;
    slot->value = stratc_money(core, slot->value + (stratc_wide)report->last_qty * report->last_px);
    if (!slot->open) {
        return STRATC_EVENT_LATE;
    }
    core->filled = slot->template_id + 1u;
    if (slot->cum < slot->stands.qty) {
        return STRATC_EVENT_PARTIAL;
    }
    end_order(slot);
    return STRATC_EVENT_FILLED | STRATC_EVENT_CLOSED;
}

/* A replace was granted: to no more than is filled already, it ends the order as a last fill does. */
static uint32_t latch_grant(stratc_core *core, stratc_slot *slot, uint32_t index, const stratc_report_frame *report) {
    int64_t trigger = slot->in_flight ? slot->asked.trigger : slot->stands.trigger;
    slot->stands = (stratc_terms){report->qty, report->px, trigger};
    if (report->phase == STRATC_PHASE_CLOSED || slot->cum >= report->qty) {
        end_order(slot);
        return STRATC_EVENT_FILLED | STRATC_EVENT_CLOSED;
    }
    slot->in_flight = 0;
    core->answered = index + 1;
    return 0;
}

/* A replace was refused; what the strategy itself refused never was in flight. */
static uint32_t latch_refusal(stratc_core *core, stratc_slot *slot, uint32_t index, const stratc_report_frame *report) {
    if (report->reason != STRATC_REASON_DENIED) {
        slot->in_flight = 0;
        core->answered = index + 1;
    }
    return 0;
}

/* The events that it raises. */
static uint32_t latch_order(stratc_core *core, stratc_slot *slots, stratc_slot *slot, const stratc_report_frame *report) {
    bool open = slot != NULL && slot->open;
    switch (report->event) {
    case STRATC_REPORT_FILL:
        return latch_fill(core, slot, report);
    case STRATC_REPORT_CLOSE:
        if (!open) {
            return 0;
        }
        end_order(slot);
        return STRATC_EVENT_CLOSED;
    case STRATC_REPORT_DENY:
        if (open) {
            end_order(slot);
        }
        return open || slot == NULL ? STRATC_EVENT_DENIED : 0; /* one that was never sent has no slot */
    case STRATC_REPORT_REPLACE_ACK:
        return open ? latch_grant(core, slot, (uint32_t)(slot - slots), report) : 0;
    case STRATC_REPORT_REPLACE_REJECT:
        return open ? latch_refusal(core, slot, (uint32_t)(slot - slots), report) : 0;
    default: /* an acknowledgement and its like change nothing here */
        return 0;
    }
}

static bool is_flat(const stratc_core *core, const stratc_instrument *instrument, const stratc_slot *slots, uint32_t slot_count) {
    for (uint32_t i = 0; i < slot_count; i++) {
        if (slots[i].open) {
            return false;
        }
    }
    int64_t held = stratc_absolute(core->account.position), mark = core->account.mark;
    if (held == 0 || held < instrument->min_qty) {
        return true;
    }
    return mark > 0 && stratc_notional(instrument, held, mark) < instrument->min_notional;
}

/* A round trip is over when nothing is held, when the other side is, or when what is left counts as flat. */
static void latch_trip(stratc_core *core, int64_t before, bool became_flat) {
    stratc_account *account = &core->account;
    bool turned = (before < 0 && account->position > 0) || (before > 0 && account->position < 0);
    if (account->trip_open && (account->position == 0 || turned || became_flat)) {
        stratc_end_trip(account);
        account->trip_open = account->position != 0 && !core->flat;
    }
}

void stratc_latch_report(stratc_core *core, const stratc_instrument *instrument, stratc_slot *slots, uint32_t slot_count,
                         uint32_t rows, uint32_t template_count, const stratc_frame *input) {
    const stratc_report_frame *report = &input->report;
    if (!readable(input, instrument, template_count)) {
        stratc_fault(core, STRATC_FAULT_REPORT, 0);
        return;
    }
    int64_t before = core->account.position;
    if (report->event == STRATC_REPORT_FILL) {
        stratc_trade(core, instrument, stratc_toward(report->side, report->last_qty), report->last_px, report->fee,
                     report->fee_currency == 1);
        core->account.trip_open = 1;
    }
    if (core->account.position != report->position_after) {
        stratc_fault(core, STRATC_FAULT_POSITION, 0);
    }
    core->event_template = report->template;
    core->events = latch_order(core, slots, slot_of(slots, slot_count, rows, report->id), report);
    bool was_flat = core->flat;
    core->flat = is_flat(core, instrument, slots, slot_count);
    if (core->flat && !was_flat) {
        core->events |= STRATC_EVENT_FLAT;
    }
    latch_trip(core, before, core->flat && !was_flat);
    stratc_revalue_exactly(core, instrument);
}

int64_t stratc_earliest(const int64_t *deadlines, uint32_t count, int32_t *timer_id) {
    int64_t earliest = STRATC_NEVER;
    *timer_id = -1;
    for (uint32_t i = 0; i < count; i++) {
        if (deadlines[i] < earliest) {
            earliest = deadlines[i];
            *timer_id = (int32_t)i;
        }
    }
    return earliest;
}
