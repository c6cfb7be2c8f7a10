/* Drives runtime/native/kernel.c with reproducible noise, extremes included, for the sanitizers; prints how often it met
 * each fault and how many orders it sent and denied. argv[1]: number of instants. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint64_t noise(void) {
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

static int64_t integer(void) {
    static const int64_t EDGES[] = {INT64_MIN, INT64_MAX, -1, 0, 1, 1073741823, 1073741824, 2147483647, 2147483648};
    return noise() % 8 == 0 ? EDGES[noise() % COUNT(EDGES)] : (int64_t)(noise() % 100000);
}

/* Below `most`, or an edge. */
static stratc_optional number(double most) {
    static const double EDGES[] = {0.0, -0.0, -1.0, 1e-300, 1e9, 1e17, 184467440737095550.0, 1e300, INFINITY, -INFINITY, NAN};
    double value = noise() % 8 == 0 ? EDGES[noise() % COUNT(EDGES)] : most * (double)(noise() % 100000) / 100000.0;
    return (stratc_optional){value, noise() % 16 != 0};
}

static const stratc_template TEMPLATES[] = {
    {"buy", STRATC_SIDE_BUY, STRATC_KIND_MARKET, STRATC_TIF_GTC, 0, 0, 2, 1},
    {"sell", STRATC_SIDE_SELL, STRATC_KIND_STOP, STRATC_TIF_GTC, 0, 2, 2, 2},
    {"exit", STRATC_SIDE_SELL, STRATC_KIND_STOP, STRATC_TIF_GTC, 1, 4, 1, 3},
};
static const stratc_instrument INSTRUMENT = {.price = {1, 2}, .tick = 5000, .lot = {1, 3}, .money_per_unit = 1 << 20,
                                             .min_qty = 2, .min_notional = 1000, .max_qty = 1073741823};

static void report(stratc_core *core, stratc_slot *slots, uint32_t slot_count) {
    const stratc_slot *slot = &slots[noise() % slot_count];
    bool likely = noise() % 8 != 0;
    stratc_frame frame = {.report = {.header = {.type = likely ? STRATC_FRAME_REPORT : (uint16_t)noise()}}};
    stratc_report_frame *body = &frame.report;
    body->id = likely ? slot->order_id : noise() % 8;
    body->event = (uint8_t)(noise() % (likely ? 4 : 12));
    body->template = (uint16_t)(noise() % (likely ? 3 : 4));
    body->side = likely ? slot->side : (uint8_t)noise();
    body->last_qty = likely ? (int64_t)(noise() % 1000) : integer();
    body->last_px = likely ? (int64_t)(noise() % 100000) : integer();
    body->fee = likely ? 1 : integer();
    int64_t moved = body->side == STRATC_SIDE_BUY ? body->last_qty : -(body->last_qty % 1073741824);
    body->position_after = noise() % 64 != 0 ? core->account.position + moved : integer();
    stratc_latch_report(core, &INSTRUMENT, slots, slot_count, TEMPLATES, COUNT(TEMPLATES), &frame);
}

int main(int argc, char **argv) {
    stratc_frame frames[3];
    stratc_record records[3];
    stratc_output output = {frames, 0, COUNT(frames), records, 0, COUNT(records)};
    stratc_slot slots[5] = {0};
    stratc_core core = {0};
    unsigned long long faults[5] = {0}, sent = 0, denied = 0;
    long instants = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    for (long i = 0; i < instants; i++) {
        if (core.fault != STRATC_FAULT_NONE || i == 0) { /* the host stops on one: start again */
            faults[core.fault]++;
            memset(slots, 0, sizeof slots);
            core = (stratc_core){.flat = 1, .position_bound = 5000, .account = {.capital = INT64_MAX / 4}};
        }
        int kind = (int)(noise() % 3);
        stratc_input input = {.seq = (uint64_t)i + 1, .now = i, .kind = kind == 0 ? STRATC_REPORT : STRATC_BARS};
        stratc_bar bar = {.close_px = noise() % 8 == 0 ? integer() : (int64_t)(noise() % 100000), .feed = (uint32_t)(noise() % 64)};
        stratc_begin(&core, &input, &output);
        if (kind == 0) report(&core, slots, COUNT(slots));
        if (kind == 1) stratc_latch_bar(&core, &INSTRUMENT, &bar);
        for (uint64_t n = noise() % 3; n > 0; n--) {
            uint32_t template_id = (uint32_t)(noise() % COUNT(TEMPLATES));
            stratc_submit(&core, &INSTRUMENT, slots, COUNT(slots), TEMPLATES, template_id, number(3.0),
                          number(1500.0), 0, 1, &output);
        }
        if (noise() % 16 == 0) stratc_cancel(&core, slots, COUNT(slots), (int32_t)(noise() % 4) - 1, 2, &output);
        for (uint32_t f = 0; f < output.frame_count; f++) {
            sent += frames[f].header.type == STRATC_FRAME_SUBMIT;
            denied += frames[f].header.type == STRATC_FRAME_REPORT;
        }
    }
    printf("position %llu money %llu output %llu report %llu sent %llu denied %llu\n", faults[STRATC_FAULT_POSITION],
           faults[STRATC_FAULT_MONEY], faults[STRATC_FAULT_OUTPUT], faults[STRATC_FAULT_REPORT], sent, denied);
    return 0;
}
