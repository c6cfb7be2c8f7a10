/* The backtest host.
 *
 * Order of inputs. Within the walk of a bar, fills and timers come by time, at equal times REPORT before TIMER; TIMER and
 * REPORT at a bar's end come before its BARS. The reports that an instant causes follow it at once, its denials first.
 * Two inputs stand outside the rule for ties because they answer BARS of the same time: CONTROL start follows the warm-up
 * bars (the machine, which waits for it, must not see them) and CONTROL stop follows the last bar. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>

#include "frame_check.h"
#include "instants_text.h"
#include "order_path.h"
#include "simulator.h"

/* A strategy that answers every report of one moment with a new command never lets time go on. */
enum { MOST_REPORTS_AT_ONCE = 100000, BARS_PER_LOOK = 4096 };

typedef struct {
    const stratc_program *program;
    void *context;
    stratc_output output;
    stratc_order_path orders;
    stratc_simulator venue;
    stratc_frame_queue denials;
    stratc_results *results;
    uint64_t seq, commands_out, reports_in;
    int64_t now;
    uint32_t reports_at_once;
    stratc_error *error;
} host;

static const stratc_core *core(const host *h) { return h->context; }

/* ---- one instant */

static bool fault(host *h, uint32_t code) {
    static const char *const WHAT[] = {"", "its position differs from that of its orders", "an amount of money passes 62 bits",
                                       "one instant made more output than its limit", "a report that fits no order"};
    char now[STRATC_INSTANT_TEXT], place[48] = "";
    stratc_instant_format(h->now, now);
    if (core(h)->fault_line > 0) snprintf(place, sizeof place, ", line %u of its text", (unsigned)core(h)->fault_line);
    stratc_fail(h->error, STRATC_EXIT_INTERNAL, "%s stopped at %s%s: %s", h->program->name, now, place,
                code < sizeof WHAT / sizeof *WHAT ? WHAT[code] : "unknown fault");
    return stratc_help(h->error, "%s", code == STRATC_FAULT_MONEY
                                           ? "use smaller quantities, or coarser steps of price and lot"
                                           : "this should not be possible: please report it with the strategy and the data");
}

/* A denial made by the strategy's own checks returns to it; anything else is a command for the order path. */
static bool route(host *h, stratc_frame *frame) {
    if (frame->header.type == STRATC_FRAME_REPORT) return stratc_frame_queue_push(&h->denials, frame, h->error);
    stratc_frame_seal(frame, ++h->commands_out, h->now, 0);
    if (!stratc_order_path_command(&h->orders, frame, h->now, h->error)) return false;
    return stratc_results_command(h->results, h->seq, h->now, frame, &h->orders);
}

static bool ask_venue(host *h) {
    stratc_ask ask;
    while (stratc_order_path_next_ask(&h->orders, &ask)) {
        stratc_answer answer = {.id = ask.order.id, .time = h->now};
        if (ask.kind == STRATC_ASK_CANCEL) {
            answer.kind = STRATC_ANSWER_CANCELLED;
            if (!stratc_simulator_cancel(&h->venue, ask.order.id))
                return stratc_fail(h->error, STRATC_EXIT_INTERNAL, "the venue has no order %llu", (unsigned long long)answer.id);
        } else {
            stratc_resting order = {.id = ask.order.id,
                                    .qty = ask.order.qty,
                                    .trigger = ask.order.trigger,
                                    .arrived = h->now,
                                    .buy = ask.order.side == STRATC_SIDE_BUY,
                                    .stop = ask.order.kind == STRATC_KIND_STOP};
            answer.kind = stratc_simulator_place(&h->venue, &order) ? STRATC_ANSWER_ACK : STRATC_ANSWER_REJECTED;
        }
        if (!stratc_order_path_answer(&h->orders, &answer, h->error)) return false;
    }
    return true;
}

static bool deliver(host *h, stratc_input *input) {
    input->seq = ++h->seq;
    h->now = input->now;
    uint32_t code = h->program->step(h->context, input, &h->output);
    if (h->output.record_count > 0 && !stratc_results_records(h->results, &h->output)) return false;
    if (code != STRATC_FAULT_NONE) return fault(h, code);
    for (uint32_t i = 0; i < h->output.frame_count; i++)
        if (!route(h, &h->output.frames[i]) || !ask_venue(h)) return false;
    return true;
}

/* ---- what an instant causes */

static bool next_report(host *h, stratc_frame *report) {
    return stratc_frame_queue_pop(&h->denials, report) || stratc_frame_queue_pop(&h->orders.reports, report);
}

/* Delivers every waiting report, and those that these cause in turn. */
static bool settle(host *h) {
    stratc_frame report;
    while (next_report(h, &report)) {
        if (++h->reports_at_once > MOST_REPORTS_AT_ONCE) {
            char now[STRATC_INSTANT_TEXT];
            stratc_instant_format(h->now, now);
            stratc_fail(h->error, STRATC_EXIT_INTERNAL, "%s does not come to rest at %s: %d reports in one moment",
                        h->program->name, now, (int)MOST_REPORTS_AT_ONCE);
            return stratc_help(h->error, "a transition on a report sends the next order at once; let it wait for a bar or a timer");
        }
        stratc_frame_seal(&report, ++h->reports_in, h->now, 0);
        if (!stratc_results_report(h->results, h->seq + 1, h->now, &report)) return false;
        stratc_input input = {.now = h->now, .kind = STRATC_REPORT, .report = &report};
        if (!deliver(h, &input)) return false;
    }
    return true;
}

/* Delivers an input that the host makes itself, and everything it causes. */
static bool instant(host *h, stratc_input input) {
    h->reports_at_once = 0;
    return deliver(h, &input) && settle(h);
}

/* ---- between two bars */

static bool fill(host *h, const stratc_match *match) {
    const stratc_order *order = stratc_order_path_find(&h->orders, match->id);
    stratc_answer answer = {STRATC_ANSWER_FILL, match->id, match->time, match->qty, match->px};
    if (match->time > h->now) h->reports_at_once = 0;
    h->now = match->time > h->now ? match->time : h->now;
    if (!stratc_order_path_answer(&h->orders, &answer, h->error) || !ask_venue(h)) return false;
    return stratc_results_fill(h->results, order, match) && settle(h);
}

static int64_t next_deadline(const host *h, int32_t *timer) {
    return h->program->timer_count == 0 ? STRATC_NEVER : h->program->next_deadline(h->context, timer);
}

/* Fills and timers up to the end of a bar, by time. */
static bool walk(host *h, const stratc_bar *bar) {
    stratc_simulator_bar(&h->venue, bar->start, bar->end, bar->open_px, bar->high_px, bar->low_px, bar->close_px);
    for (;;) {
        int32_t timer = -1;
        int64_t deadline = next_deadline(h, &timer);
        int64_t until = deadline < bar->end ? deadline : bar->end;
        stratc_match match;
        if (stratc_simulator_next(&h->venue, until, &match)) {
            if (!fill(h, &match)) return false;
        } else if (deadline <= bar->end) {
            int64_t now = deadline > h->now ? deadline : h->now;
            if (!instant(h, (stratc_input){.now = now, .kind = STRATC_TIMER, .verb = timer, .deadline = deadline})) return false;
        } else {
            return true;
        }
    }
}

static stratc_bar bar_at(const host *h, const stratc_bars *bars, size_t row) {
    stratc_scale price = h->program->instruments[0].price;
    return (stratc_bar){.start = bars->start[row],
                        .end = bars->start[row] + h->program->feeds[0].every,
                        .open_px = bars->open[row],
                        .high_px = bars->high[row],
                        .low_px = bars->low[row],
                        .close_px = bars->close[row],
                        .open = stratc_scaled(bars->open[row], price),
                        .high = stratc_scaled(bars->high[row], price),
                        .low = stratc_scaled(bars->low[row], price),
                        .close = stratc_scaled(bars->close[row], price),
                        .volume = bars->volume[row]};
}

/* A bar that overlaps the one before (weekly bars around a holiday) is seen no earlier than that one. */
static bool bar_closes(host *h, const stratc_bar *bar) {
    int64_t now = bar->end > h->now ? bar->end : h->now;
    return instant(h, (stratc_input){.now = now, .kind = STRATC_BARS, .verb = 1, .bars = bar});
}

/* ---- the run */

static bool control(host *h, enum stratc_control verb, int64_t now) {
    return instant(h, (stratc_input){.now = now > h->now ? now : h->now, .kind = STRATC_CONTROL, .verb = verb});
}

static bool interrupted(const host *h) {
    return stratc_fail(h->error, STRATC_EXIT_INTERRUPT, "interrupted: nothing of this run is complete");
}

static bool run_bars(host *h, const stratc_bars *bars, stratc_period period, const volatile sig_atomic_t *stop) {
    stratc_progress progress;
    stratc_progress_begin(&progress, period.end - period.first);
    bool good = true;
    for (size_t row = period.first; good && row < period.end; row++) {
        if (row == period.begin) good = control(h, STRATC_START, bars->start[row]) && stratc_results_start(h->results, h->now);
        stratc_bar bar = bar_at(h, bars, row);
        bool warm_up = row < period.begin;
        good = good && (warm_up || walk(h, &bar)) && bar_closes(h, &bar) &&
               (warm_up || stratc_results_bar(h->results, h->now, &bar, h->context));
        if (row % BARS_PER_LOOK == 0) stratc_progress_update(&progress, row - period.first);
        if (*stop) good = good && interrupted(h);
    }
    stratc_progress_end(&progress);
    return good && control(h, STRATC_STOP, h->now) && stratc_results_end(h->results, h->context, &h->orders);
}

static void close_host(host *h) {
    free(h->context);
    free(h->output.frames);
    free(h->output.records);
    stratc_order_path_close(&h->orders);
    stratc_simulator_close(&h->venue);
    stratc_frame_queue_free(&h->denials);
}

static bool open_host(host *h) {
    const stratc_program *program = h->program;
    h->context = calloc(1, program->context_size);
    h->output.frame_capacity = program->max_frames;
    h->output.record_capacity = program->max_records;
    h->output.frames = calloc((size_t)program->max_frames + 1, sizeof *h->output.frames);
    h->output.records = calloc((size_t)program->max_records + 1, sizeof *h->output.records);
    if (!h->context || !h->output.frames || !h->output.records)
        return stratc_fail(h->error, STRATC_EXIT_INTERNAL, "out of memory for the state of %s", program->name);
    return stratc_order_path_open(&h->orders, &program->instruments[0], program->slot_count, h->error) &&
           stratc_simulator_open(&h->venue, program->slot_count, h->error);
}

bool stratc_host_run(const stratc_program *program, const stratc_options *options, const stratc_bars *bars,
                     stratc_period period, stratc_results *results, const volatile sig_atomic_t *stop, stratc_error *error) {
    host h = {.program = program, .results = results, .now = INT64_MIN, .error = error};
    bool good = open_host(&h);
    if (good) {
        program->init(h.context, options->params, options->capital);
        good = run_bars(&h, bars, period, stop);
    }
    close_host(&h);
    return good;
}
