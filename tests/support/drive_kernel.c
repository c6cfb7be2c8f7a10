/* Drives the runtime of the strategy kernel with reproducible noise, extremes included, for the sanitizers; prints how often it met
 * each fault and how many orders it sent and denied. argv[1]: number of instants. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "view.h"

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
    {"buy", STRATC_SIDE_BUY, STRATC_KIND_MARKET, STRATC_TIF_GTC, 0, 0, 2, 1, 0, 0, 0, 0, 0, -1, {2, -1}},
    {"sell", STRATC_SIDE_SELL, STRATC_KIND_STOP_LIMIT, STRATC_TIF_GTD, 0, 2, 2, 2, 0, 0, 0, 0, 0, -1, {-1, -1}},
    {"exit", STRATC_SIDE_SELL, STRATC_KIND_STOP, STRATC_TIF_DAY, 1, 4, 1, 3, 0, 0, 0, 0, 0, 3, {-1, -1}},
    {"take", STRATC_SIDE_SELL, STRATC_KIND_LIMIT, STRATC_TIF_GTC, 1, 5, 1, 4, 1, 0, 0, 0, 0, 2, {-1, -1}},
    {"flatten", STRATC_SIDE_BUY, STRATC_KIND_MARKET, STRATC_TIF_GTC, 1, 6, 1, 5, 0, 1, 0, 0, 0, -1, {-1, -1}},
};
enum { SLOTS = 7, TIMERS = 2, RATE = 8 };
static const stratc_instrument INSTRUMENTS[] = {{.price = {1, 2}, .tick = 5000, .lot = {1, 3}, .money_per_unit = 1 << 20,
                                             .min_qty = 2, .min_notional = 1000, .max_qty = 1073741823, .lot_units = 1000}};
static const stratc_bound BOUNDS[] = {
    {STRATC_MEASURE_NOTIONAL, 0, 1, 0, -1}, {STRATC_MEASURE_POSITION, 0, 1, 0, -1},    {STRATC_MEASURE_GROSS, 0, 1, 0, -1},
    {STRATC_MEASURE_NET, 0, 1, 0, -1},      {STRATC_MEASURE_COLLAR, 1, 0, 0, -1},      {STRATC_MEASURE_OPEN_ORDERS, 0, 0, 0, -1},
    {STRATC_MEASURE_LEVERAGE, 0, 0, 0, -1}, {STRATC_MEASURE_ORDER_RATE, 0, 0, 100, -1},
};
static const stratc_limit LIMITS[] = {{INT64_MAX / 2, 0}, {5000, 0}, {INT64_MAX / 4, 0}, {INT64_MAX / 4, 0}, {0, 0.9}, {5, 0}, {0, 1.5}, {RATE, 0}};
static const stratc_plan PLAN = {.instruments = INSTRUMENTS, .instrument_count = 1, .templates = TEMPLATES, .template_count = COUNT(TEMPLATES), .bounds = BOUNDS,
                                 .bound_count = COUNT(BOUNDS), .slot_count = SLOTS, .rows = 16, .timer_count = TIMERS, .rate_capacity = RATE};

static void report(stratc_core *core, stratc_holding *held, stratc_slot *slots) {
    const stratc_slot *slot = &slots[noise() % SLOTS];
    bool likely = noise() % 8 != 0;
    stratc_frame frame = {.report = {.header = {.type = likely ? STRATC_FRAME_REPORT : (uint16_t)noise()}}};
    stratc_report_frame *body = &frame.report;
    body->id = likely ? slot->order_id : noise() % 8;
    body->event = (uint8_t)(noise() % (likely ? 6 : 12));
    body->template = (uint16_t)(noise() % (likely ? COUNT(TEMPLATES) : 9));
    body->side = likely ? slot->side : (uint8_t)noise();
    body->last_qty = likely ? (int64_t)(noise() % 1000) : integer();
    body->last_px = likely ? (int64_t)(noise() % 100000) : integer();
    body->fee = likely ? 1 : integer();
    body->fee_currency = noise() % 4 == 0;
    body->qty = likely ? (int64_t)(noise() % 1000) : integer();
    body->px = likely ? (int64_t)(noise() % 100000) : integer();
    bool fills = body->event == STRATC_REPORT_FILL;
    int64_t moved = !fills ? 0 : body->side == STRATC_SIDE_BUY ? body->last_qty : -(body->last_qty % 1073741824);
    if (fills && body->fee_currency) moved -= held->dust + 1 >= INSTRUMENTS[0].lot_units;
    body->position_after = noise() % 64 != 0 ? stratc_add(held->position, moved) : integer();
    stratc_latch_report(core, &PLAN, held, slots, &frame);
}

static stratc_fields fields(void) {
    return (stratc_fields){.qty = number(3.0), .price = number(1500.0), .trigger = number(1500.0), .expires = {integer(), 1}};
}

int main(int argc, char **argv) {
    stratc_frame frames[4];
    stratc_record records[12];
    stratc_output output = {frames, 0, COUNT(frames), records, 0, COUNT(records)};
    stratc_slot slots[SLOTS] = {0};
    stratc_core core = {0};
    stratc_holding held = {0};
    stratc_latest sends = {0};
    int64_t deadlines[TIMERS], sent_at[RATE];
    unsigned long long faults[5] = {0}, counts[33] = {0};
    long instants = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    for (long i = 0; i < instants; i++) {
        if (core.fault != STRATC_FAULT_NONE || i == 0) { /* the host stops on one: start again */
            faults[core.fault]++;
            memset(slots, 0, sizeof slots);
            held = (stratc_holding){0};
            core = (stratc_core){.flat = 1, .account = {.capital = INT64_MAX / 4, .equity = INT64_MAX / 4}};
            stratc_disarm(&core, deadlines, TIMERS, 0, TIMERS);
        }
        int kind = (int)(noise() % 3);
        stratc_input input = {.seq = (uint64_t)i + 1, .now = i, .kind = kind == 0 ? STRATC_REPORT : STRATC_BARS};
        stratc_bar bar = {.close_px = noise() % 8 == 0 ? integer() : (int64_t)(noise() % 100000), .feed = (uint32_t)(noise() % 64)};
        stratc_begin(&core, &input, &output);
        const stratc_view view = {&PLAN, &core, &held, slots, deadlines, LIMITS, &sends, sent_at, &output, noise() % 8 == 0};
        if (kind == 0) report(&core, &held, slots);
        if (kind == 1) stratc_latch_bar(&core, INSTRUMENTS, &held, 1, 0, &bar);
        for (uint64_t n = noise() % 3; n > 0; n--) {
            stratc_fields given = fields();
            (noise() % 4 != 0 ? stratc_submit : stratc_replace)(&view, (uint32_t)(noise() % (COUNT(TEMPLATES) - 1)), &given, 1);
        }
        if (core.answered != 0) stratc_grant(&view, noise() % 2 == 0);
        if (noise() % 64 == 0) stratc_flatten(&view, 3);
        if (core.flatten != STRATC_FLATTEN_OFF) core.timer_id = noise() % 4 == 0 ? 0 : -1, stratc_advance(&view);
        if (noise() % 64 == 0) stratc_halt(&view, noise() % 2 ? i + 5 : integer(), 4);
        if (noise() % 16 == 0) stratc_resume(&view);
        if (noise() % 16 == 0) stratc_cancel(&view, (int32_t)(noise() % 4) - 1, 2);
        for (uint32_t f = 0; f < output.frame_count; f++) counts[frames[f].header.type]++;
    }
    printf("position %llu money %llu output %llu report %llu sent %llu replaced %llu cancelled %llu denied %llu\n",
           faults[STRATC_FAULT_POSITION], faults[STRATC_FAULT_MONEY], faults[STRATC_FAULT_OUTPUT], faults[STRATC_FAULT_REPORT],
           counts[STRATC_FRAME_SUBMIT], counts[STRATC_FRAME_REPLACE], counts[STRATC_FRAME_CANCEL], counts[STRATC_FRAME_REPORT]);
    return 0;
}
