/* The table, line by line: name, value, unit, remark. */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "decimal.h"
#include "instants_text.h"
#include "params.h"

enum { ROOM = 512 };

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void print(stratc_output_file *file, const char *format, ...) {
    char text[2 * ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)stratc_output_write(file, text, strlen(text)); /* a failure sticks */
}

static void line(stratc_output_file *file, const char *name, const char *value, const char *unit, const char *remark) {
    char text[ROOM];
    snprintf(text, sizeof text, "  %-20s %18s %-6s %s", name, value, unit, remark);
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ') length--;
    print(file, "%.*s\n", (int)length, text);
}

static void count_line(stratc_output_file *file, const char *name, int64_t count, const char *remark) {
    char value[STRATC_NUMBER_TEXT];
    snprintf(value, sizeof value, "%lld", (long long)count);
    line(file, name, value, "", remark);
}

/* Money to two decimals: for people; the files hold the exact amount. */
static void money_line(stratc_output_file *file, const char *name, const stratc_results *results, int64_t amount,
                       const char *remark) {
    const stratc_instrument *instrument = &results->program->instruments[0];
    char value[STRATC_NUMBER_TEXT];
    snprintf(value, sizeof value, "%.2f", stratc_scaled(amount, (stratc_scale){1, instrument->money_decimals}));
    line(file, name, value, instrument->quote, remark);
}

/* How a number was computed: "1d, x sqrt(365), ddof 1, rf 0, n 364". */
static void convention(const stratc_statistic *statistic, char out[ROOM]) {
    int used = snprintf(out, ROOM, "per %s, n %lld", statistic->interval, (long long)statistic->n);
    if (statistic->periods > 0) used += snprintf(out + used, ROOM - (size_t)used, ", x sqrt(%g)", statistic->periods);
    if (statistic->ddof >= 0) used += snprintf(out + used, ROOM - (size_t)used, ", ddof %d", (int)statistic->ddof);
    if (statistic->rf == statistic->rf) snprintf(out + used, ROOM - (size_t)used, ", rf %g", statistic->rf);
}

static void statistic_line(stratc_output_file *file, const char *name, const stratc_statistic *statistic, double scale,
                           const char *unit) {
    char value[STRATC_NUMBER_TEXT] = "-", remark[ROOM];
    if (statistic->known) snprintf(value, sizeof value, "%.2f", statistic->value * scale);
    convention(statistic, remark);
    line(file, name, value, unit, remark);
}

static void head(stratc_output_file *file, const stratc_results *results, const stratc_data *data) {
    const stratc_program *program = results->program;
    const stratc_instrument *instrument = &program->instruments[0];
    char start[STRATC_INSTANT_TEXT], end[STRATC_INSTANT_TEXT], every[STRATC_INSTANT_TEXT];
    stratc_instant_format(results->start, start);
    stratc_instant_format(results->end, end);
    const stratc_source *source = &data->sources[data->main];
    const stratc_period period = data->periods[data->main];
    stratc_duration_format(program->feeds[data->main].every, every);
    print(file, "%s%s%s\n", program->name, *program->title ? ": " : "", program->title);
    print(file, "  ");
    for (uint32_t i = 0; i < program->instrument_count; i++)
        print(file, "%s/%s, %s, ", instrument[i].base, instrument[i].quote, instrument[i].venue);
    print(file, "%llu bars of %s, %s .. %s\n", (unsigned long long)results->bars, every, start, end);
    print(file, "  %s: %llu rows, %llu gaps", source->file, (unsigned long long)source->rows,
          (unsigned long long)source->faults.gaps);
    if (period.begin > period.first) print(file, ", %zu bars of warm-up", period.begin - period.first);
    print(file, "\n");
    for (uint32_t f = 0; f < program->feed_count; f++)
        if (f != data->main && data->sources[f].file != NULL)
            print(file, "  %s: %s, %llu rows, %llu gaps\n", program->feeds[f].name, data->sources[f].file,
                  (unsigned long long)data->sources[f].rows, (unsigned long long)data->sources[f].faults.gaps);
    for (uint32_t i = 0; i < program->param_count; i++) {
        char value[STRATC_PARAM_TEXT];
        stratc_param_format(&program->params[i], results->options->params[i], value);
        print(file, "%s%s = %s%s", i == 0 ? "  " : ", ", program->params[i].name, value, i + 1 == program->param_count ? "\n" : "");
    }
}

static void repairs(stratc_output_file *file, const stratc_source *source) {
    for (int kind = 0; kind < STRATC_BAR_FAULT_KINDS; kind++)
        if (source->faults.found[kind] > 0)
            print(file, "  repaired: %llu x %s\n", (unsigned long long)source->faults.found[kind],
                  stratc_bar_fault_name((enum stratc_bar_fault)kind));
}

static void account(stratc_output_file *file, const stratc_results *results) {
    const stratc_statistics *s = &results->statistics;
    print(file, "\nAccount\n");
    money_line(file, "capital", results, s->capital, "");
    money_line(file, "realised", results, s->realised, "before fees");
    money_line(file, "unrealised", results, s->unrealised, "at the last close");
    money_line(file, "fees", results, s->fees, "");
    money_line(file, "final equity", results, s->own.final_equity, "");
    statistic_line(file, "total return", &s->own.total_return, 100, "%");
    statistic_line(file, "CAGR", &s->own.cagr, 100, "%");
}

static void risk(stratc_output_file *file, const stratc_results *results) {
    const stratc_statistics *s = &results->statistics;
    char longest[STRATC_NUMBER_TEXT], bars[STRATC_NUMBER_TEXT], trials[STRATC_NUMBER_TEXT];
    print(file, "\nRisk\n");
    statistic_line(file, "volatility", &s->own.volatility, 100, "%");
    statistic_line(file, "Sharpe", &s->own.sharpe, 1, "");
    statistic_line(file, "Sortino", &s->own.sortino, 1, "");
    statistic_line(file, "max drawdown", &s->own.max_drawdown, 100, "%");
    snprintf(longest, sizeof longest, "%.2f", (double)s->own.max_drawdown_ns / (double)STRATC_DAY);
    snprintf(bars, sizeof bars, "%lld bars", (long long)s->own.max_drawdown_bars);
    line(file, "longest drawdown", longest, "days", bars);
    statistic_line(file, "Calmar", &s->own.calmar, 1, "");
    statistic_line(file, "P(Sharpe > 0)", &s->psr, 100, "%");
    snprintf(trials, sizeof trials, "  of %lld trials", (long long)s->trials);
    if (s->trials > 1) statistic_line(file, trials, &s->deflated_sharpe, 100, "%");
    statistic_line(file, "exposure", &s->exposure, 100, "%");
    statistic_line(file, "turnover", &s->turnover, 1, "");
}

static void market(stratc_output_file *file, const stratc_results *results) {
    const stratc_curve_statistics *hold = &results->statistics.hold;
    const stratc_program *program = results->program;
    if (!results->statistics.held) return;
    print(file, program->instrument_count > 1 ? "\nBuy and hold %s\n" : "\nBuy and hold\n", program->instruments->name);
    money_line(file, "final equity", results, hold->final_equity, "bought at the first open, one taker fee");
    statistic_line(file, "total return", &hold->total_return, 100, "%");
    statistic_line(file, "Sharpe", &hold->sharpe, 1, "");
    statistic_line(file, "max drawdown", &hold->max_drawdown, 100, "%");
}

static void view(stratc_output_file *file, const stratc_results *results) {
    const stratc_view_statistics *s = &results->view_statistics;
    if (!s->engine) return;
    print(file, "\nThe same curve by the formulas of %s\n", s->engine);
    statistic_line(file, "total return", &s->total_return, 100, "%");
    statistic_line(file, "annual return", &s->annual_return, 100, "%");
    statistic_line(file, "volatility", &s->volatility, 100, "%");
    statistic_line(file, "Sharpe", &s->sharpe, 1, "");
    statistic_line(file, "Sortino", &s->sortino, 1, "");
    statistic_line(file, "max drawdown", &s->max_drawdown, 100, "%");
    statistic_line(file, "Calmar", &s->calmar, 1, "");
}

static void trading(stratc_output_file *file, const stratc_results *results) {
    const stratc_statistics *s = &results->statistics;
    const stratc_instrument *instrument = &results->program->instruments[0];
    double unit = stratc_scaled(1, (stratc_scale){1, instrument->money_decimals});
    print(file, "\nTrades\n");
    count_line(file, "closed trades", s->trades, "flat to flat");
    count_line(file, "fills", (int64_t)results->trades.fill_count, "");
    statistic_line(file, "win rate", &s->win_rate, 100, "%");
    statistic_line(file, "profit factor", &s->profit_factor, 1, "");
    statistic_line(file, "mean trade", &s->mean_trade, unit, instrument->quote);
    statistic_line(file, "mean bars held", &s->mean_bars_held, 1, "bars");
}

static void left_open(stratc_output_file *file, const stratc_results *results) {
    char qty[STRATC_NUMBER_TEXT], px[STRATC_NUMBER_TEXT];
    for (int why = 0; why < STRATC_WHY_COUNT; why++)
        if (results->denials[why] > 0) {
            char name[ROOM];
            snprintf(name, sizeof name, "denied: %s", stratc_why_name(why));
            count_line(file, name, (int64_t)results->denials[why], "");
        }
    for (uint32_t i = 0; i < results->program->instrument_count; i++) {
        const stratc_instrument *instrument = &results->program->instruments[i];
        char remark[ROOM];
        if (results->holdings[i].position == 0) continue;
        stratc_units_format(results->holdings[i].position, instrument->lot, qty);
        stratc_units_format(results->marks[i], instrument->price, px);
        snprintf(remark, sizeof remark, "marked at %s %s", px, instrument->quote);
        line(file, "open position", qty, instrument->base, remark);
    }
    if (results->open_order_count > 0) count_line(file, "open orders", results->open_order_count, "");
}

/* A count is shown where it says something. */
static void seldom(stratc_output_file *file, const char *name, uint64_t count, const char *remark) {
    if (count > 0) count_line(file, name, (int64_t)count, remark);
}

static void bounds(stratc_output_file *file, const stratc_results *results) {
    const stratc_simulated *simulated = &results->simulated;
    if (!simulated->has_bounds) return;
    money_line(file, "profit, adverse", results, simulated->adverse - results->options->capital, "the worse order of every bar's extremes");
    money_line(file, "profit, favourable", results, simulated->favourable - results->options->capital, "the better one");
}

/* What the result rests on; summary.json has the rest. */
static void simulated(stratc_output_file *file, const stratc_results *results) {
    const stratc_simulation *simulation = &results->options->simulation;
    const stratc_match_counts *counts = &results->simulated.counts;
    char share[STRATC_NUMBER_TEXT] = "off";
    print(file, "\nSimulation\n");
    line(file, "path inside a bar", stratc_path_name(simulation->path), "", simulation->market.at_close ? "orders meet the close they were decided on: optimistic" : "");
    if (simulation->market.participation >= 0)
        snprintf(share, sizeof share, "%.4g", (double)simulation->market.participation / 1e6);
    line(file, "share of volume", share, simulation->market.participation >= 0 ? "%" : "", "that one side may fill of a bar");
    count_line(file, "ambiguous bars", (int64_t)results->simulated.ambiguous, "the order of their extremes matters");
    bounds(file, results);
    seldom(file, "gap fills", counts->gap_fills, "at an open beyond the price asked");
    seldom(file, "limits only touched", counts->touched, "and not filled");
    seldom(file, "fills by touch", counts->touch_fills, "");
    seldom(file, "short of volume", counts->capped, "orders that found too little in a bar");
    seldom(file, "silent bars", counts->silent_bars, "without volume while an order worked");
    seldom(file, "trimmed", counts->trimmed, "reduce-only orders larger than the position");
}

void stratc_table_write(stratc_output_file *file, const stratc_results *results, const stratc_data *data) {
    head(file, results, data);
    for (uint32_t f = 0; f < results->program->feed_count; f++) repairs(file, &data->sources[f]);
    account(file, results);
    risk(file, results);
    trading(file, results);
    left_open(file, results);
    market(file, results);
    view(file, results);
    simulated(file, results);
    if (results->in_folder) print(file, "Results in %s\n", results->options->out);
}
