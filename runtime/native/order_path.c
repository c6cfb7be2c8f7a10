/* The small order state machine behind the frame boundary. */
#include "order_path.h"

#include <stdlib.h>
#include <string.h>

#include "frame_check.h"

__extension__ typedef __int128 wide;

bool stratc_order_path_open(stratc_order_path *path, const stratc_instrument *instrument, uint32_t orders,
                            stratc_error *error) {
    *path = (stratc_order_path){.instrument = instrument, .order_capacity = orders};
    path->orders = calloc((size_t)orders + 1, sizeof *path->orders);
    path->asks = calloc((size_t)orders + 1, sizeof *path->asks);
    if (path->orders && path->asks) return true;
    stratc_order_path_close(path);
    return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for %u orders", (unsigned)orders);
}

void stratc_order_path_close(stratc_order_path *path) {
    free(path->orders);
    free(path->asks);
    stratc_frame_queue_free(&path->reports);
    *path = (stratc_order_path){0};
}

const stratc_order *stratc_order_path_find(const stratc_order_path *path, uint64_t id) {
    for (uint32_t i = 0; i < path->order_capacity; i++)
        if (id != 0 && path->orders[i].id == id) return &path->orders[i];
    return NULL;
}

static stratc_order *find(stratc_order_path *path, uint64_t id) {
    return (stratc_order *)stratc_order_path_find(path, id);
}

static bool is_open(const stratc_order *order) { return order->id != 0 && order->phase != STRATC_PHASE_CLOSED; }

static int64_t leaves(const stratc_order *order) { return is_open(order) ? order->qty - order->cum : 0; }

bool stratc_fee(const stratc_instrument *instrument, int64_t qty, int64_t px, int64_t *fee) {
    const wide PARTS = 100000000;
    wide notional = (wide)qty * px * instrument->money_per_unit;
    if (notional > INT64_MAX) return false;
    wide cost = notional * instrument->taker_fee;
    wide whole = cost / PARTS + (cost % PARTS > 0);
    *fee = (int64_t)whole;
    return whole <= INT64_MAX && whole >= INT64_MIN;
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
    report->position_after = path->position;
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

/* What a reduce-only order on `side` may still take off: |position| less what others of its kind will. */
static int64_t reducible(const stratc_order_path *path, uint8_t side) {
    int64_t room = side == STRATC_SIDE_SELL ? path->position : -path->position;
    for (uint32_t i = 0; i < path->order_capacity; i++)
        if (path->orders[i].reduce_only && path->orders[i].side == side) room -= leaves(&path->orders[i]);
    return room > 0 ? room : 0;
}

static uint8_t refusal(const stratc_order_path *path, const stratc_frame *frame) {
    const stratc_submit_frame *submit = &frame->submit;
    if (!stratc_submit_in_range(submit)) return STRATC_WHY_BAD_FIELD;
    if (submit->qty > path->instrument->max_qty) return STRATC_WHY_TOO_LARGE;
    if (stratc_order_path_find(path, submit->id)) return STRATC_WHY_DUPLICATE_INTENT;
    if (submit->reduce_only && submit->qty > reducible(path, submit->side)) return STRATC_WHY_REDUCE_ONLY;
    return STRATC_WHY_OK;
}

static stratc_order *free_row(stratc_order_path *path) {
    for (uint32_t i = 0; i < path->order_capacity; i++)
        if (!is_open(&path->orders[i])) return &path->orders[i];
    return NULL;
}

static void ask(stratc_order_path *path, enum stratc_ask_kind kind, const stratc_order *order) {
    path->asks[path->ask_count++] = (stratc_ask){kind, *order};
}

static bool submit(stratc_order_path *path, const stratc_frame *frame, int64_t now, stratc_error *error) {
    const stratc_submit_frame *wish = &frame->submit;
    stratc_order order = {.id = wish->id,
                          .qty = wish->qty,
                          .trigger = wish->trigger,
                          .template_id = wish->template,
                          .side = wish->side,
                          .kind = wish->kind,
                          .reduce_only = wish->reduce_only,
                          .phase = STRATC_PHASE_PENDING,
                          .reason = STRATC_REASON_NONE};
    uint8_t why = refusal(path, frame);
    stratc_order *row = why == STRATC_WHY_OK ? free_row(path) : NULL;
    if (!row) {
        order.phase = STRATC_PHASE_CLOSED;
        order.reason = STRATC_REASON_DENIED;
        return report_plain(path, &order, STRATC_REPORT_DENY, why == STRATC_WHY_OK ? STRATC_WHY_TOO_MANY_OPEN : why, now,
                            error);
    }
    *row = order;
    ask(path, STRATC_ASK_PLACE, row);
    return true;
}

/* A cancel may meet an order whose end the strategy has not yet been told of: it is refused, the end stands. */
static bool cancel(stratc_order_path *path, const stratc_frame *frame, int64_t now, stratc_error *error) {
    stratc_order *order = find(path, frame->cancel.id);
    if (order && is_open(order)) {
        ask(path, STRATC_ASK_CANCEL, order);
        return true;
    }
    stratc_order unknown = {.id = frame->cancel.id, .template_id = frame->cancel.template, .phase = STRATC_PHASE_CLOSED};
    return report_plain(path, order ? order : &unknown, STRATC_REPORT_CANCEL_REJECT, STRATC_WHY_NOT_OPEN, now, error);
}

bool stratc_order_path_command(stratc_order_path *path, const stratc_frame *command, int64_t now, stratc_error *error) {
    if (!stratc_frame_check(command, error)) return false;
    if (command->header.type == STRATC_FRAME_SUBMIT) return submit(path, command, now, error);
    if (command->header.type == STRATC_FRAME_CANCEL) return cancel(path, command, now, error);
    return stratc_fail(error, STRATC_EXIT_INTERNAL, "the order path was sent a frame of type %u", (unsigned)command->header.type);
}

/* ---- answers of the venue */

static bool close_order(stratc_order_path *path, stratc_order *order, uint8_t reason, int64_t time, stratc_error *error) {
    order->phase = STRATC_PHASE_CLOSED;
    order->reason = reason;
    return report_plain(path, order, STRATC_REPORT_CLOSE, STRATC_WHY_OK, time, error);
}

/* A reduce-only order must never turn the position: what has become too large is withdrawn, last row first. */
static void withdraw_excess(stratc_order_path *path, uint8_t side) {
    int64_t room = side == STRATC_SIDE_SELL ? path->position : -path->position;
    for (uint32_t i = 0; i < path->order_capacity; i++) {
        stratc_order *order = &path->orders[i];
        if (!order->reduce_only || order->side != side || !is_open(order)) continue;
        room -= leaves(order);
        if (room >= 0) continue;
        room += leaves(order);
        ask(path, STRATC_ASK_CANCEL, order);
    }
}

static bool fill(stratc_order_path *path, stratc_order *order, const stratc_answer *answer, stratc_error *error) {
    int64_t fee;
    if (answer->qty < 1 || answer->qty > leaves(order))
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "order %llu: a fill of %lld lots, but %lld are open",
                           (unsigned long long)order->id, (long long)answer->qty, (long long)leaves(order));
    if (!stratc_fee(path->instrument, answer->qty, answer->px, &fee))
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "order %llu: the notional of its fill passes 64 bits",
                           (unsigned long long)order->id);
    order->cum += answer->qty;
    order->exec_seq++;
    order->triggered = order->kind == STRATC_KIND_STOP;
    path->position += order->side == STRATC_SIDE_BUY ? answer->qty : -answer->qty;
    if (order->cum == order->qty) {
        order->phase = STRATC_PHASE_CLOSED;
        order->reason = STRATC_REASON_FILLED;
    }
    withdraw_excess(path, STRATC_SIDE_BUY);
    withdraw_excess(path, STRATC_SIDE_SELL);
    stratc_frame frame = begin_report(path, order, STRATC_REPORT_FILL, answer->time);
    frame.report.last_qty = answer->qty;
    frame.report.last_px = answer->px;
    frame.report.fee = fee;
    frame.report.liquidity = STRATC_LIQUIDITY_TAKER;
    return stratc_frame_queue_push(&path->reports, &frame, error);
}

bool stratc_order_path_answer(stratc_order_path *path, const stratc_answer *answer, stratc_error *error) {
    stratc_order *order = find(path, answer->id);
    if (!order || !is_open(order))
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "the venue answered for order %llu, which is not open",
                           (unsigned long long)answer->id);
    switch (answer->kind) {
        case STRATC_ANSWER_ACK:
            order->phase = STRATC_PHASE_WORKING;
            return report_plain(path, order, STRATC_REPORT_ACK, STRATC_WHY_OK, answer->time, error);
        case STRATC_ANSWER_FILL: return fill(path, order, answer, error);
        case STRATC_ANSWER_CANCELLED: return close_order(path, order, STRATC_REASON_CANCELLED, answer->time, error);
        default: return close_order(path, order, STRATC_REASON_REJECTED, answer->time, error);
    }
}

bool stratc_order_path_next_ask(stratc_order_path *path, stratc_ask *ask) {
    if (path->ask_count == 0) return false;
    *ask = path->asks[0];
    path->ask_count--;
    memmove(path->asks, path->asks + 1, path->ask_count * sizeof *path->asks);
    return true;
}
