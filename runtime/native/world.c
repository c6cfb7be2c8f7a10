/* The event loop between strategy, order kernel and venue. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_check.h"
#include "instants_text.h"

/* A strategy that answers every report of one moment with a new command never lets time go on. */
enum { MOST_REPORTS_AT_ONCE = 100000 };

static const stratc_core *core(const stratc_world *w) { return w->context; }

/* ---- opening, copying */

bool stratc_world_open(stratc_world *w, const stratc_program *program, const stratc_options *options, stratc_error *error) {
    memset(w, 0, sizeof *w);
    w->program = program;
    w->error = error;
    w->now = INT64_MIN;
    w->context = calloc(1, program->context_size);
    w->output.frame_capacity = program->max_frames;
    w->output.record_capacity = program->max_records;
    w->output.frames = calloc((size_t)program->max_frames + 1, sizeof *w->output.frames);
    w->output.records = calloc((size_t)program->max_records + 1, sizeof *w->output.records);
    if (!w->context || !w->output.frames || !w->output.records)
        return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the state of %s", program->name);
    program->init(w->context, options->params, options->capital);
    stratc_venue_open(&w->venue, &options->simulation.market, &options->simulation.latency);
    return stratc_order_path_open(&w->orders, program, error);
}

void stratc_world_close(stratc_world *w) {
    free(w->context);
    free(w->output.frames);
    free(w->output.records);
    stratc_order_path_close(&w->orders);
    stratc_frame_queue_free(&w->denials);
}

void stratc_world_copy(stratc_world *to, const stratc_world *from) {
    from->program->copy(to->context, from->context);
    to->orders.state = from->orders.state;
    stratc_venue_copy(&to->venue, &from->venue);
    to->seq = from->seq;
    to->commands_out = from->commands_out;
    to->reports_in = from->reports_in;
    to->now = from->now;
    to->reports_at_once = from->reports_at_once;
}

/* ---- one instant */

static bool fault(stratc_world *w, uint32_t code) {
    static const char *const WHAT[] = {"", "its position differs from that of its orders", "an amount of money passes 62 bits",
                                       "one instant made more output than its limit", "a report that fits no order"};
    char now[STRATC_INSTANT_TEXT], place[48] = "";
    stratc_instant_format(w->now, now);
    if (core(w)->fault_line > 0) snprintf(place, sizeof place, ", line %u of its text", (unsigned)core(w)->fault_line);
    stratc_fail(w->error, STRATC_EXIT_INTERNAL, "%s stopped at %s%s: %s", w->program->name, now, place,
                code < sizeof WHAT / sizeof *WHAT ? WHAT[code] : "unknown fault");
    return stratc_help(w->error, "%s", code == STRATC_FAULT_MONEY
                                           ? "use smaller quantities, or coarser steps of price and lot"
                                           : "this should not be possible: please report it with the strategy and the data");
}

/* ---- telling */

static inline bool tells_all(const stratc_world *w) { return w->results && w->results->in_folder; }

static bool tell(stratc_world *w, const stratc_told *told) {
    return w->tape ? stratc_tape_add(w->tape, told, w->error) : stratc_results_take(w->results, told);
}

static bool tell_records(stratc_world *w) {
    if (!w->tape) return stratc_results_records(w->results, &w->output);
    for (uint32_t i = 0; i < w->output.record_count; i++)
        if (!tell(w, &(stratc_told){.kind = STRATC_TOLD_RECORD, .as.record = w->output.records[i]})) return false;
    return true;
}

static bool tell_command(stratc_world *w, const stratc_frame *frame) {
    stratc_told told;
    stratc_told_command(&told, w->seq, w->now, frame, &w->orders);
    return tell(w, &told);
}

static bool tell_report(stratc_world *w, const stratc_frame *frame) {
    stratc_told told;
    stratc_told_report(&told, w->seq + 1, w->now, frame);
    return tell(w, &told);
}

static bool tell_fill(stratc_world *w, const stratc_match *match) {
    return !w->results || tell(w, &(stratc_told){.kind = STRATC_TOLD_FILL, .as.match = *match});
}

/* ---- one instant */

static void ask_venue(stratc_world *w) {
    for (uint32_t i = 0; i < w->orders.ask_count; i++) stratc_venue_ask(&w->venue, &w->orders.asks[i], w->now);
    w->orders.ask_count = 0;
}

/* A denial made by the strategy's own checks returns to it; anything else is a command for the order kernel. */
static bool route(stratc_world *w, stratc_frame *frame) {
    if (frame->header.type == STRATC_FRAME_REPORT) return stratc_frame_queue_push(&w->denials, frame, w->error);
    stratc_frame_seal(frame, ++w->commands_out, w->now, 0);
    if (!stratc_order_path_command(&w->orders, frame, w->now, w->error)) return false;
    ask_venue(w);
    return !tells_all(w) || tell_command(w, frame);
}

static inline bool deliver(stratc_world *w, stratc_input *input) {
    input->seq = ++w->seq;
    w->now = input->now;
    uint32_t code = w->program->step(w->context, input, &w->output);
    if (w->output.record_count > 0 && tells_all(w) && !tell_records(w)) return false;
    if (code != STRATC_FAULT_NONE) return fault(w, code);
    for (uint32_t i = 0; i < w->output.frame_count; i++)
        if (!route(w, &w->output.frames[i])) return false;
    return true;
}

/* ---- what an instant causes */

static bool restless(stratc_world *w) {
    char now[STRATC_INSTANT_TEXT];
    stratc_instant_format(w->now, now);
    stratc_fail(w->error, STRATC_EXIT_INTERNAL, "%s does not come to rest at %s: %d reports in one moment", w->program->name, now,
                (int)MOST_REPORTS_AT_ONCE);
    return stratc_help(w->error, "a transition on a report sends the next order at once; let it wait for a bar or a timer");
}

/* What the risk layer promised to keep from the gate; a gate that still denies it is our fault, not the strategy's. */
static bool let_pass(const stratc_report_frame *report) {
    switch (report->why) {
        case STRATC_WHY_BAD_FIELD: case STRATC_WHY_ROW_IN_USE: case STRATC_WHY_DUPLICATE_INTENT: case STRATC_WHY_TOO_LARGE:
        case STRATC_WHY_TOO_RICH: case STRATC_WHY_OFF_COLLAR: case STRATC_WHY_TOO_MANY_OPEN: case STRATC_WHY_TOO_FAST:
        case STRATC_WHY_OVER_POSITION: return report->event == STRATC_REPORT_DENY;
        default: return false;
    }
}

static bool contradiction(stratc_world *w, const stratc_report_frame *report) {
    char now[STRATC_INSTANT_TEXT];
    stratc_instant_format(w->now, now);
    stratc_fail(w->error, STRATC_EXIT_INTERNAL, "%s at %s: the gate denied order %llu (%s), which the risk rules had let pass", w->program->name,
                now, (unsigned long long)report->id, stratc_why_name(report->why));
    return stratc_help(w->error, "this should not be possible: please report it with the strategy and the data");
}

/* Denials first. from_gate: the report comes from the order kernel. */
static bool next_report(stratc_world *w, stratc_frame *report, bool *from_gate) {
    *from_gate = false;
    if (stratc_frame_queue_pop(&w->denials, report)) return true;
    return *from_gate = stratc_frame_queue_pop(&w->orders.reports, report);
}

static bool reports_wait(const stratc_world *w) {
    return w->denials.head != w->denials.count || w->orders.reports.head != w->orders.reports.count;
}

/* Delivers every waiting report, and those that these cause in turn. */
static bool settle_reports(stratc_world *w) {
    stratc_frame report;
    bool from_gate;
    while (next_report(w, &report, &from_gate)) {
        if (++w->reports_at_once > MOST_REPORTS_AT_ONCE) return restless(w);
        if (from_gate && let_pass(&report.report)) return contradiction(w, &report.report);
        stratc_frame_seal(&report, ++w->reports_in, w->now, 0);
        bool counts = report.report.event == STRATC_REPORT_DENY;
        if (w->results && (counts || tells_all(w)) && !tell_report(w, &report)) return false;
        stratc_input input = {.now = w->now, .kind = STRATC_REPORT, .report = &report};
        if (!deliver(w, &input)) return false;
    }
    return true;
}

static inline bool settle(stratc_world *w) { return !reports_wait(w) || settle_reports(w); }

/* Nothing rests at the venue, nothing travels. */
static bool venue_empty(const stratc_venue *venue) { return venue->flight_count == 0 && venue->book.count == 0; }

/* Answers that need no time are part of the same moment. */
static bool settle_venue(stratc_world *w);

bool stratc_world_instant(stratc_world *w, stratc_input *input) {
    w->reports_at_once = 0;
    if (input->now < w->now) input->now = w->now;
    if (input->kind == STRATC_BARS) stratc_order_path_mark(&w->orders, input->bars[input->verb - 1].close_px);
    return deliver(w, input) && settle(w) && (venue_empty(&w->venue) || settle_venue(w));
}

/* ---- time */

static void go_to(stratc_world *w, int64_t time) {
    if (time <= w->now) return;
    w->reports_at_once = 0;
    w->now = time;
}

static bool hear(stratc_world *w, const stratc_answer *answer) {
    go_to(w, answer->at);
    if (!stratc_order_path_answer(&w->orders, answer, w->error)) return false;
    ask_venue(w);
    if (answer->kind == STRATC_ANSWER_FILL && !tell_fill(w, &answer->match)) return false;
    return settle(w);
}

static bool settle_venue(stratc_world *w) {
    stratc_answer answer;
    while (stratc_venue_next(&w->venue, w->now, &answer))
        if (!hear(w, &answer)) return false;
    return true;
}

static int64_t strategy_due(const stratc_world *w, int32_t *timer) {
    return w->program->timer_count == 0 ? STRATC_NEVER : w->program->next_deadline(w->context, timer);
}

static bool fire(stratc_world *w, int64_t deadline, int32_t timer) {
    int64_t now = deadline > w->now ? deadline : w->now;
    return stratc_world_instant(w, &(stratc_input){.now = now, .kind = STRATC_TIMER, .verb = timer, .deadline = deadline});
}

static bool tick(stratc_world *w, int64_t due) {
    go_to(w, due);
    if (!stratc_order_path_tick(&w->orders, w->now, w->error)) return false;
    ask_venue(w);
    return settle(w);
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

bool stratc_world_advance(stratc_world *w, int64_t until) {
    for (;;) {
        int32_t timer = -1;
        int64_t deadline = strategy_due(w, &timer), due = stratc_order_path_due(&w->orders, until);
        stratc_answer answer;
        bool good = true;
        if (stratc_venue_next(&w->venue, earlier(until, earlier(deadline, due)), &answer))
            good = hear(w, &answer);
        else if (due <= until && due <= deadline)
            good = tick(w, due);
        else if (deadline <= until)
            good = fire(w, deadline, timer);
        else
            return true;
        if (!good) return false;
        if (w->venue.overflow)
            return stratc_fail(w->error, STRATC_EXIT_INTERNAL, "more than %d commands and answers are in flight", (int)STRATC_VENUE_FLIGHTS);
    }
}

bool stratc_world_idle(stratc_world *w, int64_t low, int64_t high, int64_t until) {
    int32_t timer;
    if (!venue_empty(&w->venue) && (w->venue.flight_count > 0 || !stratc_matching_idle(&w->venue.book, low, high, until))) return false;
    return stratc_order_path_due(&w->orders, until) > until && strategy_due(w, &timer) > until;
}

int64_t stratc_world_equity(const stratc_world *w, int64_t px) {
    const stratc_account *account = &core(w)->account;
    stratc_exact value = (stratc_exact)account->position * px * w->program->instruments[0].money_per_unit;
    return account->capital + account->realised + (int64_t)value - account->cost - account->fees;
}
