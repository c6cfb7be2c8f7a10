/* Frames as records of the order log; a tape as an array that grows. */
#include "told.h"

#include <stdlib.h>
#include <string.h>

static uint32_t state_of(uint8_t phase, uint8_t reason, bool triggered) {
    return phase | (uint32_t)reason << 8 | (uint32_t)triggered << 16;
}

static stratc_log_record *begin(stratc_told *told, enum stratc_told_kind kind, const stratc_frame *frame) {
    told->kind = kind;
    memset(&told->as.order.head, 0, sizeof told->as.order.head);
    memcpy(told->as.order.frame, frame, sizeof told->as.order.frame);
    return &told->as.order.head;
}

void stratc_told_command(stratc_told *told, uint64_t seq, int64_t now, const stratc_frame *frame, const stratc_order_path *orders) {
    uint64_t id = frame->header.type == STRATC_FRAME_SUBMIT ? frame->submit.id : frame->cancel.id;
    stratc_log_record *head = begin(told, STRATC_TOLD_COMMAND, frame);
    stratc_order order;
    head->seq = seq;
    head->now = now;
    head->kind = STRATC_LOG_OUT;
    head->id = frame->header.type == STRATC_FRAME_SUBMIT ? frame->submit.template : frame->cancel.template;
    head->payload[0] = (int64_t)id;
    head->payload[3] = stratc_order_path_position(orders);
    if (!stratc_order_path_find(orders, id, &order)) return;
    head->aux = state_of(order.phase, order.reason, order.triggered);
    head->payload[1] = order.cum;
    head->payload[2] = order.phase == STRATC_PHASE_CLOSED ? 0 : order.qty - order.cum;
}

void stratc_told_report(stratc_told *told, uint64_t seq, int64_t now, const stratc_frame *frame) {
    const stratc_report_frame *report = &frame->report;
    stratc_log_record *head = begin(told, STRATC_TOLD_REPORT, frame);
    head->seq = seq;
    head->now = now;
    head->kind = STRATC_LOG_IN;
    head->id = report->template;
    head->aux = state_of(report->phase, report->reason, report->was_triggered);
    head->payload[0] = (int64_t)report->id;
    head->payload[1] = report->cum;
    head->payload[2] = report->phase == STRATC_PHASE_CLOSED ? 0 : report->qty - report->cum;
    head->payload[3] = report->position_after;
}

bool stratc_tape_add(stratc_tape *tape, const stratc_told *told, stratc_error *error) {
    if (tape->count == tape->capacity) {
        size_t capacity = tape->capacity ? 2 * tape->capacity : 16;
        stratc_told *items = realloc(tape->items, capacity * sizeof *items);
        if (!items) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for what %zu messages of a trial say", capacity);
        tape->items = items;
        tape->capacity = capacity;
    }
    tape->items[tape->count++] = *told;
    return true;
}

void stratc_tape_free(stratc_tape *tape) {
    free(tape->items);
    *tape = (stratc_tape){0};
}
