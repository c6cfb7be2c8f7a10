/* Frames to messages of the order kernel and back. */
#include "order_path.h"

#include <stdlib.h>
#include <string.h>

#include "frame_check.h"

static const int64_t PARTS = 100000000;

/* ---- fees */

bool stratc_fee(const stratc_instrument *instrument, bool buy, bool maker, int64_t qty, int64_t px, stratc_charge *charge) {
    int64_t rate = maker ? instrument->maker_fee : instrument->taker_fee;
    charge->in_base = buy && instrument->fee_in_base;
    stratc_exact whole = (stratc_exact)qty * (charge->in_base ? instrument->lot_units : px);
    if (!charge->in_base) whole *= instrument->money_per_unit;
    if (whole > INT64_MAX / 2) return false;
    stratc_exact cost = whole * rate, fee = cost / PARTS + (cost % PARTS > 0);
    charge->amount = (int64_t)fee;
    return fee <= INT64_MAX / 4 && fee >= -(INT64_MAX / 4);
}

/* ---- the kernel's outputs */

/* No step asks more than it has outputs, and the caller has emptied the asks of the last one. */
static void ask(stratc_order_path *path, const stratc_ask *what) { path->asks[path->ask_count++] = *what; }

static const order_kernel_slot *row_of(const stratc_order_path *path, uint64_t id) {
    return &path->state.kernel.slot[id % STRATC_ORDER_ROWS];
}

static void ask_new(stratc_order_path *path, const order_kernel_output *output) {
    stratc_ask what = {.kind = STRATC_ASK_NEW};
    what.order = (stratc_resting){.id = output->as.new_order.id,
                                  .leaves = output->as.new_order.qty,
                                  .px = output->as.new_order.px,
                                  .trigger = output->as.new_order.trigger,
                                  .expires = output->as.new_order.expires,
                                  .tag = row_of(path, output->as.new_order.id)->tag,
                                  .side = (uint8_t)output->as.new_order.side,
                                  .kind = (uint8_t)output->as.new_order.kind,
                                  .tif = (uint8_t)output->as.new_order.tif,
                                  .post_only = output->as.new_order.post_only,
                                  .reduce_only = output->as.new_order.reduce_only};
    ask(path, &what);
}

static void ask_replace(stratc_order_path *path, const order_kernel_output *output) {
    stratc_ask what = {.kind = STRATC_ASK_REPLACE, .seq = (uint32_t)output->as.replace.seq};
    what.order = (stratc_resting){.id = output->as.replace.id,
                                  .leaves = output->as.replace.qty,
                                  .px = output->as.replace.px,
                                  .trigger = output->as.replace.trigger,
                                  .expires = output->as.replace.expires};
    ask(path, &what);
}

static bool report(stratc_order_path *path, const order_kernel_output *output, int64_t time, stratc_error *error) {
    stratc_frame frame;
    memset(&frame, 0, sizeof frame);
    stratc_frame_begin(&frame, STRATC_FRAME_REPORT);
    frame.header.instrument = path->index;
    stratc_report_frame *made = &frame.report;
    made->id = output->as.report.id;
    made->exec_seq = output->as.report.exec_seq;
    made->last_qty = output->as.report.last_qty;
    made->last_px = output->as.report.last_px;
    made->cum = output->as.report.cum;
    made->qty = output->as.report.qty;
    made->px = output->as.report.px;
    made->fee = output->as.report.fee;
    made->fee_currency = output->as.report.in_base;
    made->position_after = output->as.report.position_after;
    made->event_time = time;
    made->template = (uint16_t)output->as.report.tag;
    made->event = (uint8_t)output->as.report.event;
    made->phase = (uint8_t)output->as.report.phase;
    made->reason = (uint8_t)output->as.report.reason;
    made->why = (uint8_t)output->as.report.why;
    made->side = (uint8_t)output->as.report.side;
    made->liquidity = (uint8_t)output->as.report.liquidity;
    made->was_triggered = output->as.report.was_triggered;
    return stratc_frame_queue_push(path->reports, &frame, error);
}

static void ask_plain(stratc_order_path *path, enum stratc_ask_kind kind, uint64_t id) {
    ask(path, &(stratc_ask){.kind = kind, .order = {.id = id}});
}

static bool take(stratc_order_path *path, const order_kernel_output *output, int64_t time, stratc_error *error) {
    switch (output->type) {
        case ORDER_KERNEL_NEW_ORDER: ask_new(path, output); return true;
        case ORDER_KERNEL_REPLACE: ask_replace(path, output); return true;
        case ORDER_KERNEL_CANCEL: ask_plain(path, STRATC_ASK_CANCEL, output->as.cancel.id); return true;
        case ORDER_KERNEL_QUERY: ask_plain(path, STRATC_ASK_QUERY, output->as.query.id); return true;
        default: return report(path, output, time, error);
    }
}

static int64_t or_never(int64_t due) { return due >= ORDER_KERNEL_NEVER ? STRATC_NEVER : due; }

/* One message through the kernel; `time` is the venue's own time of what happened. */
static bool step(stratc_order_path *path, const order_kernel_input *input, int64_t time, stratc_error *error) {
    path->outputs.count = 0;
    order_kernel_step(&path->state.kernel, input, &path->outputs);
    if (path->outputs.fault)
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "the order kernel has a fault of kind %u", (unsigned)path->outputs.fault);
    path->state.due = or_never(path->state.kernel.next_due);
    for (uint32_t i = 0; i < path->outputs.count; i++)
        if (!take(path, &path->outputs.items[i], time, error)) return false;
    return true;
}

/* What does not fit stays out of every range. */
static uint32_t narrow(int64_t value) { return value < 0 || value > UINT32_MAX ? UINT32_MAX : (uint32_t)value; }

/* The kernel learns the price only before a message that can need it. */
static bool refer(stratc_order_path *path, int64_t now, stratc_error *error) {
    if (path->state.mark == path->state.reference) return true;
    path->state.reference = path->state.mark;
    order_kernel_input input = {.type = ORDER_KERNEL_REFERENCE, .time = now};
    input.as.reference.px = narrow(path->state.mark);
    return step(path, &input, now, error);
}

/* ---- commands */

static order_kernel_input submit_of(const stratc_submit_frame *wish, int64_t now) {
    order_kernel_input input = {.type = ORDER_KERNEL_SUBMIT, .time = now};
    input.as.submit.id = (uint32_t)wish->id;
    input.as.submit.side = wish->side;
    input.as.submit.kind = wish->kind;
    input.as.submit.tif = wish->tif;
    input.as.submit.qty = (uint32_t)wish->qty;
    input.as.submit.px = (uint32_t)wish->px;
    input.as.submit.trigger = (uint32_t)wish->trigger;
    input.as.submit.post_only = wish->post_only;
    input.as.submit.reduce_only = wish->reduce_only;
    input.as.submit.expires = wish->expires;
    input.as.submit.held = wish->held;
    input.as.submit.sibling = (uint32_t)wish->sibling;
    input.as.submit.child_a = (uint32_t)wish->child_a;
    input.as.submit.child_b = (uint32_t)wish->child_b;
    input.as.submit.tag = wish->template;
    return input;
}

static order_kernel_input replace_of(const stratc_replace_frame *wish, int64_t now) {
    order_kernel_input input = {.type = ORDER_KERNEL_REPLACE_REQUEST, .time = now};
    input.as.replace_request.id = (uint32_t)wish->id;
    input.as.replace_request.qty = narrow(wish->qty);
    input.as.replace_request.px = narrow(wish->px);
    input.as.replace_request.trigger = narrow(wish->trigger);
    input.as.replace_request.expires = wish->expires;
    input.as.replace_request.tag = wish->template;
    return input;
}

static order_kernel_input cancel_of(const stratc_cancel_frame *wish, int64_t now) {
    order_kernel_input input = {.type = ORDER_KERNEL_CANCEL_REQUEST, .time = now};
    input.as.cancel_request.id = (uint32_t)wish->id;
    input.as.cancel_request.tag = wish->template;
    return input;
}

bool stratc_order_path_command(stratc_order_path *path, const stratc_frame *command, int64_t now, stratc_error *error) {
    order_kernel_input input;
    bool known = true;
    if (!stratc_frame_check(command, error) || !refer(path, now, error)) return false;
    switch (command->header.type) {
        case STRATC_FRAME_SUBMIT:
            input = submit_of(&command->submit, now);
            known = stratc_submit_in_range(&command->submit);
            break;
        case STRATC_FRAME_REPLACE:
            input = replace_of(&command->replace, now);
            known = command->replace.id <= UINT32_MAX;
            break;
        case STRATC_FRAME_CANCEL:
            input = cancel_of(&command->cancel, now);
            known = command->cancel.id <= UINT32_MAX;
            break;
        default: return stratc_fail(error, STRATC_EXIT_INTERNAL, "the order path was sent a frame of type %u", (unsigned)command->header.type);
    }
    if (!known || !order_kernel_input_in_range(&input))
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "a command of type %u has a field out of its range", (unsigned)command->header.type);
    return step(path, &input, now, error);
}

/* ---- answers */

static bool fill_of(const stratc_order_path *path, const stratc_match *match, order_kernel_input *input) {
    const stratc_instrument *instrument = path->instrument;
    stratc_charge charge;
    if (!stratc_fee(instrument, match->side == STRATC_SIDE_BUY, match->maker, match->qty, match->px, &charge)) return false;
    input->type = ORDER_KERNEL_FILL;
    input->as.fill.id = (uint32_t)match->id;
    input->as.fill.side = match->side;
    input->as.fill.tag = match->tag;
    input->as.fill.exec_seq = (uint32_t)match->exec_seq;
    input->as.fill.qty = narrow(match->qty);
    input->as.fill.px = narrow(match->px);
    input->as.fill.fee = charge.amount;
    input->as.fill.in_base = charge.in_base;
    input->as.fill.fee_lots = charge.in_base ? narrow(charge.amount / instrument->lot_units) : 0;
    input->as.fill.fee_rest = charge.in_base ? charge.amount % instrument->lot_units : 0;
    input->as.fill.liquidity = match->maker ? STRATC_LIQUIDITY_MAKER : STRATC_LIQUIDITY_TAKER;
    return true;
}

/* The kernel's message for an answer that is no fill; every message begins with the order's id. */
static void answer_of(const stratc_answer *answer, order_kernel_input *input) {
    uint32_t id = (uint32_t)answer->match.id;
    switch (answer->kind) {
        case STRATC_ANSWER_ACK: input->type = ORDER_KERNEL_ACK; input->as.ack.id = id; break;
        case STRATC_ANSWER_REJECT: input->type = ORDER_KERNEL_REJECT; input->as.reject.id = id; break;
        case STRATC_ANSWER_CANCEL_ACK: input->type = ORDER_KERNEL_CANCEL_ACK; input->as.cancel_ack.id = id; break;
        case STRATC_ANSWER_CANCEL_REJECT:
            input->type = ORDER_KERNEL_CANCEL_REJECT;
            input->as.cancel_reject.id = id;
            input->as.cancel_reject.unknown_order = false;
            break;
        case STRATC_ANSWER_REPLACE_ACK:
            input->type = ORDER_KERNEL_REPLACE_ACK;
            input->as.replace_ack.id = id;
            input->as.replace_ack.seq = (uint8_t)answer->seq;
            break;
        case STRATC_ANSWER_REPLACE_REJECT:
            input->type = ORDER_KERNEL_REPLACE_REJECT;
            input->as.replace_reject.id = id;
            input->as.replace_reject.seq = (uint8_t)answer->seq;
            break;
        case STRATC_ANSWER_TRIGGERED: input->type = ORDER_KERNEL_TRIGGERED; input->as.triggered.id = id; break;
        case STRATC_ANSWER_STATUS:
            input->type = ORDER_KERNEL_STATUS_REPORT;
            input->as.status_report.id = id;
            input->as.status_report.open = answer->open;
            input->as.status_report.reason = answer->reason;
            input->as.status_report.cum = narrow(answer->match.cum);
            break;
        default:
            input->type = ORDER_KERNEL_VENUE_CLOSED;
            input->as.venue_closed.id = id;
            input->as.venue_closed.reason = answer->reason;
    }
}

bool stratc_order_path_answer(stratc_order_path *path, const stratc_answer *answer, stratc_error *error) {
    order_kernel_input input = {.time = answer->at};
    if (answer->kind != STRATC_ANSWER_FILL)
        answer_of(answer, &input);
    else if (!fill_of(path, &answer->match, &input))
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "order %llu: the fee of its fill passes 62 bits", (unsigned long long)answer->match.id);
    if (!order_kernel_input_in_range(&input))
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "order %llu: the venue's answer has a field out of its range", (unsigned long long)answer->match.id);
    return refer(path, answer->at, error) && step(path, &input, answer->match.time, error);
}

/* ---- time */

int64_t stratc_order_path_next_due(stratc_order_path *path) {
    path->state.kernel.next_due = order_kernel_next_due(&path->state.kernel);
    return path->state.due = or_never(path->state.kernel.next_due);
}

bool stratc_order_path_tick(stratc_order_path *path, int64_t now, stratc_error *error) {
    order_kernel_input input = {.type = ORDER_KERNEL_HEARTBEAT, .time = now};
    return step(path, &input, now, error);
}

/* ---- what the outside may know */

static stratc_order view(const order_kernel_slot *row) {
    return (stratc_order){.id = row->id, .qty = row->qty, .cum = row->cum, .px = row->px, .trigger = row->trigger, .template_id = row->tag,
                          .side = row->side, .phase = row->phase, .reason = row->reason, .triggered = row->was_triggered};
}

bool stratc_order_path_find(const stratc_order_path *path, uint64_t id, stratc_order *order) {
    const order_kernel_slot *row = row_of(path, id);
    if (id == 0 || row->id != id) return false;
    *order = view(row);
    return true;
}

bool stratc_order_path_open_row(const stratc_order_path *path, uint32_t row, stratc_order *order) {
    *order = view(&path->state.kernel.slot[row]);
    return order->phase != ORDER_KERNEL_PHASE_FREE && order->phase != ORDER_KERNEL_PHASE_CLOSED;
}

/* ---- opening */

static order_kernel_input limits_of(const stratc_gate *gate) {
    order_kernel_input input = {.type = ORDER_KERNEL_LIMITS};
    input.as.limits.max_qty = (uint32_t)gate->max_qty;
    input.as.limits.max_notional = gate->max_notional;
    input.as.limits.collar = (uint32_t)gate->collar;
    input.as.limits.max_open = (uint8_t)(gate->max_open < UINT8_MAX ? gate->max_open : UINT8_MAX);
    input.as.limits.max_position = gate->max_position;
    input.as.limits.pace = gate->pace;
    input.as.limits.burst = gate->burst;
    return input;
}

bool stratc_order_path_open(stratc_order_path *path, const stratc_program *program, uint32_t instrument, stratc_frame_queue *reports,
                            stratc_error *error) {
    const uint32_t most = ORDER_KERNEL_MOST_OUTPUTS;
    memset(path, 0, sizeof *path);
    path->instrument = &program->instruments[instrument];
    path->index = instrument;
    path->reports = reports;
    path->outputs.items = malloc(most * sizeof *path->outputs.items);
    path->outputs.capacity = most;
    path->asks = malloc(most * sizeof *path->asks);
    if (!path->outputs.items || !path->asks) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the orders of %s", program->name);
    order_kernel_init(&path->state.kernel);
    order_kernel_input limits = limits_of(&program->gates[instrument]), contract = {.type = ORDER_KERNEL_CONTRACT};
    contract.as.contract.lot_units = path->instrument->lot_units;
    return step(path, &limits, 0, error) && step(path, &contract, 0, error);
}

void stratc_order_path_close(stratc_order_path *path) {
    free(path->outputs.items);
    free(path->asks);
}
