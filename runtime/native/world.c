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

const stratc_holding *stratc_world_holdings(const stratc_world *w) {
    return (const stratc_holding *)(const void *)((const char *)w->context + w->program->holdings);
}

/* ---- opening, copying */

static bool open_legs(stratc_world *w, const stratc_simulation *simulation) {
    const stratc_program *program = w->program;
    w->legs = calloc(program->instrument_count, sizeof *w->legs);
    if (!w->legs) return stratc_fail(w->error, STRATC_EXIT_INTERNAL, "out of memory for the orders of %s", program->name);
    w->leg_count = program->instrument_count;
    for (uint32_t i = 0; i < w->leg_count; i++) {
        stratc_market market = stratc_market_of(simulation, &program->instruments[i]);
        stratc_venue_open(&w->legs[i].venue, &market, &simulation->latency);
        if (!stratc_order_path_open(&w->legs[i].orders, program, i, &w->reports, w->error)) return false;
    }
    for (uint32_t f = 0; f < program->feed_count; f++) w->marks[f] = stratc_marking_feed(program, program->feeds[f].instrument) == f;
    return true;
}

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
    return open_legs(w, &options->simulation);
}

void stratc_world_close(stratc_world *w) {
    free(w->context);
    free(w->output.frames);
    free(w->output.records);
    for (uint32_t i = 0; i < w->leg_count; i++) stratc_order_path_close(&w->legs[i].orders);
    free(w->legs);
    stratc_frame_queue_free(&w->denials);
    stratc_frame_queue_free(&w->reports);
}

void stratc_world_copy(stratc_world *to, const stratc_world *from) {
    from->program->copy(to->context, from->context);
    for (uint32_t i = 0; i < from->leg_count; i++) {
        to->legs[i].orders.state = from->legs[i].orders.state;
        stratc_venue_copy(&to->legs[i].venue, &from->legs[i].venue);
    }
    memcpy(to->next_row, from->next_row, sizeof to->next_row);
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
    stratc_told_command(&told, w->seq, w->now, frame, &w->legs[frame->header.instrument].orders);
    return tell(w, &told);
}

static bool tell_report(stratc_world *w, const stratc_frame *frame) {
    stratc_told told;
    stratc_told_report(&told, w->seq + 1, w->now, frame);
    return tell(w, &told);
}

static inline bool keeps_journal(const stratc_world *w) { return w->results && w->results->files.journal_open; }

static bool tell_entry(stratc_world *w, const stratc_journal_entry *entry) {
    stratc_told told;
    if (!w->tape) return stratc_results_entry(w->results, entry);
    told.kind = STRATC_TOLD_ENTRY;
    told.as.entry = *entry;
    return tell(w, &told);
}

static bool tell_input(stratc_world *w, const stratc_input *input) {
    stratc_journal_entry entry;
    stratc_journal_of_input(&entry, w->program, input);
    return tell_entry(w, &entry);
}

static uint16_t index_of(const stratc_world *w, const stratc_leg *leg) { return (uint16_t)(leg - w->legs); }

static bool tell_fill(stratc_world *w, const stratc_match *match) {
    return !w->results || tell(w, &(stratc_told){.kind = STRATC_TOLD_FILL, .as.match = *match});
}

/* ---- one instant */

static void ask_venue(const stratc_world *w, stratc_leg *leg) {
    for (uint32_t i = 0; i < leg->orders.ask_count && !w->replays; i++) stratc_venue_ask(&leg->venue, &leg->orders.asks[i], w->now);
    leg->orders.ask_count = 0;
}

/* A denial made by the strategy's own checks returns to it; anything else is a command for the order kernel. */
static bool route(stratc_world *w, stratc_frame *frame) {
    if (frame->header.type == STRATC_FRAME_REPORT) return stratc_frame_queue_push(&w->denials, frame, w->error);
    stratc_leg *leg = &w->legs[frame->header.instrument];
    stratc_frame_seal(frame, ++w->commands_out, w->now, frame->header.instrument);
    if (!stratc_order_path_command(&leg->orders, frame, w->now, w->error)) return false;
    ask_venue(w, leg);
    return !tells_all(w) || tell_command(w, frame);
}

static inline bool deliver(stratc_world *w, stratc_input *input) {
    input->seq = ++w->seq;
    w->now = input->now;
    if (keeps_journal(w) && !tell_input(w, input)) return false;
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

/* Denials first. from_gate: the report comes from an order kernel. */
static bool next_report(stratc_world *w, stratc_frame *report, bool *from_gate) {
    *from_gate = false;
    if (stratc_frame_queue_pop(&w->denials, report)) return true;
    return *from_gate = stratc_frame_queue_pop(&w->reports, report);
}

static bool reports_wait(const stratc_world *w) {
    return w->denials.head != w->denials.count || w->reports.head != w->reports.count;
}

/* Delivers every waiting report, and those that these cause in turn. */
static bool settle_reports(stratc_world *w) {
    stratc_frame report;
    bool from_gate;
    while (next_report(w, &report, &from_gate)) {
        if (++w->reports_at_once > MOST_REPORTS_AT_ONCE) return restless(w);
        if (from_gate && let_pass(&report.report)) return contradiction(w, &report.report);
        stratc_frame_seal(&report, ++w->reports_in, w->now, report.header.instrument);
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

static bool venues_empty(const stratc_world *w) {
    for (uint32_t i = 0; i < w->leg_count; i++)
        if (!venue_empty(&w->legs[i].venue)) return false;
    return true;
}

/* The gates hear of the closes. */
static void mark(stratc_world *w, const stratc_input *input) {
    for (int32_t i = 0; i < input->verb; i++) {
        const stratc_bar *bar = &input->bars[i];
        if (w->marks[bar->feed]) stratc_order_path_mark(&w->legs[w->program->feeds[bar->feed].instrument].orders, bar->close_px);
    }
}

/* Answers that need no time are part of the same moment. */
static bool settle_venues(stratc_world *w);

bool stratc_world_instant(stratc_world *w, stratc_input *input) {
    w->reports_at_once = 0;
    if (input->now < w->now) input->now = w->now;
    if (input->kind == STRATC_BARS) mark(w, input);
    return deliver(w, input) && settle(w) && (venues_empty(w) || settle_venues(w));
}

/* ---- time */

static void go_to(stratc_world *w, int64_t time) {
    if (time <= w->now) return;
    w->reports_at_once = 0;
    w->now = time;
}

static bool take_answer(stratc_world *w, stratc_leg *leg, const stratc_answer *answer) {
    go_to(w, answer->at);
    if (keeps_journal(w)) {
        stratc_journal_entry entry = {.seq = w->seq, .now = w->now, .kind = STRATC_JOURNAL_ANSWER, .instrument = index_of(w, leg)};
        entry.as.answer = *answer;
        if (!tell_entry(w, &entry)) return false;
    }
    if (!stratc_order_path_answer(&leg->orders, answer, w->error)) return false;
    ask_venue(w, leg);
    return true;
}

static bool hear(stratc_world *w, stratc_leg *leg, const stratc_answer *answer) {
    if (!take_answer(w, leg, answer)) return false;
    if (answer->kind == STRATC_ANSWER_FILL && !tell_fill(w, &answer->match)) return false;
    return settle(w);
}

/* The leg at whose venue something happens first, not later than `until`; NULL: nothing does. */
static stratc_leg *next_leg(stratc_world *w, int64_t until, int64_t *due) {
    stratc_leg *first = NULL;
    for (uint32_t i = 0; i < w->leg_count; i++) {
        int64_t at = stratc_venue_due(&w->legs[i].venue);
        if (at > until || (first != NULL && at >= *due)) continue;
        first = &w->legs[i];
        *due = at;
    }
    return first;
}

/* The next answer of any venue. What happens at one of them may lie before what another answers, so they go step by step. */
static bool next_answer(stratc_world *w, int64_t until, stratc_leg **leg, stratc_answer *answer) {
    int64_t due = until;
    *leg = w->legs;
    if (w->leg_count == 1) return stratc_venue_next(&w->legs->venue, until, answer);
    while ((*leg = next_leg(w, until, &due)) != NULL)
        if (stratc_venue_next(&(*leg)->venue, due, answer)) return true;
    return false;
}

static bool settle_venues(stratc_world *w) {
    stratc_answer answer;
    stratc_leg *leg;
    while (next_answer(w, w->now, &leg, &answer))
        if (!hear(w, leg, &answer)) return false;
    return true;
}

static int64_t strategy_due(const stratc_world *w, int32_t *timer) {
    return w->program->timer_count == 0 ? STRATC_NEVER : w->program->next_deadline(w->context, timer);
}

static bool fire(stratc_world *w, int64_t deadline, int32_t timer) {
    int64_t now = deadline > w->now ? deadline : w->now;
    return stratc_world_instant(w, &(stratc_input){.now = now, .kind = STRATC_TIMER, .verb = timer, .deadline = deadline});
}

static bool take_tick(stratc_world *w, stratc_leg *leg, int64_t due) {
    go_to(w, due);
    stratc_journal_entry entry = {.seq = w->seq, .now = w->now, .kind = STRATC_JOURNAL_TICK, .instrument = index_of(w, leg)};
    if (keeps_journal(w) && !tell_entry(w, &entry)) return false;
    if (!stratc_order_path_tick(&leg->orders, w->now, w->error)) return false;
    ask_venue(w, leg);
    return true;
}

static bool tick(stratc_world *w, stratc_leg *leg, int64_t due) { return take_tick(w, leg, due) && settle(w); }

/* The order kernel with the earliest timer: when it is due, if not later than `until`. */
static int64_t orders_due(stratc_world *w, int64_t until, stratc_leg **leg) {
    int64_t due = stratc_order_path_due(&w->legs->orders, until);
    *leg = w->legs;
    for (uint32_t i = 1; i < w->leg_count; i++) {
        int64_t its = stratc_order_path_due(&w->legs[i].orders, until);
        if (its >= due) continue;
        due = its;
        *leg = &w->legs[i];
    }
    return due;
}

static bool overflowed(const stratc_world *w) {
    for (uint32_t i = 0; i < w->leg_count; i++)
        if (w->legs[i].venue.overflow) return true;
    return false;
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- records of signals */

void stratc_world_listen(stratc_world *w, const stratc_signal_rows *signals, int64_t time) {
    for (uint32_t f = 0; f < w->program->feed_count; f++) {
        if (!signals[f].rows) continue;
        w->signals = signals;
        w->next_row[f] = stratc_signal_rows_after(&signals[f], time);
    }
}

/* When the next record is known, and of which feed; INT64_MAX: there is none. */
static int64_t next_record(const stratc_world *w, uint32_t *feed) {
    int64_t time = INT64_MAX;
    for (uint32_t f = 0; w->signals && f < w->program->feed_count; f++) {
        const stratc_signal_rows *rows = &w->signals[f];
        if (w->next_row[f] >= rows->count || rows->rows[w->next_row[f]].time >= time) continue;
        time = rows->rows[w->next_row[f]].time;
        *feed = f;
    }
    return time;
}

static bool take_record(stratc_world *w, uint32_t feed) {
    stratc_bar bar = stratc_signal_record(&w->signals[feed].rows[w->next_row[feed]++], feed);
    return stratc_world_instant(w, &(stratc_input){.now = bar.end, .kind = STRATC_DATA, .verb = 1, .bars = &bar});
}

bool stratc_world_records(stratc_world *w, int64_t until) {
    uint32_t feed = 0;
    while (next_record(w, &feed) <= until)
        if (!take_record(w, feed)) return false;
    return true;
}

bool stratc_world_advance(stratc_world *w, int64_t until) {
    for (;;) {
        int32_t timer = -1;
        stratc_leg *asking, *answering;
        int64_t deadline = strategy_due(w, &timer), due = orders_due(w, until, &asking);
        stratc_answer answer;
        bool good = true;
        uint32_t feed = 0;
        int64_t record = next_record(w, &feed);
        if (next_answer(w, earlier(until, earlier(record, earlier(deadline, due))), &answering, &answer))
            good = hear(w, answering, &answer);
        else if (due <= until && due <= deadline && due <= record)
            good = tick(w, asking, due);
        else if (deadline <= until && deadline <= record)
            good = fire(w, deadline, timer);
        else if (record < until) /* one that comes with the bars follows them */
            good = take_record(w, feed);
        else
            return true;
        if (!good) return false;
        if (overflowed(w))
            return stratc_fail(w->error, STRATC_EXIT_INTERNAL, "more than %d commands and answers are in flight", (int)STRATC_VENUE_FLIGHTS);
    }
}

static bool venue_idle(const stratc_venue *venue, const stratc_bar *bar, int64_t until) {
    if (venue_empty(venue)) return true;
    return bar != NULL && venue->flight_count == 0 && stratc_matching_idle(&venue->book, bar->low_px, bar->high_px, until);
}

bool stratc_world_idle(stratc_world *w, const stratc_bar *const *bars, int64_t until) {
    int32_t timer;
    uint32_t feed;
    stratc_leg *leg;
    if (next_record(w, &feed) < until) return false;
    for (uint32_t i = 0; i < w->leg_count; i++)
        if (!venue_idle(&w->legs[i].venue, bars[i], until)) return false;
    return orders_due(w, until, &leg) > until && strategy_due(w, &timer) > until;
}

int64_t stratc_world_equity(const stratc_world *w, const stratc_bar *const *bars) {
    const stratc_account *account = &core(w)->account;
    const stratc_holding *held = stratc_world_holdings(w);
    stratc_exact value = 0;
    for (uint32_t i = 0; i < w->leg_count; i++)
        value += (stratc_exact)held[i].position * (bars[i] ? bars[i]->close_px : held[i].mark) * w->program->instruments[i].money_per_unit;
    return account->capital + account->realised + (int64_t)value - account->cost - account->fees;
}

/* ---- replay */

static bool other_report(stratc_world *w, const stratc_journal_entry *entry) {
    char now[STRATC_INSTANT_TEXT];
    stratc_instant_format(entry->now, now);
    stratc_fail(w->error, STRATC_EXIT_DIFFERS, "input %llu at %s: the report in the journal is not the one that the order kernel makes",
                (unsigned long long)entry->seq, now);
    return stratc_help(w->error, "the journal was changed, or it is of another build");
}

/* The report that comes next must be the one in the journal. */
static bool replay_report(stratc_world *w, const stratc_journal_entry *entry, stratc_input *input) {
    stratc_frame made;
    bool from_gate;
    go_to(w, entry->now);
    if (!next_report(w, &made, &from_gate)) return other_report(w, entry);
    stratc_frame_seal(&made, ++w->reports_in, w->now, made.header.instrument);
    if (memcmp(&made, &entry->as.report, sizeof made) != 0) return other_report(w, entry);
    input->report = &entry->as.report;
    return tell_report(w, &made);
}

bool stratc_world_replay(stratc_world *w, const stratc_journal_entry *entry) {
    stratc_input input = {.now = entry->now, .kind = entry->kind, .verb = entry->verb, .deadline = entry->deadline, .taken = entry->taken,
                          .bars = entry->kind == STRATC_DATA ? &entry->as.record : entry->bars};
    if (entry->kind >= STRATC_JOURNAL_ANSWER && entry->instrument >= w->leg_count)
        return stratc_fail(w->error, STRATC_EXIT_INPUT, "the journal is about an instrument that the program has not");
    stratc_leg *leg = &w->legs[entry->instrument];
    if (entry->kind == STRATC_JOURNAL_ANSWER) return take_answer(w, leg, &entry->as.answer);
    if (entry->kind == STRATC_JOURNAL_TICK) return take_tick(w, leg, entry->now);
    if (entry->kind == STRATC_REPORT && !replay_report(w, entry, &input)) return false;
    if (entry->kind == STRATC_BARS) mark(w, &input);
    return deliver(w, &input);
}
