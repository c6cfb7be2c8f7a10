/* What a REPORT does to order slots, position and money, and which events it raises. */
#include "account.h"
#include "machine.h"
#include "slots.h"

static const int64_t MOST_QTY = 1073741823; /* what a frame carries */
static const int64_t MOST_PX = 2147483647;

/* Are the fields that are read here in the ranges their message declares? */
static bool readable(const stratc_frame *input, const stratc_plan *plan) {
    const stratc_report_frame *report = &input->report;
    bool good = input->header.type == STRATC_FRAME_REPORT && report->event < STRATC_REPORT_COUNT &&
                report->template < plan->template_count && report->side < STRATC_SIDE_COUNT && report->last_qty >= 0 &&
                report->last_qty <= MOST_QTY && report->last_px >= 0 && report->last_px <= MOST_PX && report->fee_currency <= 1;
    if (good && report->event == STRATC_REPORT_FILL && report->fee_currency == 1) {
        good = report->fee >= 0 && report->fee / plan->instruments[plan->templates[report->template].instrument].lot_units <= MOST_QTY;
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

/* Too small to be sold. */
static bool is_too_small(const stratc_instrument *instrument, const stratc_holding *holding) {
    int64_t held = stratc_absolute(holding->position);
    if (held == 0 || held < instrument->min_qty) {
        return true;
    }
    return holding->mark > 0 && stratc_notional(instrument, held, holding->mark) < instrument->min_notional;
}

static bool is_flat(const stratc_plan *plan, const stratc_holding *holdings, const stratc_slot *slots) {
    for (uint32_t i = 0; i < plan->slot_count; i++) {
        if (slots[i].open) {
            return false;
        }
    }
    for (uint32_t i = 0; i < plan->instrument_count; i++) {
        if (!is_too_small(&plan->instruments[i], &holdings[i])) {
            return false;
        }
    }
    return true;
}

/* A round trip is over when nothing is held, when the other side is, or when what is left counts as flat. */
static void latch_trip(stratc_core *core, stratc_holding *holding, int64_t before, bool became_flat) {
    bool turned = (before < 0 && holding->position > 0) || (before > 0 && holding->position < 0);
    if (holding->trip_open && (holding->position == 0 || turned || became_flat)) {
        stratc_end_trip(&core->account, holding);
        holding->trip_open = holding->position != 0 && !core->flat;
    }
}

static void latch_trade(stratc_core *core, const stratc_plan *plan, stratc_holding *holdings, uint32_t of, const stratc_report_frame *report) {
    stratc_trade(core, &plan->instruments[of], &holdings[of], stratc_toward(report->side, report->last_qty), report->last_px, report->fee,
                 report->fee_currency == 1);
    stratc_sum_up(core, holdings, plan->instrument_count);
    holdings[of].trip_open = 1;
}

void stratc_latch_report(stratc_core *core, const stratc_plan *plan, stratc_holding *holdings, stratc_slot *slots, const stratc_frame *input) {
    const stratc_report_frame *report = &input->report;
    if (!readable(input, plan)) {
        stratc_fault(core, STRATC_FAULT_REPORT, 0);
        return;
    }
    uint32_t of = plan->templates[report->template].instrument;
    int64_t before = holdings[of].position;
    if (report->event == STRATC_REPORT_FILL) {
        latch_trade(core, plan, holdings, of, report);
    }
    if (holdings[of].position != report->position_after) {
        stratc_fault(core, STRATC_FAULT_POSITION, 0);
    }
    core->event_template = report->template;
    core->events = latch_order(core, slots, slot_of(slots, plan->slot_count, plan->rows, report->id), report);
    bool was_flat = core->flat;
    core->flat = is_flat(plan, holdings, slots);
    if (core->flat && !was_flat) {
        core->events |= STRATC_EVENT_FLAT;
    }
    for (uint32_t i = 0; i < plan->instrument_count; i++) {
        latch_trip(core, &holdings[i], i == of ? before : holdings[i].position, core->flat && !was_flat);
    }
    stratc_revalue_exactly(core, plan->instruments, holdings, plan->instrument_count);
}

static int sign(int64_t x) { return (x > 0) - (x < 0); }

static bool may_take(const stratc_instrument *instrument, const stratc_taken *taken) {
    const int64_t most = UINT32_MAX; /* what the order kernel holds */
    int held = sign(taken->position);
    return taken->position <= most && taken->position >= -most && held == sign(taken->cost) && held * instrument->allowed >= 0;
}

void stratc_latch_adoption(stratc_core *core, const stratc_plan *plan, stratc_holding *holdings, const stratc_slot *slots,
                           const stratc_input *input) {
    for (uint32_t i = 0; i < plan->instrument_count; i++) {
        if (core->started_at != STRATC_NEVER || !may_take(&plan->instruments[i], &input->taken[i])) {
            stratc_fault(core, STRATC_FAULT_ADOPT, 0);
            return;
        }
        holdings[i].position = input->taken[i].position;
        holdings[i].cost = stratc_money(core, input->taken[i].cost);
    }
    stratc_sum_up(core, holdings, plan->instrument_count);
    core->flat = is_flat(plan, holdings, slots);
    for (uint32_t i = 0; i < plan->instrument_count; i++) {
        holdings[i].trip_open = holdings[i].position != 0 && !core->flat;
    }
    stratc_revalue_exactly(core, plan->instruments, holdings, plan->instrument_count);
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
