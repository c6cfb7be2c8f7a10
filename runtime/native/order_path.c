/* The small order state machine behind the frame boundary. */
#include "order_path.h"

#include <string.h>

#include "frame_check.h"

static const int64_t PARTS = 100000000;

bool stratc_order_path_open(stratc_order_path *path, const stratc_program *program, stratc_error *error) {
    (void)error;
    memset(path, 0, sizeof *path);
    path->instrument = &program->instruments[0];
    path->state.row_count = program->slot_count;
    return true;
}

void stratc_order_path_close(stratc_order_path *path) { stratc_frame_queue_free(&path->reports); }

static stratc_order *find(stratc_order_path *path, uint64_t id) {
    for (uint32_t i = 0; i < path->state.row_count; i++)
        if (id != 0 && path->state.orders[i].id == id) return &path->state.orders[i];
    return NULL;
}

bool stratc_order_path_find(const stratc_order_path *path, uint64_t id, stratc_order *order) {
    const stratc_order *row = find((stratc_order_path *)path, id);
    if (row) *order = *row;
    return row != NULL;
}

bool stratc_order_path_row(const stratc_order_path *path, uint32_t row, stratc_order *order) {
    *order = path->state.orders[row];
    return order->id != 0;
}

static bool is_open(const stratc_order *order) { return order->id != 0 && order->phase != STRATC_PHASE_CLOSED; }

static int64_t leaves(const stratc_order *order) { return is_open(order) ? order->qty - order->cum : 0; }

bool stratc_fee(const stratc_instrument *instrument, bool buy, bool maker, int64_t qty, int64_t px, stratc_charge *charge) {
    int64_t rate = maker ? instrument->maker_fee : instrument->taker_fee;
    charge->in_base = buy && instrument->fee_in_base;
    stratc_exact whole = (stratc_exact)qty * (charge->in_base ? instrument->lot_units : px);
    if (!charge->in_base) whole *= instrument->money_per_unit;
    if (whole > INT64_MAX) return false;
    stratc_exact cost = whole * rate, fee = cost / PARTS + (cost % PARTS > 0);
    charge->amount = (int64_t)fee;
    return fee <= INT64_MAX && fee >= INT64_MIN;
}

/* ---- reports */

static stratc_frame begin_report(const stratc_order_path *path, const stratc_order *order, uint8_t event, int64_t time) {
    stratc_frame frame;
    memset(&frame, 0, sizeof frame);
    stratc_frame_begin(&frame, STRATC_FRAME_REPORT);
    stratc_report_frame *report = &frame.report;
    report->id = order->id;
    report->exec_seq = order->exec_seq;
    report->cum = order->cum;
    report->qty = order->qty;
    report->px = order->px;
    report->position_after = path->state.position;
    report->event_time = time;
    report->template = order->template_id;
    report->event = event;
    report->phase = order->phase;
    report->reason = order->reason;
    report->side = order->side;
    report->was_triggered = order->triggered;
    return frame;
}

static bool report_plain(stratc_order_path *path, const stratc_order *order, uint8_t event, uint8_t why, int64_t time,
                         stratc_error *error) {
    stratc_frame frame = begin_report(path, order, event, time);
    frame.report.why = why;
    return stratc_frame_queue_push(&path->reports, &frame, error);
}

/* ---- commands */

/* Of two orders that cancel one another, both of which reduce the same position, the later row does not count. */
static bool is_shadow(const stratc_order_path *path, uint32_t row) {
    uint64_t sibling = path->state.orders[row].sibling;
    for (uint32_t i = 0; i < row; i++)
        if (sibling != 0 && path->state.orders[i].id == sibling && is_open(&path->state.orders[i])) return true;
    return false;
}

/* What a reduce-only order on `side` may still take off: |position| less what others of its kind will. */
static int64_t reducible(const stratc_order_path *path, const stratc_submit_frame *wish) {
    int64_t room = wish->side == STRATC_SIDE_SELL ? path->state.position : -path->state.position;
    for (uint32_t i = 0; i < path->state.row_count; i++) {
        const stratc_order *order = &path->state.orders[i];
        bool counts = order->reduce_only && order->side == wish->side && !is_shadow(path, i);
        if (counts && (wish->sibling == 0 || order->id != wish->sibling)) room -= leaves(order);
    }
    return room > 0 ? room : 0;
}

static uint8_t refusal(const stratc_order_path *path, const stratc_frame *frame) {
    const stratc_submit_frame *submit = &frame->submit;
    if (!stratc_submit_in_range(submit)) return STRATC_WHY_BAD_FIELD;
    if (submit->qty > path->instrument->max_qty) return STRATC_WHY_TOO_LARGE;
    if (find((stratc_order_path *)path, submit->id)) return STRATC_WHY_DUPLICATE_INTENT;
    if (submit->reduce_only && submit->qty > reducible(path, submit)) return STRATC_WHY_REDUCE_ONLY;
    return STRATC_WHY_OK;
}

static stratc_order *free_row(stratc_order_path *path) {
    for (uint32_t i = 0; i < path->state.row_count; i++)
        if (!is_open(&path->state.orders[i])) return &path->state.orders[i];
    return NULL;
}

static void ask(stratc_order_path *path, enum stratc_ask_kind kind, uint64_t id) {
    path->asks[path->ask_count++] = (stratc_ask){.kind = kind, .order = {.id = id}};
}

static bool submit(stratc_order_path *path, const stratc_frame *frame, int64_t now, stratc_error *error) {
    const stratc_submit_frame *wish = &frame->submit;
    stratc_order order = {.id = wish->id, .qty = wish->qty, .px = wish->px, .trigger = wish->trigger, .template_id = wish->template,
                          .side = wish->side, .kind = wish->kind, .reduce_only = wish->reduce_only, .sibling = wish->sibling,
                          .phase = STRATC_PHASE_PENDING, .reason = STRATC_REASON_NONE};
    uint8_t why = refusal(path, frame);
    stratc_order *row = why == STRATC_WHY_OK ? free_row(path) : NULL;
    if (!row) {
        order.phase = STRATC_PHASE_CLOSED;
        order.reason = STRATC_REASON_DENIED;
        return report_plain(path, &order, STRATC_REPORT_DENY, why == STRATC_WHY_OK ? STRATC_WHY_TOO_MANY_OPEN : why, now,
                            error);
    }
    *row = order;
    path->asks[path->ask_count++] = (stratc_ask){
        .kind = STRATC_ASK_NEW,
        .order = {.id = wish->id, .leaves = wish->qty, .px = wish->px, .trigger = wish->trigger, .expires = wish->expires, .tag = wish->template,
                  .side = wish->side, .kind = wish->kind, .tif = wish->tif, .post_only = wish->post_only, .reduce_only = wish->reduce_only}};
    return true;
}

/* Cancel and replace may meet an order whose end the strategy has not yet been told of: they are refused, the end stands. */
static bool refuse(stratc_order_path *path, const stratc_order *order, uint64_t id, uint16_t template_id, uint8_t event, uint8_t why, int64_t now,
                   stratc_error *error) {
    stratc_order unknown = {.id = id, .template_id = template_id, .phase = STRATC_PHASE_CLOSED};
    return report_plain(path, order ? order : &unknown, event, why, now, error);
}

static void ask_cancel(stratc_order_path *path, stratc_order *order) {
    if (order->cancelling) return;
    order->cancelling = true;
    ask(path, STRATC_ASK_CANCEL, order->id);
}

static bool cancel(stratc_order_path *path, const stratc_cancel_frame *wish, int64_t now, stratc_error *error) {
    stratc_order *order = find(path, wish->id);
    if (!order || !is_open(order))
        return refuse(path, order, wish->id, wish->template, STRATC_REPORT_CANCEL_REJECT, STRATC_WHY_NOT_OPEN, now, error);
    ask_cancel(path, order);
    return true;
}

static bool replace(stratc_order_path *path, const stratc_replace_frame *wish, int64_t now, stratc_error *error) {
    stratc_order *order = find(path, wish->id);
    bool busy = order && (order->cancelling || order->replacing);
    if (!order || !is_open(order) || busy)
        return refuse(path, order, wish->id, wish->template, STRATC_REPORT_REPLACE_REJECT, busy ? STRATC_WHY_BUSY : STRATC_WHY_NOT_OPEN, now, error);
    if (wish->qty <= order->cum) {
        ask_cancel(path, order);
        return true;
    }
    order->replacing = true;
    order->asked = (stratc_asked){wish->qty, wish->px, wish->trigger};
    path->asks[path->ask_count++] = (stratc_ask){
        .kind = STRATC_ASK_REPLACE,
        .order = {.id = wish->id, .leaves = wish->qty, .px = wish->px, .trigger = wish->trigger, .expires = wish->expires},
        .seq = ++order->replaces};
    return true;
}

bool stratc_order_path_command(stratc_order_path *path, const stratc_frame *command, int64_t now, stratc_error *error) {
    if (!stratc_frame_check(command, error)) return false;
    if (command->header.type == STRATC_FRAME_SUBMIT) return submit(path, command, now, error);
    if (command->header.type == STRATC_FRAME_CANCEL) return cancel(path, &command->cancel, now, error);
    if (command->header.type == STRATC_FRAME_REPLACE) return replace(path, &command->replace, now, error);
    return stratc_fail(error, STRATC_EXIT_INTERNAL, "the order path was sent a frame of type %u", (unsigned)command->header.type);
}

/* ---- answers of the venue */

/* One cancels the other. */
static void end_order(stratc_order_path *path, stratc_order *order, uint8_t reason) {
    stratc_order *sibling = find(path, order->sibling);
    order->phase = STRATC_PHASE_CLOSED;
    order->reason = reason;
    if (sibling && is_open(sibling)) ask_cancel(path, sibling);
}

static bool close_order(stratc_order_path *path, stratc_order *order, uint8_t reason, int64_t time, stratc_error *error) {
    end_order(path, order, reason);
    return report_plain(path, order, STRATC_REPORT_CLOSE, STRATC_WHY_OK, time, error);
}

/* A fee in base takes whole lots from the position, and what is less than a lot when it has become one. */
static void take_fee(stratc_order_path *path, stratc_charge charge) {
    int64_t units = path->instrument->lot_units;
    if (!charge.in_base) return;
    path->state.dust += charge.amount % units;
    path->state.position -= charge.amount / units;
    if (path->state.dust < units) return;
    path->state.dust -= units;
    path->state.position--;
}

/* Counts in any phase: what was filled was filled. */
static bool fill(stratc_order_path *path, stratc_order *order, const stratc_match *match, stratc_error *error) {
    stratc_charge charge;
    bool late = !is_open(order);
    if (!stratc_fee(path->instrument, match->side == STRATC_SIDE_BUY, match->maker, match->qty, match->px, &charge))
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "order %llu: the notional of its fill passes 64 bits",
                           (unsigned long long)order->id);
    order->cum += match->qty;
    order->exec_seq++;
    path->state.position += match->side == STRATC_SIDE_BUY ? match->qty : -match->qty;
    take_fee(path, charge);
    if (!late && order->cum >= order->qty) end_order(path, order, STRATC_REASON_FILLED);
    stratc_frame frame = begin_report(path, order, STRATC_REPORT_FILL, match->time);
    frame.report.last_qty = match->qty;
    frame.report.last_px = match->px;
    frame.report.fee = charge.amount;
    frame.report.fee_currency = charge.in_base;
    frame.report.liquidity = match->maker ? STRATC_LIQUIDITY_MAKER : STRATC_LIQUIDITY_TAKER;
    frame.report.why = late ? STRATC_WHY_LATE_FILL : STRATC_WHY_OK;
    return stratc_frame_queue_push(&path->reports, &frame, error);
}

static bool replaced(stratc_order_path *path, stratc_order *order, const stratc_answer *answer, stratc_error *error) {
    bool taken = answer->kind == STRATC_ANSWER_REPLACE_ACK;
    if (!order->replacing || answer->seq != order->replaces) return true;
    order->replacing = false;
    if (taken) {
        order->qty = order->asked.qty;
        order->px = order->asked.px;
        order->trigger = order->asked.trigger;
        if (order->cum >= order->qty) end_order(path, order, STRATC_REASON_FILLED);
    }
    return report_plain(path, order, taken ? STRATC_REPORT_REPLACE_ACK : STRATC_REPORT_REPLACE_REJECT, taken ? STRATC_WHY_OK : STRATC_WHY_NOT_OPEN,
                        answer->match.time, error);
}

static bool cancel_refused(stratc_order_path *path, stratc_order *order, int64_t time, stratc_error *error) {
    if (!order->cancelling) return true;
    order->cancelling = false;
    return report_plain(path, order, STRATC_REPORT_CANCEL_REJECT, STRATC_WHY_NOT_OPEN, time, error);
}

bool stratc_order_path_answer(stratc_order_path *path, const stratc_answer *answer, stratc_error *error) {
    stratc_order *order = find(path, answer->match.id);
    int64_t time = answer->match.time;
    if (!order) return true;
    if (answer->kind == STRATC_ANSWER_FILL) return fill(path, order, &answer->match, error);
    if (!is_open(order)) return true;
    switch (answer->kind) {
        case STRATC_ANSWER_ACK:
            order->phase = STRATC_PHASE_WORKING;
            return report_plain(path, order, STRATC_REPORT_ACK, STRATC_WHY_OK, time, error);
        case STRATC_ANSWER_TRIGGERED:
            order->triggered = true;
            return report_plain(path, order, STRATC_REPORT_TRIGGERED, STRATC_WHY_OK, time, error);
        case STRATC_ANSWER_CANCEL_ACK: return close_order(path, order, STRATC_REASON_CANCELLED, time, error);
        case STRATC_ANSWER_CLOSED: return close_order(path, order, answer->reason, time, error);
        case STRATC_ANSWER_REJECT: return close_order(path, order, STRATC_REASON_REJECTED, time, error);
        case STRATC_ANSWER_CANCEL_REJECT: return cancel_refused(path, order, time, error);
        case STRATC_ANSWER_REPLACE_ACK:
        case STRATC_ANSWER_REPLACE_REJECT: return replaced(path, order, answer, error);
        default: return true; /* nothing here asks for a status */
    }
}
