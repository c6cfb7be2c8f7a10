/* The backtest host.
 *
 * Order of inputs. Within the walk of a bar, what the venue answers, timers of the order kernel and timers of the strategy come by
 * time, at equal times in this order; all of them at a bar's end come before its BARS. The reports that an instant causes follow it
 * at once, its denials first.
 * Two inputs stand outside the rule for ties because they answer BARS of the same time: CONTROL start follows the warm-up
 * bars (the machine, which waits for it, must not see them) and CONTROL stop follows the last bar. */
#include "host.h"

#include <stdlib.h>

#include "bar_units.h"
#include "progress.h"
#include "rounding.h"
#include "world.h"

enum { BARS_PER_LOOK = 4096 };

typedef struct {
    stratc_world world;
    stratc_world spare[2]; /* trial walks: high first, low first */
    stratc_tape tape[2];
    enum stratc_path path;
    double factor; /* price units per currency unit */
    uint64_t ambiguous;
} host;

static bool low_first(enum stratc_path path, const stratc_bar *bar) {
    switch (path) {
        case STRATC_PATH_NEAREST: return bar->high_px - bar->open_px >= bar->open_px - bar->low_px;
        case STRATC_PATH_OHLC: return false;
        case STRATC_PATH_OLHC: return true;
        default: return bar->close_px >= bar->open_px;
    }
}

/* What is left of a run. */
typedef struct {
    int64_t equity;
    uint64_t ambiguous;
    stratc_match_counts counts;
} run_end;

/* ---- the walk along one bar */

/* Whole lots, snapped like a quantity of an order; -1 where the data has no volume. */
static int64_t volume_of(const host *h, const stratc_bar *bar) {
    int64_t lots;
    if (bar->flags & STRATC_BAR_NO_VOLUME) return -1;
    return stratc_round_steps(bar->volume, h->world.program->instruments[0].lot, 1, -1, INT64_MAX / 2, &lots) ? lots : INT64_MAX / 2;
}

static stratc_bar_line line_of(const stratc_bar *bar, bool low) {
    return stratc_bar_line_of(bar->start, bar->end, bar->open_px, bar->high_px, bar->low_px, bar->close_px, low);
}

static void set_line(host *h, const stratc_bar *bar, bool low) {
    stratc_bar_line line = line_of(bar, low);
    stratc_matching_bar(&h->world.venue.book, &line, volume_of(h, bar));
}

/* Turns the line of a bar at whose open everything up to now has happened: both orders of the extremes begin alike. */
static void turn_line(stratc_world *w, const stratc_bar *bar, bool low) {
    w->venue.book.line = line_of(bar, low);
}

static bool finish_walk(stratc_world *w, const stratc_bar *bar) {
    if (!stratc_world_advance(w, bar->end)) return false;
    stratc_matching_end(&w->venue.book);
    return true;
}

static bool walk_trial(host *h, const stratc_bar *bar, bool low) {
    stratc_world *spare = &h->spare[low];
    h->tape[low].count = 0;
    stratc_world_copy(spare, &h->world);
    turn_line(spare, bar, low);
    return finish_walk(spare, bar);
}

/* The trial becomes the run, and says what it did. */
static bool adopt(host *h, bool low) {
    const stratc_tape *tape = &h->tape[low];
    stratc_world_copy(&h->world, &h->spare[low]);
    for (size_t i = 0; i < tape->count; i++)
        if (!stratc_results_take(h->world.results, &tape->items[i])) return false;
    return true;
}

static bool differ(const stratc_world *a, const stratc_world *b, int64_t close) {
    const stratc_core *first = a->context, *second = b->context;
    return stratc_world_equity(a, close) != stratc_world_equity(b, close) || first->account.position != second->account.position;
}

/* Walks the bar both ways from copies: is it ambiguous, and which way does the rule take? */
static bool walk_both(host *h, const stratc_bar *bar) {
    if (!walk_trial(h, bar, true) || !walk_trial(h, bar, false)) return false;
    int64_t up = stratc_world_equity(&h->spare[true], bar->close_px), down = stratc_world_equity(&h->spare[false], bar->close_px);
    bool low = low_first(h->path, bar);
    h->ambiguous += differ(&h->spare[true], &h->spare[false], bar->close_px);
    if (h->path == STRATC_PATH_ADVERSE) low = up <= down;
    if (h->path == STRATC_PATH_FAVOURABLE) low = up >= down;
    return adopt(h, low);
}

/* Timers and expiries between two bars fire at their own time, and nothing is filled there. */
static bool cross_gap(stratc_world *w, int64_t start) {
    if (w->venue.book.line.time[3] >= start) return true;
    w->venue.book.line = (stratc_bar_line){0};
    return stratc_world_advance(w, start - 1);
}

static bool walk(host *h, const stratc_bar *bar) {
    stratc_world *w = &h->world;
    if (stratc_world_idle(w, bar->low_px, bar->high_px, bar->end)) {
        /* An order that rests has now seen this bar; one that the close will bring may meet that close. */
        if (w->venue.book.count > 0 || w->venue.book.market.at_close) set_line(h, bar, low_first(h->path, bar));
        return true;
    }
    if (!cross_gap(w, bar->start)) return false;
    set_line(h, bar, low_first(h->path, bar));
    if (!stratc_world_advance(w, bar->start)) return false;
    return stratc_world_idle(w, bar->low_px, bar->high_px, bar->end) || walk_both(h, bar);
}

static stratc_bar bar_at(const host *h, const stratc_bar_span *span, size_t row) {
    return (stratc_bar){.start = span->start[row],
                        .end = span->start[row] + h->world.program->feeds[0].every,
                        .open_px = stratc_bar_units(span->open[row], h->factor),
                        .high_px = stratc_bar_units(span->high[row], h->factor),
                        .low_px = stratc_bar_units(span->low[row], h->factor),
                        .close_px = stratc_bar_units(span->close[row], h->factor),
                        .open = span->open[row],
                        .high = span->high[row],
                        .low = span->low[row],
                        .close = span->close[row],
                        .volume = span->volume ? span->volume[row] : 0.0,
                        .flags = span->volume ? 0 : STRATC_BAR_NO_VOLUME};
}

/* A bar that overlaps the one before (weekly bars around a holiday) is seen no earlier than that one. */
static bool bar_closes(stratc_world *w, const stratc_bar *bar) {
    return stratc_world_instant(w, &(stratc_input){.now = bar->end, .kind = STRATC_BARS, .verb = 1, .bars = bar});
}

/* ---- the run */

static bool control(stratc_world *w, enum stratc_control verb, int64_t now) {
    return stratc_world_instant(w, &(stratc_input){.now = now, .kind = STRATC_CONTROL, .verb = verb});
}

static bool run_bars(host *h, const stratc_bars *bars, stratc_period period, const volatile sig_atomic_t *stop) {
    stratc_world *w = &h->world;
    stratc_results *results = w->results;
    stratc_progress progress;
    stratc_progress_begin(&progress, period.end - period.first);
    bool good = true;
    size_t within;
    const stratc_bar_span *span = stratc_bars_span(bars, period.first, &within);
    for (size_t row = period.first; good && row < period.end; row++) {
        stratc_bar bar = bar_at(h, span, within);
        if (++within == span->count) span++, within = 0;
        bool counts = row >= period.begin;
        if (row == period.begin) good = control(w, STRATC_START, bar.start) && (!results || stratc_results_start(results, w->now));
        good = good && (!counts || walk(h, &bar)) && bar_closes(w, &bar);
        if (good && counts && results) good = stratc_results_bar(results, w->now, &bar, w->context);
        if (row % BARS_PER_LOOK == 0) stratc_progress_update(&progress, row - period.first);
        if (*stop) good = good && stratc_fail(w->error, STRATC_EXIT_INTERRUPT, "interrupted: nothing of this run is complete");
    }
    stratc_progress_end(&progress);
    return good && control(w, STRATC_STOP, w->now);
}

static bool open_host(host *h, const stratc_program *program, const stratc_options *options, stratc_error *error) {
    h->factor = stratc_bar_factor(program->instruments[0].price);
    bool good = stratc_world_open(&h->world, program, options, error) && stratc_world_open(&h->spare[0], program, options, error) &&
                stratc_world_open(&h->spare[1], program, options, error);
    for (int i = 0; i < 2; i++) h->spare[i].tape = &h->tape[i];
    return good;
}

static void close_host(host *h) {
    stratc_world_close(&h->world);
    stratc_world_close(&h->spare[0]);
    stratc_world_close(&h->spare[1]);
    stratc_tape_free(&h->tape[0]);
    stratc_tape_free(&h->tape[1]);
    free(h);
}

/* A run under one rule, with results or, where results is NULL, for its equity alone. */
static bool run(const stratc_program *program, const stratc_options *options, enum stratc_path path, const stratc_bars *bars, stratc_period period,
                stratc_results *results, run_end *end, const volatile sig_atomic_t *stop, stratc_error *error) {
    host *h = calloc(1, sizeof *h);
    if (!h) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the run of %s", program->name);
    h->path = path;
    bool good = open_host(h, program, options, error);
    h->world.results = h->spare[0].results = h->spare[1].results = results;
    good = good && run_bars(h, bars, period, stop);
    if (good) {
        *end = (run_end){((const stratc_core *)h->world.context)->account.equity, h->ambiguous, h->world.venue.book.counts};
        if (results) good = stratc_results_end(results, h->world.context, &h->world.orders);
    }
    close_host(h);
    return good;
}

/* The equity that the run would have ended with under `path`. */
static bool bound(const stratc_program *program, const stratc_options *options, enum stratc_path path, const stratc_bars *bars, stratc_period period,
                  const run_end *own, int64_t *equity, const volatile sig_atomic_t *stop, stratc_error *error) {
    run_end end = *own;
    bool again = own->ambiguous > 0 && options->simulation.path != path;
    if (again && !run(program, options, path, bars, period, NULL, &end, stop, error)) return false;
    *equity = end.equity;
    return true;
}

bool stratc_host_run(const stratc_program *program, const stratc_options *options, const stratc_bars *bars, stratc_period period,
                     stratc_results *results, const volatile sig_atomic_t *stop, stratc_error *error) {
    stratc_simulated *simulated = &results->simulated;
    run_end end;
    if (!run(program, options, options->simulation.path, bars, period, results, &end, stop, error)) return false;
    simulated->ambiguous = end.ambiguous;
    simulated->counts = end.counts;
    simulated->has_bounds = options->simulation.bounds;
    return !simulated->has_bounds ||
           (bound(program, options, STRATC_PATH_ADVERSE, bars, period, &end, &simulated->adverse, stop, error) &&
            bound(program, options, STRATC_PATH_FAVOURABLE, bars, period, &end, &simulated->favourable, stop, error));
}
