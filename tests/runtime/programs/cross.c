/* EMA cross, written by hand as the compiler would generate it: the five-state lifecycle, one market order each way.
 * Tests of the host link it; prices are on 0.01 QUO, quantities on 0.001 BAS, money on 0.00001 QUO. */
#include <string.h>

#include "emit.h"
#include "machine.h"
#include "view.h"

enum { IDLE, LOOKING, ENTERED, MANAGING, EXITED, STATES };
enum { P_FAST, P_SLOW, P_SIZE, PARAMS };
enum { S_FAST, S_SLOW, S_ABOVE, SIGNALS };
enum { ENTRY, LEAVE, TEMPLATES };

typedef struct {
    stratc_core core;
    stratc_holding holdings[1];
    stratc_slot slots[TEMPLATES];
    stratc_value params[PARAMS];
    int64_t bars;
    double fast, slow;
    uint8_t running, above, above_before, ready;
} context;

static const stratc_instrument INSTRUMENTS[] = {{.name = "BAS_QUO", .venue = "paper", .base = "BAS", .quote = "QUO", .price = {1, 2},
    .tick = 1, .lot = {1, 3}, .money_per_unit = 1, .money_decimals = 5, .min_qty = 1, .max_qty = 1000000,
    .taker_fee = 100000, .trades_all_days = 1}};
static const stratc_feed FEEDS[] = {{"bars", "ohlcv", 1, 0, INT64_C(3600000000000), -1, NULL}};
static const stratc_param PARAMETERS[] = {
    {.name = "fast", .unit = "count", .kind = STRATC_PARAM_COUNT, .value.i = 3, .low.i = 1, .high.i = 50, .step.i = 1, .bounded = 1, .stepped = 1, .line = 3},
    {.name = "slow", .unit = "count", .kind = STRATC_PARAM_COUNT, .value.i = 8, .low.i = 2, .high.i = 200, .step.i = 2, .bounded = 1, .stepped = 1, .line = 4},
    {.name = "size", .unit = "BAS", .kind = STRATC_PARAM_NUMBER, .value.f = 1.0, .low.f = 0.0, .high.f = 100.0, .bounded = 1, .line = 5}};
static const stratc_signal SIGNALS_[] = {{"fast_ema", "price<QUO/BAS>", 0, 0, 8}, {"slow_ema", "price<QUO/BAS>", 0, 0, 9}, {"above", "bool", 1, 1, 10}};
static const stratc_named STATE_NAMES[] = {{"IDLE", 20}, {"LOOKING", 21}, {"ENTERED", 24}, {"MANAGING", 28}, {"EXITED", 31}};
static const stratc_template ORDERS[] = {{"entry", STRATC_SIDE_BUY, STRATC_KIND_MARKET, STRATC_TIF_GTC, 0, 0, 1, 14, 0, 0, 0, 0, 0, -1, {-1, -1}},
                                         {"leave", STRATC_SIDE_SELL, STRATC_KIND_MARKET, STRATC_TIF_GTC, 1, 1, 1, 15, 0, 0, 0, 0, 0, -1, {-1, -1}}};
static const stratc_rule RULES[] = {{"abs(position) <= 5 BAS else reject", 12}};
static const stratc_bound BOUNDS[] = {{STRATC_MEASURE_POSITION, 0, 0, 0, 0}};
static const stratc_limit LIMITS[] = {{.steps = 5000}};
static const stratc_plan PLAN = {.instruments = INSTRUMENTS, .instrument_count = 1, .templates = ORDERS, .template_count = TEMPLATES, .bounds = BOUNDS,
                                 .bound_count = 1, .slot_count = TEMPLATES, .rows = 16};

/* As a build would compile it: nothing that the bound lets pass is denied. */
static const stratc_gate GATES[] = {{.max_qty = 1000000, .max_notional = INT64_C(1000000000000000), .collar = INT32_MAX, .max_open = TEMPLATES, .max_position = 1000000}};

static int64_t warm_up(const stratc_value *params) { return params[P_SLOW].i; }

static void init(void *memory, const stratc_value *params, int64_t capital) {
    context *c = memory;
    memset(c, 0, sizeof *c);
    memcpy(c->params, params, sizeof c->params);
    c->core.account.capital = c->core.account.equity = capital;
    c->core.flat = 1;
}

static void tick(context *c, const stratc_bar *bar, stratc_output *output) {
    stratc_latch_bar(&c->core, INSTRUMENTS, c->holdings, 1, 0, bar);
    double fast = 2.0 / ((double)c->params[P_FAST].i + 1.0), slow = 2.0 / ((double)c->params[P_SLOW].i + 1.0);
    c->fast = c->bars == 0 ? bar->close : c->fast + fast * (bar->close - c->fast);
    c->slow = c->bars == 0 ? bar->close : c->slow + slow * (bar->close - c->slow);
    c->bars++;
    c->above_before = c->above;
    c->above = c->fast > c->slow;
    c->ready = c->bars >= warm_up(c->params);
    if (c->ready && c->above != c->above_before) stratc_log_signal(&c->core, S_ABOVE, c->above, 1, 10, output);
}

static bool entered(const context *c, int state) { return c->core.entered >> state & 1; }

static bool go(context *c, int state, int transition, int cause, uint32_t line, stratc_output *output) {
    if (c->core.state != state) stratc_log_transition(&c->core, c->core.state, state, (uint32_t)transition, cause, line, output);
    c->core.state = state;
    c->core.entered |= UINT64_C(1) << state;
    return true;
}

static bool event(context *c, uint32_t kind, uint32_t owner) {
    if (!(c->core.events & kind) || c->core.event_template != owner) return false;
    c->core.events &= ~kind;
    return true;
}

static stratc_view view(context *c, stratc_output *output) {
    return (stratc_view){.plan = &PLAN, .core = &c->core, .holdings = c->holdings, .slots = c->slots, .limits = LIMITS, .output = output};
}

static void send(context *c, uint32_t owner, double qty, uint32_t line, stratc_output *output) {
    const stratc_view now = view(c, output);
    const stratc_fields fields = {.qty = {qty, 1}};
    stratc_submit(&now, owner, &fields, line);
}

static void cancel(context *c, int32_t owner, uint32_t line, stratc_output *output) {
    const stratc_view now = view(c, output);
    stratc_cancel(&now, owner, line);
}

/* Tests one state; true when it was left. */
static bool test(context *c, stratc_output *output) {
    bool ticked = c->core.ticked != 0;
    switch (c->core.state) {
        case IDLE: return ticked && c->ready && !entered(c, LOOKING) && go(c, LOOKING, 0, 0, 20, output);
        case LOOKING:
            if (!ticked || !c->above || c->above_before || entered(c, ENTERED)) return false;
            send(c, ENTRY, c->params[P_SIZE].f, 22, output);
            return go(c, ENTERED, 1, 0, 22, output);
        case ENTERED:
            if (!entered(c, MANAGING) && event(c, STRATC_EVENT_FILLED, ENTRY)) return go(c, MANAGING, 2, 1, 25, output);
            return !entered(c, LOOKING) && event(c, STRATC_EVENT_DENIED, ENTRY) && go(c, LOOKING, 3, 1, 26, output);
        case MANAGING:
            if (!ticked || c->above || entered(c, EXITED)) return false;
            send(c, LEAVE, (double)c->holdings[0].position / 1000.0, 29, output);
            return go(c, EXITED, 4, 0, 29, output);
        default: return !entered(c, IDLE) && c->core.flat && go(c, IDLE, 5, 0, 32, output);
    }
}

static uint32_t step(void *memory, const stratc_input *input, stratc_output *output) {
    context *c = memory;
    stratc_begin(&c->core, input, output);
    if (input->kind == STRATC_REPORT) stratc_latch_report(&c->core, &PLAN, c->holdings, c->slots, input->report);
    if (input->kind == STRATC_BARS) tick(c, input->bars, output);
    if (input->kind == STRATC_CONTROL) c->running = input->verb == STRATC_START;
    if (input->kind == STRATC_CONTROL && input->verb == STRATC_STOP) cancel(c, -1, 0, output);
    while (c->running && test(c, output)) continue;
    return c->core.fault;
}

static void copy_context(void *to, const void *from) { *(context *)to = *(const context *)from; }

static void signal_values(const void *memory, double *values, uint8_t *ok) {
    const context *c = memory;
    values[S_FAST] = c->fast;
    values[S_SLOW] = c->slow;
    values[S_ABOVE] = c->above;
    ok[S_FAST] = ok[S_SLOW] = c->bars > 0;
    ok[S_ABOVE] = c->ready;
}

static int64_t next_deadline(const void *memory, int32_t *timer_id) {
    (void)memory;
    *timer_id = -1;
    return STRATC_NEVER;
}

extern const stratc_program STRATC_PROGRAM;
const stratc_program STRATC_PROGRAM = {
    .name = "CROSS", .title = "EMA cross, by hand", .compiler = "by hand", .semantics = 1, .hash = {1, 2, 3},
    .manifest = "program: CROSS\n", .context_size = sizeof(context), .holdings = offsetof(context, holdings), .copy = copy_context, .max_frames = 8, .max_records = 32, .capital_scale = {1, 5},
    .capital = INT64_C(10000000000), .instruments = INSTRUMENTS, .instrument_count = 1, .feeds = FEEDS, .feed_count = 1,
    .params = PARAMETERS, .param_count = PARAMS, .signals = SIGNALS_, .signal_count = SIGNALS, .states = STATE_NAMES,
    .state_count = STATES, .templates = ORDERS, .template_count = TEMPLATES, .rules = RULES, .rule_count = 1,
    .slot_count = TEMPLATES, .gates = GATES, .warm_up = warm_up, .init = init, .step = step, .signal_values = signal_values,
    .next_deadline = next_deadline};
