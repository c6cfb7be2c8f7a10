/* One trade with a protective stop, steered by parameters, so that tests reach every corner of host and simulator:
 * at bar `bar` the entry goes out (a market order, or a buy stop at `above` when that is positive; denied when it is
 * negative, which stands for na); its fill sends the stop at `below` (0: none) in the same moment; after `hold` the stop
 * is cancelled and `sell` times the position sold. With `again` a denied entry is submitted once more at once, for ever.
 * At bar `interrupt` a SIGINT arrives, as if a person had typed it. */
#include <signal.h>
#include <string.h>

#include "emit.h"
#include "machine.h"
#include "view.h"

enum { WAITING, ENTERED, HOLDING, LEAVING, DONE, STATES };
enum { P_BAR, P_SIZE, P_ABOVE, P_BELOW, P_HOLD, P_AGAIN, P_SELL, P_INTERRUPT, PARAMS };
enum { ENTRY, ENTRY_STOP, PROTECT, LEAVE, TEMPLATES };

typedef struct {
    stratc_core core;
    stratc_holding holdings[1];
    stratc_slot slots[TEMPLATES];
    stratc_value params[PARAMS];
    int64_t bars, deadline;
    uint8_t running;
} context;

static const stratc_instrument INSTRUMENTS[] = {{.name = "BAS_QUO", .venue = "paper", .base = "BAS", .quote = "QUO", .price = {1, 2},
    .tick = 1, .lot = {1, 3}, .money_per_unit = 1, .money_decimals = 5, .min_qty = 1, .max_qty = 1000000, .taker_fee = 33333,
    .trades_all_days = 1}};
static const stratc_feed FEEDS[] = {{"bars", "ohlcv", 1, 0, INT64_C(3600000000000), -1, NULL}};
static const stratc_param PARAMETERS[] = {
    {.name = "bar", .unit = "count", .kind = STRATC_PARAM_COUNT, .value.i = 1, .low.i = 1, .high.i = 1000000, .bounded = 1},
    {.name = "size", .unit = "BAS", .kind = STRATC_PARAM_NUMBER, .value.f = 1.0},
    {.name = "above", .unit = "QUO/BAS", .kind = STRATC_PARAM_NUMBER, .value.f = 0.0},
    {.name = "below", .unit = "QUO/BAS", .kind = STRATC_PARAM_NUMBER, .value.f = 0.0},
    {.name = "hold", .unit = "duration", .kind = STRATC_PARAM_DURATION, .value.i = 0, .low.i = 0, .high.i = INT64_C(864000000000000), .bounded = 1},
    {.name = "again", .unit = "bool", .kind = STRATC_PARAM_BOOL, .value.i = 0},
    {.name = "sell", .unit = "ratio", .kind = STRATC_PARAM_NUMBER, .value.f = 1.0},
    {.name = "interrupt", .unit = "count", .kind = STRATC_PARAM_COUNT, .value.i = 0}};
static const stratc_signal SIGNALS_[] = {{"count", "count", 0, 0, 5}};
static const stratc_named STATE_NAMES[] = {{"WAITING", 10}, {"ENTERED", 11}, {"HOLDING", 12}, {"LEAVING", 13}, {"DONE", 14}};
static const stratc_template ORDERS[] = {{"entry", STRATC_SIDE_BUY, STRATC_KIND_MARKET, STRATC_TIF_GTC, 0, 0, 1, 20, 0, 0, 0, 0, 0, -1, {-1, -1}},
                                         {"entry_stop", STRATC_SIDE_BUY, STRATC_KIND_STOP, STRATC_TIF_GTC, 0, 1, 1, 21, 0, 0, 0, 0, 0, -1, {-1, -1}},
                                         {"protect", STRATC_SIDE_SELL, STRATC_KIND_STOP, STRATC_TIF_GTC, 1, 2, 1, 22, 0, 0, 0, 0, 0, -1, {-1, -1}},
                                         {"leave", STRATC_SIDE_SELL, STRATC_KIND_MARKET, STRATC_TIF_GTC, 0, 3, 1, 23, 0, 0, 0, 0, 0, -1, {-1, -1}}};
static const stratc_rule RULES[] = {{"abs(position) <= 5 BAS else reject", 8}};
static const stratc_bound BOUNDS[] = {{STRATC_MEASURE_POSITION, 0, 0, 0, 0}};
static const stratc_limit LIMITS[] = {{.steps = 5000}};
static const stratc_plan PLAN = {.instruments = INSTRUMENTS, .instrument_count = 1, .templates = ORDERS, .template_count = TEMPLATES, .bounds = BOUNDS,
                                 .bound_count = 1, .slot_count = TEMPLATES, .rows = 16};

/* As a build would compile it: nothing that the bound lets pass is denied. */
static const stratc_gate GATES[] = {{.max_qty = 1000000, .max_notional = INT64_C(1000000000000000), .collar = INT32_MAX, .max_open = TEMPLATES, .max_position = 1000000}};

static int64_t warm_up(const stratc_value *params) {
    (void)params;
    return 1;
}

static void init(void *memory, const stratc_value *params, int64_t capital) {
    context *c = memory;
    memset(c, 0, sizeof *c);
    memcpy(c->params, params, sizeof c->params);
    c->core.account.capital = c->core.account.equity = capital;
    c->core.flat = 1;
    c->deadline = STRATC_NEVER;
}

static stratc_view view(context *c, stratc_output *output) {
    return (stratc_view){.plan = &PLAN, .core = &c->core, .holdings = c->holdings, .slots = c->slots, .limits = LIMITS, .output = output};
}

static void send(context *c, uint32_t owner, double qty, double trigger, stratc_output *output) {
    const stratc_view now = view(c, output);
    const stratc_fields fields = {.qty = {qty, 1}, .trigger = {trigger, trigger >= 0}};
    stratc_submit(&now, owner, &fields, ORDERS[owner].line);
}

static void cancel(context *c, int32_t owner, uint32_t line, stratc_output *output) {
    const stratc_view now = view(c, output);
    stratc_cancel(&now, owner, line);
}

static void send_entry(context *c, stratc_output *output) {
    double above = c->params[P_ABOVE].f;
    send(c, above == 0 ? ENTRY : ENTRY_STOP, c->params[P_SIZE].f, above, output);
}

static bool go(context *c, int state, uint32_t line, stratc_output *output) {
    stratc_log_transition(&c->core, c->core.state, state, 0, 0, line, output);
    c->core.state = state;
    c->core.entered |= UINT64_C(1) << state;
    c->deadline = state == HOLDING && c->params[P_HOLD].i > 0 ? c->core.now + c->params[P_HOLD].i : STRATC_NEVER;
    return true;
}

static bool event(context *c, uint32_t kind) {
    bool raised = c->core.events & kind;
    c->core.events &= ~kind;
    return raised;
}

static bool test(context *c, stratc_output *output) {
    switch (c->core.state) {
        case WAITING:
            if (c->core.ticked == 0 || c->bars != c->params[P_BAR].i) return false;
            send_entry(c, output);
            return go(c, ENTERED, 10, output);
        case ENTERED:
            if (event(c, STRATC_EVENT_DENIED)) {
                if (!c->params[P_AGAIN].i) return go(c, DONE, 11, output);
                send_entry(c, output);
            }
            if (!event(c, STRATC_EVENT_FILLED)) return false;
            if (c->params[P_BELOW].f > 0) send(c, PROTECT, c->params[P_SIZE].f, c->params[P_BELOW].f, output);
            return go(c, HOLDING, 11, output);
        case HOLDING:
            if (event(c, STRATC_EVENT_FILLED)) return go(c, DONE, 12, output);
            if (c->core.timer_id != 0) return false;
            cancel(c, PROTECT, 12, output);
            send(c, LEAVE, c->params[P_SIZE].f * c->params[P_SELL].f, 0, output);
            return go(c, LEAVING, 12, output);
        case LEAVING: return event(c, STRATC_EVENT_FILLED) && go(c, DONE, 13, output);
        default: return false;
    }
}

static uint32_t step(void *memory, const stratc_input *input, stratc_output *output) {
    context *c = memory;
    stratc_begin(&c->core, input, output);
    if (input->kind == STRATC_REPORT) stratc_latch_report(&c->core, &PLAN, c->holdings, c->slots, input->report);
    if (input->kind == STRATC_TIMER) {
        c->core.timer_id = input->verb;
        c->deadline = STRATC_NEVER;
    }
    if (input->kind == STRATC_BARS) {
        stratc_latch_bar(&c->core, INSTRUMENTS, c->holdings, 1, 0, input->bars);
        c->bars += c->running;
        if (c->bars == c->params[P_INTERRUPT].i) raise(SIGINT);
    }
    if (input->kind == STRATC_CONTROL) c->running = input->verb == STRATC_START;
    if (input->kind == STRATC_CONTROL && input->verb == STRATC_STOP) cancel(c, -1, 0, output);
    while (c->running && test(c, output)) continue;
    return c->core.fault;
}

static void copy_context(void *to, const void *from) { *(context *)to = *(const context *)from; }

static void signal_values(const void *memory, double *values, uint8_t *ok) {
    const context *c = memory;
    values[0] = (double)c->bars;
    ok[0] = 1;
}

static int64_t next_deadline(const void *memory, int32_t *timer_id) {
    *timer_id = 0;
    return ((const context *)memory)->deadline;
}

extern const stratc_program STRATC_PROGRAM;
const stratc_program STRATC_PROGRAM = {
    .name = "STOP", .title = "", .compiler = "by hand", .semantics = 1, .manifest = "program: STOP\n",
    .context_size = sizeof(context), .holdings = offsetof(context, holdings), .copy = copy_context, .max_frames = 8, .max_records = 32, .capital_scale = {1, 5}, .capital = INT64_C(10000000000),
    .instruments = INSTRUMENTS, .instrument_count = 1, .feeds = FEEDS, .feed_count = 1, .params = PARAMETERS, .param_count = PARAMS,
    .signals = SIGNALS_, .signal_count = 1, .states = STATE_NAMES, .state_count = STATES, .templates = ORDERS,
    .template_count = TEMPLATES, .rules = RULES, .rule_count = 1, .slot_count = TEMPLATES, .timer_count = 1, .gates = GATES, .warm_up = warm_up,
    .init = init, .step = step, .signal_values = signal_values, .next_deadline = next_deadline};
