/* The summary, block by block. */
#include "summary.h"

#include <stdio.h>
#include <string.h>

#include "help.h"
#include "instants_text.h"
#include "params.h"
#include "run_folder.h"
#include "matching.h"
#include "statistics_json.h"

static void text(stratc_json *json, const char *name, const char *value) {
    stratc_json_key(json, name);
    stratc_json_text(json, value);
}

static void integer(stratc_json *json, const char *name, int64_t value) {
    stratc_json_key(json, name);
    stratc_json_integer(json, value);
}

static void flag(stratc_json *json, const char *name, bool value) {
    stratc_json_key(json, name);
    stratc_json_bool(json, value);
}

static void scaled(stratc_json *json, const char *name, int64_t count, stratc_scale scale) {
    stratc_json_key(json, name);
    stratc_json_decimal(json, count * scale.numerator, scale.decimals);
}

static void instant(stratc_json *json, const char *name, int64_t ns) {
    char written[STRATC_INSTANT_TEXT];
    stratc_instant_format(ns, written);
    text(json, name, written);
}

/* NULL: it was not taken. */
static void hash(stratc_json *json, const char *name, const uint8_t *digest) {
    char digits[65];
    if (!digest) {
        stratc_json_key(json, name);
        stratc_json_null(json);
        return;
    }
    for (int i = 0; i < 32; i++) snprintf(digits + 2 * i, 3, "%02x", digest[i]);
    text(json, name, digits);
}

static void open_block(stratc_json *json, const char *name) {
    stratc_json_key(json, name);
    stratc_json_open_object(json);
}

static void program_block(stratc_json *json, const stratc_program *program) {
    open_block(json, "program");
    text(json, "name", program->name);
    text(json, "title", program->title);
    hash(json, "hash", program->hash);
    integer(json, "semantics", program->semantics);
    text(json, "compiler", program->compiler);
    stratc_json_close_object(json);
}

static void repairs_block(stratc_json *json, const stratc_bar_faults *faults) {
    open_block(json, "repaired");
    for (int kind = 0; kind < STRATC_BAR_FAULT_KINDS; kind++)
        if (faults->found[kind] > 0) integer(json, stratc_bar_fault_name((enum stratc_bar_fault)kind), (int64_t)faults->found[kind]);
    stratc_json_close_object(json);
}

/* What a file of one feed held: the members of an object. */
static void source_members(stratc_json *json, const stratc_feed *feed, const stratc_source *source) {
    text(json, "feed", feed->name);
    text(json, "schema", feed->schema);
    integer(json, "schema_version", feed->schema_version);
    integer(json, "every_ns", feed->every);
    text(json, "file", source->file);
    hash(json, "sha256", source->hashed ? source->sha256 : NULL);
    integer(json, "rows", (int64_t)source->rows);
    integer(json, "first_ns", source->first);
    integer(json, "last_ns", source->last);
    integer(json, "gaps", (int64_t)source->faults.gaps);
    integer(json, "longest_gap_ns", source->faults.longest_gap_ns);
    repairs_block(json, &source->faults);
}

/* Of the main feed; of other feeds with files of their own. */
static void data_block(stratc_json *json, const stratc_program *program, const stratc_data *data) {
    open_block(json, "data");
    source_members(json, &program->feeds[data->main], &data->sources[data->main]);
    stratc_json_close_object(json);
    stratc_json_key(json, "other_data");
    stratc_json_open_array(json);
    for (uint32_t f = 0; f < program->feed_count; f++) {
        if (f == data->main || data->sources[f].file == NULL) continue;
        stratc_json_open_object(json);
        source_members(json, &program->feeds[f], &data->sources[f]);
        stratc_json_close_object(json);
    }
    stratc_json_close_array(json);
}

static void options_block(stratc_json *json, const stratc_results *results) {
    const stratc_options *options = results->options;
    open_block(json, "options");
    stratc_json_key(json, "from_ns");
    options->has_from ? stratc_json_integer(json, options->from) : stratc_json_null(json);
    stratc_json_key(json, "to_ns");
    options->has_to ? stratc_json_integer(json, options->to) : stratc_json_null(json);
    integer(json, "warmup", options->warmup);
    scaled(json, "capital", options->capital, (stratc_scale){1, results->program->instruments[0].money_decimals});
    stratc_json_key(json, "rf");
    stratc_json_number(json, options->rf);
    integer(json, "trials", options->trials);
    text(json, "stats_as", stratc_view_name(options->view));
    text(json, "bad_data", options->repair ? "repair" : "reject");
    flag(json, "dump_signals", options->dump_signals);
    stratc_json_close_object(json);
}

static void params_block(stratc_json *json, const stratc_results *results) {
    open_block(json, "params");
    for (uint32_t i = 0; i < results->program->param_count; i++) {
        const stratc_param *param = &results->program->params[i];
        stratc_value value = results->options->params[i];
        stratc_json_key(json, param->name);
        if (param->kind == STRATC_PARAM_NUMBER)
            stratc_json_number(json, value.f);
        else if (param->kind == STRATC_PARAM_BOOL)
            stratc_json_bool(json, value.i != 0);
        else if (param->kind == STRATC_PARAM_ENUM) {
            char member[STRATC_PARAM_TEXT];
            stratc_param_format(param, value, member);
            stratc_json_text(json, member);
        } else
            stratc_json_integer(json, value.i);
    }
    stratc_json_close_object(json);
}

static void period_block(stratc_json *json, const stratc_results *results, stratc_period period) {
    open_block(json, "period");
    integer(json, "start_ns", results->start);
    integer(json, "end_ns", results->end);
    instant(json, "start", results->start);
    instant(json, "end", results->end);
    integer(json, "bars", (int64_t)results->bars);
    integer(json, "warmup_bars", (int64_t)(period.begin - period.first));
    integer(json, "warmup_needed", results->program->warm_up(results->options->params));
    stratc_json_close_object(json);
}

static void fills_block(stratc_json *json, const stratc_results *results) {
    open_block(json, "fills");
    integer(json, "count", (int64_t)results->trades.fill_count);
    for (int how = 0; how < STRATC_FILL_HOW_COUNT; how++)
        integer(json, stratc_fill_how_name((enum stratc_fill_how)how), (int64_t)results->how[how]);
    stratc_json_close_object(json);
}

static void trades_block(stratc_json *json, const stratc_results *results) {
    int64_t open = 0;
    for (uint32_t i = 0; i < results->program->instrument_count; i++) open += results->trades.open[i] != 0;
    open_block(json, "trades");
    integer(json, "closed", (int64_t)results->trades.trade_count - open);
    integer(json, "open", open);
    stratc_json_close_object(json);
}

static void denials_block(stratc_json *json, const stratc_results *results) {
    open_block(json, "denials");
    for (int why = 0; why < STRATC_WHY_COUNT; why++)
        if (results->denials[why] > 0) integer(json, stratc_why_name(why), (int64_t)results->denials[why]);
    stratc_json_close_object(json);
}

static void price_or_null(stratc_json *json, const char *key, int64_t px, const stratc_instrument *instrument) {
    stratc_json_key(json, key);
    if (px != 0)
        stratc_json_decimal(json, px * instrument->price.numerator, instrument->price.decimals);
    else
        stratc_json_null(json);
}

static void open_order(stratc_json *json, const stratc_results *results, const stratc_order *order) {
    const stratc_template *of = &results->program->templates[order->template_id];
    const stratc_instrument *instrument = &results->program->instruments[of->instrument];
    stratc_json_open_object(json);
    integer(json, "order_id", (int64_t)order->id);
    text(json, "instrument", instrument->name);
    text(json, "template", of->name);
    text(json, "side", order->side == STRATC_SIDE_BUY ? "buy" : "sell");
    scaled(json, "qty", order->qty, instrument->lot);
    scaled(json, "filled", order->cum, instrument->lot);
    price_or_null(json, "price", order->px, instrument);
    price_or_null(json, "trigger", order->trigger, instrument);
    stratc_json_close_object(json);
}

/* What the end of the data left standing. */
static void open_block_at_end(stratc_json *json, const stratc_results *results) {
    open_block(json, "open");
    stratc_json_key(json, "positions");
    stratc_json_open_array(json);
    for (uint32_t i = 0; i < results->program->instrument_count; i++) {
        const stratc_instrument *instrument = &results->program->instruments[i];
        stratc_json_open_object(json);
        text(json, "instrument", instrument->name);
        scaled(json, "position", results->holdings[i].position, instrument->lot);
        scaled(json, "mark", results->marks[i], instrument->price);
        stratc_json_close_object(json);
    }
    stratc_json_close_array(json);
    stratc_json_key(json, "orders");
    stratc_json_open_array(json);
    for (uint32_t i = 0; i < results->open_order_count; i++) open_order(json, results, &results->open_orders[i]);
    stratc_json_close_array(json);
    stratc_json_close_object(json);
}

static const char *const SLIPPAGE_UNITS[] = {"none", "price units", "share of the price", "share of the price at a fill as large as the bar's volume"};

static void slippage(stratc_json *json, const stratc_market *market) {
    open_block(json, "slippage");
    text(json, "model", SLIPPAGE_UNITS[market->slippage]);
    stratc_json_key(json, "amount");
    if (market->slippage == STRATC_SLIPPAGE_TICKS)
        stratc_json_integer(json, market->slip);
    else
        stratc_json_decimal(json, market->slip, 8);
    stratc_json_close_object(json);
}

static void latencies(stratc_json *json, const stratc_latency *latency) {
    open_block(json, "latency_ns");
    integer(json, "new", latency->new_order);
    integer(json, "replace", latency->replace);
    integer(json, "cancel", latency->cancel);
    integer(json, "ack", latency->ack);
    integer(json, "fill", latency->fill);
    stratc_json_close_object(json);
}

/* What an instrument costs to trade: the members of an object. */
static void terms_members(stratc_json *json, const stratc_instrument *instrument, const stratc_simulation *simulation) {
    stratc_market of = stratc_market_of(simulation, instrument), *market = &of;
    integer(json, "through", market->through);
    integer(json, "half_spread", market->half_spread);
    slippage(json, market);
    scaled(json, "maker_fee", instrument->maker_fee, (stratc_scale){1, 8});
    scaled(json, "taker_fee", instrument->taker_fee, (stratc_scale){1, 8});
    text(json, "fee_in", instrument->fee_in_base ? "base asset on a buy, quote currency on a sell" : "quote currency");
    text(json, "calendar", instrument->trades_all_days ? "all days" : "sessions");
}

static void assumptions_block(stratc_json *json, const stratc_program *program, const stratc_simulation *simulation) {
    const stratc_market *market = &simulation->market;
    open_block(json, "assumptions");
    text(json, "fill", market->at_close ? "close of the bar decided on (optimistic)" : "next_open");
    text(json, "path", stratc_path_name(simulation->path));
    stratc_json_key(json, "participation");
    if (market->participation < 0)
        stratc_json_null(json);
    else
        stratc_json_decimal(json, market->participation, 8);
    latencies(json, &simulation->latency);
    text(json, "fee_rounding", "up");
    text(json, "mark", "close");
    text(json, "end_of_data", "orders cancelled by the strategy's stop, position marked at the last close");
    stratc_json_key(json, "terms");
    stratc_json_open_array(json);
    for (uint32_t i = 0; i < program->instrument_count; i++) {
        stratc_json_open_object(json);
        text(json, "instrument", program->instruments[i].name);
        terms_members(json, &program->instruments[i], simulation);
        stratc_json_close_object(json);
    }
    stratc_json_close_array(json);
    stratc_json_close_object(json);
}

/* How often the result hangs on an assumption, and by how much. */
static void simulation_block(stratc_json *json, const stratc_results *results, bool has_volume) {
    const stratc_simulated *simulated = &results->simulated;
    const stratc_match_counts *counts = &simulated->counts;
    stratc_scale unit = {1, results->program->instruments[0].money_decimals};
    open_block(json, "simulation");
    integer(json, "ambiguous_bars", (int64_t)simulated->ambiguous);
    integer(json, "limits_only_touched", (int64_t)counts->touched);
    integer(json, "touch_fills", (int64_t)counts->touch_fills);
    integer(json, "gap_fills", (int64_t)counts->gap_fills);
    integer(json, "short_of_volume", (int64_t)counts->capped);
    integer(json, "silent_bars", (int64_t)counts->silent_bars);
    integer(json, "marketable_limits", (int64_t)counts->marketable);
    integer(json, "trimmed_reduce_only", (int64_t)counts->trimmed);
    integer(json, "bars_without_volume_column", has_volume ? 0 : (int64_t)results->bars);
    stratc_json_key(json, "profit");
    if (!simulated->has_bounds) {
        stratc_json_null(json);
    } else {
        stratc_json_open_object(json);
        scaled(json, "adverse", simulated->adverse - results->options->capital, unit);
        scaled(json, "favourable", simulated->favourable - results->options->capital, unit);
        stratc_json_close_object(json);
    }
    stratc_json_close_object(json);
}

/* One purchase of the capital at the first open; null where not one lot could be bought. */
static void hold_block(stratc_json *json, const stratc_results *results) {
    const stratc_instrument *instrument = &results->program->instruments[0];
    const stratc_hold *hold = &results->hold;
    stratc_scale money = {1, instrument->money_decimals};
    stratc_json_key(json, "buy_and_hold");
    if (!results->statistics.held) {
        stratc_json_null(json);
        return;
    }
    stratc_json_open_object(json);
    text(json, "instrument", instrument->name);
    scaled(json, "qty", hold->qty, instrument->lot);
    scaled(json, "price", hold->px, instrument->price);
    scaled(json, "fee", hold->fee, money);
    scaled(json, "cash", hold->cash, money);
    stratc_hold_statistics_json(json, &results->statistics, instrument->money_decimals);
    stratc_json_close_object(json);
}

static void view_block(stratc_json *json, const stratc_results *results) {
    stratc_json_key(json, "stats_as");
    if (results->view_statistics.engine) stratc_view_statistics_json(json, &results->view_statistics);
    else stratc_json_null(json);
}

static void logs_block(stratc_json *json, const stratc_results *results) {
    if (!results->in_folder) return;
    open_block(json, "logs");
    hash(json, "strategy", results->files.strategy_log.chain);
    hash(json, "order", results->files.order_log.chain);
    stratc_json_close_object(json);
}

static void instrument_object(stratc_json *json, const stratc_instrument *instrument) {
    stratc_json_open_object(json);
    text(json, "name", instrument->name);
    text(json, "venue", instrument->venue);
    text(json, "base", instrument->base);
    text(json, "quote", instrument->quote);
    scaled(json, "price_unit", 1, instrument->price);
    scaled(json, "tick", instrument->tick, instrument->price);
    scaled(json, "lot", 1, instrument->lot);
    stratc_json_close_object(json);
}

void stratc_summary_write(stratc_output_file *file, const stratc_results *results, const stratc_data *data) {
    const stratc_instrument *instrument = &results->program->instruments[0];
    stratc_json writer, *json = &writer;
    stratc_json_begin(json, file);
    stratc_json_open_object(json);
    text(json, "status", "complete");
    program_block(json, results->program);
    stratc_json_key(json, "instruments");
    stratc_json_open_array(json);
    for (uint32_t i = 0; i < results->program->instrument_count; i++) instrument_object(json, &results->program->instruments[i]);
    stratc_json_close_array(json);
    data_block(json, results->program, data);
    options_block(json, results);
    params_block(json, results);
    period_block(json, results, data->periods[data->main]);
    fills_block(json, results);
    trades_block(json, results);
    denials_block(json, results);
    open_block_at_end(json, results);
    stratc_json_key(json, "statistics");
    stratc_statistics_json(json, &results->statistics, instrument->money_decimals);
    hold_block(json, results);
    view_block(json, results);
    assumptions_block(json, results->program, &results->options->simulation);
    simulation_block(json, results, data->sources[data->main].has_volume);
    logs_block(json, results);
    stratc_json_close_object(json);
    stratc_json_end(json);
}

/* The program's manifest beside its results: whoever reads the logs later finds the names in it. */
static bool save_manifest(const char *folder, const stratc_program *program, stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    stratc_output_file file;
    if (!stratc_run_folder_path(folder, "manifest.yaml", path, error) || !stratc_output_open(&file, path, error)) return false;
    stratc_manifest_write(&file, program);
    return stratc_output_commit(&file, error);
}

bool stratc_summary_save(const char *folder, const stratc_results *results, const stratc_data *data,
                         stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    stratc_output_file file;
    if (!save_manifest(folder, results->program, error)) return false;
    if (!stratc_run_folder_path(folder, "summary.json", path, error) || !stratc_output_open(&file, path, error)) return false;
    stratc_summary_write(&file, results, data);
    return stratc_output_commit(&file, error);
}
