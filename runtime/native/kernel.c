/* The strategy kernel's own part of an instant: latching inputs, order slots, money in integers, bounds, output records.
 * Rules: semantics.md 5 and "Account"; every number here is an integer except the order fields as they come in. */
#include "kernel.h"

#include <math.h>
#include <string.h>

static int64_t absolute(int64_t x) { return x < 0 ? -x : x; }

static void fault(stratc_core *core, uint32_t code, uint32_t line) {
    if (core->fault == STRATC_FAULT_NONE) {
        core->fault = code;
        core->fault_line = line;
    }
}

/* lots * price * unit, unit >= 1; what passes 64 bits stays beyond them. */
static __int128 product(int64_t lots, int64_t price, int64_t unit) {
    __int128 value = (__int128)lots * price;
    return value > INT64_MAX || value < -INT64_MAX ? value : value * unit;
}

/* An amount as money, or a MONEY fault when it leaves 62 bits: so sums of two amounts never leave 64. */
static int64_t money(stratc_core *core, __int128 amount) {
    if (amount > INT64_MAX / 2 || amount < -(INT64_MAX / 2)) {
        fault(core, STRATC_FAULT_MONEY, 0);
        return 0;
    }
    return (int64_t)amount;
}

/* ---- output */

static stratc_record *record(stratc_core *core, stratc_output *output, uint16_t kind, uint16_t id, uint32_t line, uint32_t aux) {
    if (output->record_count == output->record_capacity) {
        fault(core, STRATC_FAULT_OUTPUT, line);
        return NULL;
    }
    stratc_record *made = &output->records[output->record_count++];
    memset(made, 0, sizeof *made);
    made->seq = core->seq;
    made->now = core->now;
    made->kind = kind;
    made->id = id;
    made->line = line;
    made->aux = aux;
    return made;
}

static stratc_frame *frame(stratc_core *core, stratc_output *output, uint16_t type, uint32_t line) {
    if (output->frame_count == output->frame_capacity) {
        fault(core, STRATC_FAULT_OUTPUT, line);
        return NULL;
    }
    stratc_frame *made = &output->frames[output->frame_count++];
    memset(made, 0, sizeof *made);
    made->header.version = STRATC_FRAME_VERSION;
    made->header.type = type;
    made->header.length = sizeof *made;
    made->header.ts_ns = (uint64_t)core->now;
    return made;
}

/* ---- the instant */

void stratc_begin(stratc_core *core, const stratc_input *input, stratc_output *output) {
    core->seq = input->seq;
    core->now = input->now;
    core->input_kind = input->kind;
    core->timer_id = input->kind == STRATC_TIMER ? input->verb : -1;
    core->ticked = 0;
    core->events = 0;
    core->event_template = 0;
    core->entered = UINT64_C(1) << core->state;
    output->frame_count = 0;
    output->record_count = 0;
}

static void revalue(stratc_core *core, const stratc_instrument *instrument) {
    stratc_account *account = &core->account;
    int64_t value = money(core, product(account->position, account->mark, instrument->money_per_unit));
    account->equity = money(core, (__int128)account->capital + account->realised + value - account->cost - account->fees);
}

void stratc_latch_bar(stratc_core *core, const stratc_instrument *instrument, const stratc_bar *bar) {
    core->account.mark = bar->close_px;
    core->ticked |= UINT64_C(1) << bar->feed;
    revalue(core, instrument);
}

/* Average cost: a reduction takes the closed share of the cost, truncated toward zero; the rest stays with the rest. */
static void trade(stratc_core *core, const stratc_instrument *instrument, int64_t lots, int64_t price) {
    stratc_account *account = &core->account;
    int64_t before = account->position;
    bool reduces = (before > 0 && lots < 0) || (before < 0 && lots > 0);
    int64_t closed = reduces ? (absolute(lots) < absolute(before) ? lots : -before) : 0;
    if (closed != 0) {
        int64_t share = (int64_t)((__int128)account->cost * absolute(closed) / absolute(before));
        account->realised = money(core, account->realised + product(-closed, price, instrument->money_per_unit) - share);
        account->cost -= share;
    }
    account->cost = money(core, account->cost + product(lots - closed, price, instrument->money_per_unit));
    account->position += lots;
}

static bool is_flat(const stratc_core *core, const stratc_instrument *instrument, const stratc_slot *slots, uint32_t slot_count) {
    for (uint32_t i = 0; i < slot_count; i++) {
        if (slots[i].open) {
            return false;
        }
    }
    int64_t held = absolute(core->account.position);
    if (held == 0 || held < instrument->min_qty) {
        return true;
    }
    __int128 notional = product(held, core->account.mark, instrument->money_per_unit);
    return core->account.mark > 0 && notional < instrument->min_notional;
}

static stratc_slot *slot_of(stratc_slot *slots, uint32_t slot_count, uint64_t order_id) {
    for (uint32_t i = 0; i < slot_count; i++) {
        if (slots[i].order_id == order_id && order_id != 0) {
            return &slots[i];
        }
    }
    return NULL;
}

static void end_order(stratc_core *core, stratc_slot *slot) {
    slot->open = 0;
    slot->ended_at = (int64_t)core->seq;
}

static void latch_fill(stratc_core *core, const stratc_instrument *instrument, stratc_slot *slot, const stratc_report_frame *report) {
    int64_t lots = report->side == STRATC_SIDE_BUY ? report->last_qty : -report->last_qty;
    trade(core, instrument, lots, report->last_px);
    core->account.fees = money(core, (__int128)core->account.fees + report->fee);
    if (core->account.position != report->position_after) {
        fault(core, STRATC_FAULT_POSITION, 0);
    }
    if (slot == NULL || !slot->open) {
        core->events |= STRATC_EVENT_LATE;
    }
    if (slot == NULL) {
        return;
    }
    slot->cum += report->last_qty;
    slot->value = money(core, slot->value + product(report->last_qty, report->last_px, 1));
    if (!slot->open) {
        return;
    }
    if (slot->cum >= slot->qty) {
        core->events |= STRATC_EVENT_FILLED | STRATC_EVENT_CLOSED;
        end_order(core, slot);
    } else {
        core->events |= STRATC_EVENT_PARTIAL;
    }
}

static const int64_t MAX_QTY = 1073741823; /* what a frame carries */
static const int64_t MAX_PX = 2147483647;

/* Are the fields that are read here in the ranges their message declares? Fees are taken in the account's currency only. */
static bool readable(const stratc_frame *input, uint32_t template_count) {
    const stratc_report_frame *report = &input->report;
    return input->header.type == STRATC_FRAME_REPORT && report->event < STRATC_REPORT_COUNT && report->template < template_count &&
           report->side < STRATC_SIDE_COUNT && report->last_qty >= 0 && report->last_qty <= MAX_QTY && report->last_px >= 0 &&
           report->last_px <= MAX_PX && report->fee_currency == 0;
}

void stratc_latch_report(stratc_core *core, const stratc_instrument *instrument, stratc_slot *slots, uint32_t slot_count,
                         const stratc_template *templates, uint32_t template_count, const stratc_frame *input) {
    (void)templates;
    const stratc_report_frame *report = &input->report;
    if (!readable(input, template_count)) {
        fault(core, STRATC_FAULT_REPORT, 0);
        return;
    }
    stratc_slot *slot = slot_of(slots, slot_count, report->id);
    core->event_template = report->template;
    switch (report->event) {
    case STRATC_REPORT_FILL:
        latch_fill(core, instrument, slot, report);
        break;
    case STRATC_REPORT_CLOSE:
    case STRATC_REPORT_DENY:
        if (slot != NULL && slot->open) {
            end_order(core, slot);
            core->events |= report->event == STRATC_REPORT_DENY ? STRATC_EVENT_DENIED : STRATC_EVENT_CLOSED;
        } else if (slot == NULL && report->event == STRATC_REPORT_DENY) {
            core->events |= STRATC_EVENT_DENIED; /* never sent: it has no slot */
        }
        break;
    default: /* an acknowledgement and its like change nothing here */
        break;
    }
    uint32_t flat = is_flat(core, instrument, slots, slot_count);
    if (flat && !core->flat) {
        core->events |= STRATC_EVENT_FLAT;
    }
    core->flat = flat;
    revalue(core, instrument);
}

int64_t stratc_open_leaves(const stratc_slot *slots, uint32_t slot_count, uint8_t side) {
    int64_t leaves = 0;
    for (uint32_t i = 0; i < slot_count; i++) {
        if (slots[i].open && slots[i].side == side) {
            leaves += slots[i].qty - slots[i].cum;
        }
    }
    return leaves;
}

/* ---- rounding at the edge of the order kernel */

static const double POWERS_OF_TEN[19] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                         1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

bool stratc_round_steps(double x, stratc_scale step, int64_t multiple, int direction, int64_t limit, int64_t *steps) {
    double exact = x * POWERS_OF_TEN[step.decimals] / ((double)step.numerator * (double)multiple);
    if (!isfinite(exact) || __builtin_fabs(exact) >= 9007199254740992.0) {
        return false;
    }
    int64_t down = (int64_t)exact; /* toward zero */
    if ((double)down > exact) {
        down--;
    }
    double above = exact - (double)down;
    int64_t whole = direction > 0 || (direction == 0 && exact < 0.0) ? down + (above > 0.0) : down;
    if (above <= 1e-6) {
        whole = down; /* on the grid but for the last bits */
    } else if (above >= 1.0 - 1e-6) {
        whole = down + 1;
    }
    if (absolute(whole) > limit / multiple) {
        return false;
    }
    *steps = whole * multiple;
    return true;
}

/* ---- commands */

typedef struct { /* an order on its way through the checks */
    int64_t qty, trigger;
    uint8_t why;
} wish;

static bool below_minimum(const stratc_core *core, const stratc_instrument *instrument, const wish *wanted) {
    if (wanted->qty < 1 || wanted->qty < instrument->min_qty) {
        return true;
    }
    int64_t reference = wanted->trigger != 0 ? wanted->trigger : core->account.mark;
    __int128 notional = product(wanted->qty, reference, instrument->money_per_unit);
    return notional < instrument->min_notional;
}

static stratc_slot *free_slot(stratc_slot *slots, const stratc_template *template) {
    for (uint32_t i = 0; i < template->max_open; i++) {
        if (!slots[template->first_slot + i].open) {
            return &slots[template->first_slot + i];
        }
    }
    return NULL;
}

/* A reduce-only order must shrink the position, together with every other one that is open. */
static bool over_reduces(const stratc_core *core, const stratc_slot *slots, uint32_t slot_count, uint8_t side, int64_t qty) {
    int64_t position = core->account.position;
    if ((side == STRATC_SIDE_SELL && position <= 0) || (side == STRATC_SIDE_BUY && position >= 0)) {
        return true;
    }
    int64_t leaves = qty;
    for (uint32_t i = 0; i < slot_count; i++) {
        if (slots[i].open && slots[i].reduce_only) {
            leaves += slots[i].qty - slots[i].cum;
        }
    }
    return leaves > absolute(position);
}

static uint8_t round_fields(const stratc_instrument *instrument, const stratc_template *template, stratc_optional qty,
                            stratc_optional trigger, wish *wanted) {
    bool stops = template->kind == STRATC_KIND_STOP;
    if (!qty.ok || (stops && !trigger.ok)) {
        return STRATC_WHY_NA;
    }
    if (!stratc_round_steps(qty.value, instrument->lot, 1, 0, instrument->max_qty, &wanted->qty)) {
        return STRATC_WHY_RANGE;
    }
    int direction = template->side == STRATC_SIDE_BUY ? 1 : -1;
    if (stops && (!stratc_round_steps(trigger.value, instrument->price, instrument->tick, direction, MAX_PX, &wanted->trigger) ||
                  wanted->trigger < 1)) {
        wanted->trigger = 0;
        return STRATC_WHY_RANGE;
    }
    return STRATC_WHY_OK;
}

/* Worst case if every open order on this side and this one fill; logs the verdict. */
static bool breaks_bound(stratc_core *core, const stratc_slot *slots, uint32_t slot_count, const stratc_template *template,
                         uint32_t template_id, int64_t qty, int32_t rule, uint32_t line, stratc_output *output) {
    if (rule < 0 || template->reduce_only) {
        return false;
    }
    int64_t leaves = stratc_open_leaves(slots, slot_count, template->side) + qty;
    int64_t worst = absolute(core->account.position + (template->side == STRATC_SIDE_BUY ? leaves : -leaves));
    bool broken = worst > core->position_bound;
    stratc_record *made = record(core, output, STRATC_RISK, (uint16_t)rule, line, broken);
    if (made != NULL) {
        made->payload[0].i = worst;
        made->payload[1].i = core->position_bound;
        made->payload[2].i = template_id;
    }
    return broken;
}

static void log_command(stratc_core *core, uint32_t template_id, uint32_t verb, uint64_t order_id, const wish *wanted, uint32_t line,
                        stratc_output *output) {
    stratc_record *made = record(core, output, STRATC_COMMAND, (uint16_t)template_id, line, verb);
    if (made != NULL) {
        made->payload[0].i = (int64_t)order_id;
        made->payload[1].i = wanted->qty;
        made->payload[2].i = wanted->trigger;
        made->payload[3].i = core->account.position;
    }
}

static void deny(stratc_core *core, const stratc_template *template, uint32_t template_id, uint64_t order_id, const wish *wanted,
                 uint32_t line, stratc_output *output) {
    stratc_frame *made = frame(core, output, STRATC_FRAME_REPORT, line);
    if (made == NULL) {
        return;
    }
    made->report.id = order_id;
    made->report.qty = wanted->qty > 0 ? wanted->qty : 0;
    made->report.position_after = core->account.position;
    made->report.event_time = core->now;
    made->report.template = (uint16_t)template_id;
    made->report.event = STRATC_REPORT_DENY;
    made->report.phase = STRATC_PHASE_CLOSED;
    made->report.reason = STRATC_REASON_DENIED;
    made->report.why = wanted->why;
    made->report.side = template->side;
}

static void send(stratc_core *core, stratc_slot *slot, const stratc_template *template, uint32_t template_id, uint64_t order_id,
                 const wish *wanted, uint32_t line, stratc_output *output) {
    stratc_frame *made = frame(core, output, STRATC_FRAME_SUBMIT, line);
    if (made == NULL) {
        return;
    }
    made->submit.id = order_id;
    made->submit.qty = wanted->qty;
    made->submit.trigger = wanted->trigger;
    made->submit.template = (uint16_t)template_id;
    made->submit.side = template->side;
    made->submit.kind = template->kind;
    made->submit.tif = template->tif;
    made->submit.reduce_only = template->reduce_only;
    memset(slot, 0, sizeof *slot);
    slot->order_id = order_id;
    slot->qty = wanted->qty;
    slot->template_id = (uint16_t)template_id;
    slot->open = 1;
    slot->side = template->side;
    slot->reduce_only = template->reduce_only;
}

void stratc_submit(stratc_core *core, const stratc_instrument *instrument, stratc_slot *slots, uint32_t slot_count,
                   const stratc_template *templates, uint32_t template_id, stratc_optional qty, stratc_optional trigger, int32_t rule,
                   uint32_t line, stratc_output *output) {
    const stratc_template *template = &templates[template_id];
    uint64_t order_id = ++core->next_order;
    wish wanted = {0, 0, STRATC_WHY_OK};
    stratc_slot *slot = free_slot(slots, template);
    wanted.why = round_fields(instrument, template, qty, trigger, &wanted);
    if (wanted.why == STRATC_WHY_OK) {
        if (below_minimum(core, instrument, &wanted)) {
            wanted.why = STRATC_WHY_MIN_QTY;
        } else if (slot == NULL) {
            wanted.why = STRATC_WHY_SLOT;
        } else if (template->reduce_only && over_reduces(core, slots, slot_count, template->side, wanted.qty)) {
            wanted.why = STRATC_WHY_REDUCE_ONLY;
        } else if (breaks_bound(core, slots, slot_count, template, template_id, wanted.qty, rule, line, output)) {
            wanted.why = STRATC_WHY_RISK;
        }
    }
    log_command(core, template_id, STRATC_FRAME_SUBMIT, order_id, &wanted, line, output);
    if (wanted.why == STRATC_WHY_OK) {
        send(core, slot, template, template_id, order_id, &wanted, line, output);
    } else {
        deny(core, template, template_id, order_id, &wanted, line, output);
    }
}

void stratc_cancel(stratc_core *core, const stratc_slot *slots, uint32_t slot_count, int32_t template_id, uint32_t line,
                   stratc_output *output) {
    for (uint32_t i = 0; i < slot_count; i++) {
        const stratc_slot *slot = &slots[i];
        if (!slot->open || (template_id >= 0 && slot->template_id != template_id)) {
            continue;
        }
        wish wanted = {slot->qty - slot->cum, 0, STRATC_WHY_OK};
        log_command(core, slot->template_id, STRATC_FRAME_CANCEL, slot->order_id, &wanted, line, output);
        stratc_frame *made = frame(core, output, STRATC_FRAME_CANCEL, line);
        if (made != NULL) {
            made->cancel.id = slot->order_id;
            made->cancel.template = slot->template_id;
        }
    }
}

/* ---- log records */

void stratc_note(stratc_core *core, uint32_t text, uint32_t line, stratc_output *output) {
    record(core, output, STRATC_NOTE, (uint16_t)text, line, 0);
}

void stratc_log_signal(stratc_core *core, uint32_t signal, double value, int32_t ok, uint32_t line, stratc_output *output) {
    stratc_record *made = record(core, output, STRATC_SIGNAL, (uint16_t)signal, line, ok != 0);
    if (made != NULL) {
        made->payload[0].f = !ok ? 0.0 : isnan(value) ? (double)NAN : value; /* one NaN, whatever made it */
    }
}

void stratc_log_transition(stratc_core *core, int32_t from, int32_t to, uint32_t transition, int32_t cause, uint32_t line,
                           stratc_output *output) {
    stratc_record *made = record(core, output, STRATC_TRANSITION, (uint16_t)from, line, (uint32_t)to);
    if (made != NULL) {
        made->payload[0].i = cause;
        made->payload[1].i = transition;
    }
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
