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

enum { MOST_INSTRUMENTS = 8 };

/* The bars that end together, by instrument; NULL: it has none. */
typedef struct {
    const stratc_bar *of[MOST_INSTRUMENTS];
    int64_t start, end;
    uint32_t count; /* how many there are */
} bars_ended;

typedef struct {
    stratc_world world;
    stratc_world spare[2]; /* trial walks: high first, low first */
    stratc_tape tape[2];
    enum stratc_path path;
    uint64_t ambiguous;
    uint32_t marking[MOST_INSTRUMENTS]; /* the feed of each instrument along which it is filled */
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

/* ---- the walk along the bars that end together */

/* Whole lots, snapped like a quantity of an order; -1 where the data has no volume. */
static int64_t volume_of(const stratc_instrument *instrument, const stratc_bar *bar) {
    int64_t lots;
    if (bar->flags & STRATC_BAR_NO_VOLUME) return -1;
    return stratc_round_steps(bar->volume, instrument->lot, 1, -1, INT64_MAX / 2, &lots) ? lots : INT64_MAX / 2;
}

static stratc_bar_line line_of(const stratc_bar *bar, bool low) {
    return stratc_bar_line_of(bar->start, bar->end, bar->open_px, bar->high_px, bar->low_px, bar->close_px, low);
}

static void set_line(stratc_world *w, uint32_t leg, const stratc_bar *bar, bool low) {
    stratc_bar_line line = line_of(bar, low);
    stratc_matching_bar(&w->legs[leg].venue.book, &line, volume_of(&w->program->instruments[leg], bar));
}

static void set_lines(host *h, const bars_ended *bars) {
    for (uint32_t i = 0; i < h->world.leg_count; i++)
        if (bars->of[i]) set_line(&h->world, i, bars->of[i], low_first(h->path, bars->of[i]));
}

static bool finish_walk(stratc_world *w, const bars_ended *bars) {
    if (!stratc_world_advance(w, bars->end)) return false;
    for (uint32_t i = 0; i < w->leg_count; i++)
        if (bars->of[i]) stratc_matching_end(&w->legs[i].venue.book);
    return true;
}

/* From a copy, with `low` for the order of each instrument's extremes: its line turns at an open up to which both orders are alike. */
static bool walk_trial(host *h, const bars_ended *bars, const bool *low, bool which) {
    stratc_world *spare = &h->spare[which];
    h->tape[which].count = 0;
    stratc_world_copy(spare, &h->world);
    for (uint32_t i = 0; i < spare->leg_count; i++)
        if (bars->of[i]) spare->legs[i].venue.book.line = line_of(bars->of[i], low[i]);
    return finish_walk(spare, bars);
}

/* The trial becomes the run, and says what it did. */
static bool adopt(host *h, bool which) {
    const stratc_tape *tape = &h->tape[which];
    stratc_world_copy(&h->world, &h->spare[which]);
    for (size_t i = 0; i < tape->count; i++)
        if (!stratc_results_take(h->world.results, &tape->items[i])) return false;
    return true;
}

static bool differ(const stratc_world *a, const stratc_world *b, const bars_ended *bars) {
    const stratc_holding *first = stratc_world_holdings(a), *second = stratc_world_holdings(b);
    for (uint32_t i = 0; i < a->leg_count; i++)
        if (first[i].position != second[i].position) return true;
    return stratc_world_equity(a, bars->of) != stratc_world_equity(b, bars->of);
}

/* Walks the bar of instrument `leg` both ways from copies, those of the others as `low` says. Leaves in low[leg] which way the rule takes. */
static bool walk_both(host *h, const bars_ended *bars, bool *low, uint32_t leg, bool *ambiguous) {
    for (int which = 1; which >= 0; which--) {
        low[leg] = which == 1;
        if (!walk_trial(h, bars, low, low[leg])) return false;
    }
    int64_t up = stratc_world_equity(&h->spare[true], bars->of), down = stratc_world_equity(&h->spare[false], bars->of);
    low[leg] = low_first(h->path, bars->of[leg]);
    *ambiguous = *ambiguous || differ(&h->spare[true], &h->spare[false], bars);
    if (h->path == STRATC_PATH_ADVERSE) low[leg] = up <= down;
    if (h->path == STRATC_PATH_FAVOURABLE) low[leg] = up >= down;
    return true;
}

/* One instrument after the other: the later ones meet what the earlier ones chose. */
static bool walk_all(host *h, const bars_ended *bars) {
    bool low[MOST_INSTRUMENTS] = {false}, ambiguous = false, last = false;
    for (uint32_t i = 0; i < h->world.leg_count; i++)
        if (bars->of[i]) low[i] = low_first(h->path, bars->of[i]);
    for (uint32_t i = 0; i < h->world.leg_count; i++) {
        if (!bars->of[i]) continue;
        if (!walk_both(h, bars, low, i, &ambiguous)) return false;
        last = low[i];
    }
    h->ambiguous += ambiguous;
    return adopt(h, last);
}

/* Timers and expiries between two bars fire at their own time, and nothing is filled there. */
static bool cross_gap(stratc_world *w, int64_t start) {
    bool gap = false;
    for (uint32_t i = 0; i < w->leg_count; i++) {
        stratc_bar_line *line = &w->legs[i].venue.book.line;
        if (line->time[3] >= start) continue;
        *line = (stratc_bar_line){0};
        gap = true;
    }
    return !gap || stratc_world_advance(w, start - 1);
}

/* An order that rests has now seen this bar; one that the close will bring may meet that close. */
static void note_lines(host *h, const bars_ended *bars) {
    for (uint32_t i = 0; i < h->world.leg_count; i++) {
        const stratc_matching *book = &h->world.legs[i].venue.book;
        if (bars->of[i] && (book->count > 0 || book->market.at_close)) set_line(&h->world, i, bars->of[i], low_first(h->path, bars->of[i]));
    }
}

static bool walk(host *h, const bars_ended *bars) {
    stratc_world *w = &h->world;
    if (stratc_world_idle(w, bars->of, bars->end)) {
        note_lines(h, bars);
        return true;
    }
    if (!cross_gap(w, bars->start)) return false;
    set_lines(h, bars);
    if (!stratc_world_advance(w, bars->start)) return false;
    return stratc_world_idle(w, bars->of, bars->end) || walk_all(h, bars);
}

static bars_ended ended(const host *h, const stratc_bar_set *set) {
    bars_ended bars = {.start = INT64_MAX, .end = set->end};
    for (uint32_t i = 0; i < h->world.leg_count; i++) {
        const stratc_bar *bar = bars.of[i] = stratc_bar_set_of(set, h->marking[i]);
        if (!bar) continue;
        bars.count++;
        if (bar->start < bars.start) bars.start = bar->start;
    }
    return bars;
}

/* A bar that overlaps the one before (weekly bars around a holiday) is seen no earlier than that one. */
static bool bars_close(stratc_world *w, const stratc_bar_set *set) {
    return stratc_world_instant(w, &(stratc_input){.now = set->end, .kind = STRATC_BARS, .verb = set->count, .bars = set->bars});
}

/* ---- the run */

static bool control(stratc_world *w, enum stratc_control verb, int64_t now) {
    return stratc_world_instant(w, &(stratc_input){.now = now, .kind = STRATC_CONTROL, .verb = verb});
}

/* Bars that end while the main feed is silent, such as the hour of a gap: nothing is filled before them. */
static bool reach_end(stratc_world *w, int64_t end) {
    return cross_gap(w, end) && stratc_world_advance(w, end);
}

static bool take_set(host *h, const stratc_data *data, const stratc_bar_set *set, size_t row) {
    stratc_world *w = &h->world;
    stratc_results *results = w->results;
    const stratc_period *period = &data->periods[data->main];
    bars_ended bars = ended(h, set);
    bool begins = row == period->begin && bars.of[0] != NULL, started = row > period->begin || begins, good = true;
    if (bars.count == 0) return (!started || reach_end(w, set->end)) && bars_close(w, set) && stratc_world_records(w, set->end);
    if (begins) good = control(w, STRATC_START, bars.of[0]->start) && (!results || stratc_results_start(results, w->now));
    good = good && (!started || walk(h, &bars)) && bars_close(w, set) && stratc_world_records(w, set->end);
    return good && (!started || !results || stratc_results_bar(results, w->now, bars.of[0], w->context));
}

static bool run_bars(host *h, const stratc_data *data, const volatile sig_atomic_t *stop) {
    stratc_world *w = &h->world;
    const stratc_period *period = &data->periods[data->main];
    stratc_bar_sets sets = stratc_data_sets(data, w->program);
    const stratc_bar_cursor *rows = &sets.cursors[data->main];
    stratc_bar_set set;
    stratc_progress progress;
    int64_t begins = stratc_bars_start(&data->bars[data->main], period->first);
    stratc_world_listen(w, data->signals, begins);
    for (int i = 0; i < 2; i++) stratc_world_listen(&h->spare[i], data->signals, begins);
    stratc_progress_begin(&progress, period->end - period->first);
    bool good = true;
    for (size_t row = rows->row; good && row < period->end; row = rows->row) {
        if (!stratc_bar_sets_next(&sets, &set)) break;
        good = take_set(h, data, &set, row) && (!w->results || stratc_results_rest(w->results, w->context));
        if (row % BARS_PER_LOOK == 0) stratc_progress_update(&progress, row - period->first);
        if (*stop) good = good && stratc_fail(w->error, STRATC_EXIT_INTERRUPT, "interrupted: nothing of this run is complete");
    }
    stratc_progress_end(&progress);
    return good && control(w, STRATC_STOP, w->now);
}

static bool open_host(host *h, const stratc_program *program, const stratc_options *options, stratc_error *error) {
    bool good = stratc_world_open(&h->world, program, options, error) && stratc_world_open(&h->spare[0], program, options, error) &&
                stratc_world_open(&h->spare[1], program, options, error);
    for (int i = 0; i < 2; i++) h->spare[i].tape = &h->tape[i];
    for (uint32_t i = 0; i < program->instrument_count; i++) h->marking[i] = stratc_marking_feed(program, i);
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

static stratc_match_counts counts_of(const stratc_world *w) {
    stratc_match_counts sum = {0};
    for (uint32_t i = 0; i < w->leg_count; i++) stratc_match_counts_add(&sum, &w->legs[i].venue.book.counts);
    return sum;
}

static bool keep_open_orders(stratc_results *results, const stratc_world *w) {
    for (uint32_t i = 0; i < w->leg_count; i++)
        if (!stratc_results_open_orders(results, &w->legs[i].orders)) return false;
    return true;
}

/* A run under one rule, with results or, where results is NULL, for its equity alone. */
static bool run(const stratc_program *program, const stratc_options *options, enum stratc_path path, const stratc_data *data,
                stratc_results *results, run_end *end, const volatile sig_atomic_t *stop, stratc_error *error) {
    host *h = calloc(1, sizeof *h);
    if (!h) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the run of %s", program->name);
    h->path = path;
    bool good = open_host(h, program, options, error);
    h->world.results = h->spare[0].results = h->spare[1].results = results;
    good = good && run_bars(h, data, stop);
    if (good) {
        *end = (run_end){((const stratc_core *)h->world.context)->account.equity, h->ambiguous, counts_of(&h->world)};
        if (results) good = keep_open_orders(results, &h->world) && stratc_results_end(results, h->world.context);
    }
    close_host(h);
    return good;
}

/* The equity that the run would have ended with under `path`. */
static bool bound(const stratc_program *program, const stratc_options *options, enum stratc_path path, const stratc_data *data,
                  const run_end *own, int64_t *equity, const volatile sig_atomic_t *stop, stratc_error *error) {
    run_end end = *own;
    bool again = own->ambiguous > 0 && options->simulation.path != path;
    if (again && !run(program, options, path, data, NULL, &end, stop, error)) return false;
    *equity = end.equity;
    return true;
}

bool stratc_host_run(const stratc_program *program, const stratc_options *options, const stratc_data *data,
                     stratc_results *results, const volatile sig_atomic_t *stop, stratc_error *error) {
    stratc_simulated *simulated = &results->simulated;
    run_end end;
    if (!run(program, options, options->simulation.path, data, results, &end, stop, error)) return false;
    simulated->ambiguous = end.ambiguous;
    simulated->counts = end.counts;
    simulated->has_bounds = options->simulation.bounds;
    return !simulated->has_bounds ||
           (bound(program, options, STRATC_PATH_ADVERSE, data, &end, &simulated->adverse, stop, error) &&
            bound(program, options, STRATC_PATH_FAVOURABLE, data, &end, &simulated->favourable, stop, error));
}
