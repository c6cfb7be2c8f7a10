/* Gathering of results while a run goes on. */
#include "results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_arguments.h"
#include "run_folder.h"
#include "snapshot.h"

static bool no_memory(stratc_results *results) {
    return stratc_fail(results->error, STRATC_EXIT_INTERNAL, "out of memory for results");
}

const char *stratc_why_name(int why) {
    static const char *const NAMES[STRATC_WHY_COUNT] = {
        "OK",         "NA",           "RANGE",     "MIN_QTY",       "SLOT",     "RISK",          "REDUCE_ONLY",
        "STALE_ORDER", "ROW_IN_USE",  "BAD_FIELD", "NO_REFERENCE",  "TOO_LARGE", "TOO_RICH",     "OFF_COLLAR",
        "TOO_MANY_OPEN", "TOO_FAST",  "OVER_POSITION", "DUPLICATE_INTENT", "KILLED", "LOCKED",   "NOT_OPEN",
        "BUSY",       "DUPLICATE",    "STALE_FILL", "LATE_FILL",    "OVERFILL", "LATE_STATUS"};
    return NAMES[why];
}

/* A write that failed left its reason in the file. */
static bool failed(stratc_results *results, const stratc_output_file *file) {
    *results->error = file->failure;
    return false;
}

/* ---- opening */

static bool open_log(stratc_results *results, stratc_log *log, const char *name, enum stratc_log_kind kind, bool *open) {
    char path[STRATC_PATH_TEXT];
    return stratc_run_folder_path(results->options->out, name, path, results->error) &&
           (*open = stratc_log_open(log, path, kind, results->program->hash, results->log_mode, results->error));
}

static bool open_table(stratc_results *results, stratc_arrow_writer *writer, const char *name,
                       const stratc_arrow_column *columns, uint32_t count, bool *open) {
    char path[STRATC_PATH_TEXT];
    return stratc_run_folder_path(results->options->out, name, path, results->error) &&
           (*open = stratc_arrow_open(writer, path, columns, count, results->error));
}

enum { TS, EQUITY, DRAWDOWN, REALISED, UNREALISED, FEES, OF_INSTRUMENTS };

static const stratc_arrow_column EQUITY_TABLE[OF_INSTRUMENTS] = {
    [TS] = {"ts_ns", STRATC_ARROW_TIMESTAMP, false},      [EQUITY] = {"equity", STRATC_ARROW_FLOAT64, false},
    [DRAWDOWN] = {"drawdown", STRATC_ARROW_FLOAT64, false}, [REALISED] = {"realised", STRATC_ARROW_FLOAT64, false},
    [UNREALISED] = {"unrealised", STRATC_ARROW_FLOAT64, false}, [FEES] = {"fees", STRATC_ARROW_FLOAT64, false},
};

/* `position` and `close`, or where there are several instruments `position_BTC_USDT` and so on. */
static bool open_equity(stratc_results *results) {
    stratc_run_files *files = &results->files;
    const stratc_program *program = results->program;
    static const char *const KINDS[] = {"position", "close"};
    uint32_t count = OF_INSTRUMENTS;
    memcpy(files->equity_columns, EQUITY_TABLE, sizeof EQUITY_TABLE);
    for (uint32_t i = 0; i < program->instrument_count; i++)
        for (uint32_t kind = 0; kind < 2; kind++) {
            char *name = files->names[2 * i + kind];
            if (program->instrument_count == 1) snprintf(name, STRATC_COLUMN_NAME, "%s", KINDS[kind]);
            else snprintf(name, STRATC_COLUMN_NAME, "%s_%.60s", KINDS[kind], program->instruments[i].name);
            files->equity_columns[count++] = (stratc_arrow_column){name, STRATC_ARROW_FLOAT64, false};
        }
    return open_table(results, &files->equity, "equity.arrow", files->equity_columns, count, &files->equity_open);
}

static bool open_signals(stratc_results *results) {
    stratc_run_files *files = &results->files;
    uint32_t count = results->program->signal_count;
    files->signal_columns = calloc((size_t)count + 1, sizeof *files->signal_columns);
    files->values = calloc((size_t)count + 1, sizeof *files->values);
    files->known = calloc((size_t)count + 1, sizeof *files->known);
    if (!files->signal_columns || !files->values || !files->known) return no_memory(results);
    files->signal_columns[0] = EQUITY_TABLE[TS];
    for (uint32_t s = 0; s < count; s++) {
        const stratc_signal *signal = &results->program->signals[s];
        files->signal_columns[s + 1] =
            (stratc_arrow_column){signal->name, signal->is_bool ? STRATC_ARROW_BOOL : STRATC_ARROW_FLOAT64, true};
    }
    return open_table(results, &files->signals, "signals.arrow", files->signal_columns, count + 1, &files->signals_open);
}

static bool open_logs(stratc_results *results) {
    stratc_run_files *files = &results->files;
    return open_log(results, &files->strategy_log, "strategy.log", STRATC_LOG_STRATEGY, &files->strategy_open) &&
           open_log(results, &files->order_log, "order.log", STRATC_LOG_ORDER, &files->order_open);
}

static bool open_journal(stratc_results *results, const uint8_t data[32]) {
    const stratc_options *options = results->options;
    stratc_run_files *files = &results->files;
    char path[STRATC_PATH_TEXT];
    if (!options->journal) return true;
    if (!options->resume && !stratc_run_arguments_save(options, results->program, results->error)) return false;
    return stratc_run_folder_path(options->out, "journal.bin", path, results->error) &&
           (files->journal_open = stratc_journal_open(&files->journal, path, results->program->hash, data, options->resume, results->error));
}

/* What the broken run came to. */
static bool open_restart(stratc_results *results, const uint8_t data[32]) {
    results->restart = calloc(1, sizeof *results->restart);
    if (!results->restart) return no_memory(results);
    return stratc_restart_open(results->restart, results->program, results->options, data, results->error);
}

static bool open_files(stratc_results *results, const uint8_t data[32]) {
    bool prepared = results->options->resume ? open_restart(results, data) : stratc_run_folder_prepare(results->options->out, results->error);
    return prepared && open_journal(results, data) && open_logs(results) && open_equity(results) &&
           (!results->options->dump_signals || open_signals(results));
}

bool stratc_results_open(stratc_results *results, const stratc_program *program, const stratc_options *options, const uint8_t data[32],
                         stratc_error *error) {
    *results = (stratc_results){.program = program, .options = options, .error = error, .peak = options->capital};
    results->in_folder = options->out != NULL;
    results->log_mode = options->resume ? STRATC_LOG_RESUME : STRATC_LOG_ANEW;
    return !results->in_folder || open_files(results, data);
}

bool stratc_results_compare(stratc_results *results, const stratc_program *program, const stratc_options *options, stratc_error *error) {
    *results = (stratc_results){.program = program, .options = options, .error = error, .in_folder = true, .log_mode = STRATC_LOG_COMPARE};
    return open_logs(results);
}

/* ---- the journal */

bool stratc_results_entry(stratc_results *results, const stratc_journal_entry *entry) {
    stratc_run_files *files = &results->files;
    stratc_restart *restart = results->restart;
    if (!stratc_journal_append(&files->journal, entry)) return failed(results, &files->journal.file);
    /* A fault is the run's own, which reports it. */
    if (restart && entry->kind < STRATC_JOURNAL_ANSWER && entry->seq > restart->seq) (void)stratc_restart_step(restart, entry);
    return true;
}

/* The restored context takes the place of the one that was made anew, once both have seen the same. */
static bool catch_up(stratc_results *results, void *context) {
    const stratc_core *core = context;
    if (core->seq < results->restart->seq) return true;
    if (!stratc_restart_agrees(results->restart, context, results->error)) return false;
    memcpy(context, results->restart->context, results->program->context_size);
    stratc_restart_close(results->restart);
    free(results->restart);
    results->restart = NULL;
    return true;
}

/* The journal goes first: it is never behind its snapshot. */
static bool save_snapshot(stratc_results *results, const void *context) {
    stratc_run_files *files = &results->files;
    const stratc_core *core = context;
    int64_t every = results->options->snapshot;
    if (core->now < results->snapshot_due) return true;
    results->snapshot_due = core->now - core->now % every + every;
    results->snapshot_turn = !results->snapshot_turn;
    if (!stratc_output_flush(&files->journal.file)) return failed(results, &files->journal.file);
    return stratc_snapshot_save(results->options->out, results->snapshot_turn, results->program, context, core->seq, core->now, results->error);
}

bool stratc_results_rest(stratc_results *results, void *context) {
    if (results->restart && !catch_up(results, context)) return false;
    return !results->files.journal_open || save_snapshot(results, context);
}

/* ---- while the run goes on */

bool stratc_results_start(stratc_results *results, int64_t start) {
    int32_t periods = results->program->instruments[0].trades_all_days ? 365 : 252;
    results->start = start;
    const stratc_options *options = results->options;
    stratc_tally_begin(&results->tally, start, options->capital, periods, options->rf, options->trials);
    stratc_view_begin(&results->view, options->view, results->program->feeds[0].every, options->capital);
    return true;
}

bool stratc_results_records(stratc_results *results, const stratc_output *output) {
    stratc_log *log = &results->files.strategy_log;
    if (!results->in_folder) return true;
    return stratc_log_append_all(log, output->records, output->record_count) || failed(results, &log->file);
}

/* Reports of denials are counted, wherever they come from. */
static void count_report(stratc_results *results, const stratc_order_record *record) {
    stratc_frame frame;
    memcpy(&frame, record->frame, sizeof frame);
    if (frame.report.event == STRATC_REPORT_DENY && frame.report.why < STRATC_WHY_COUNT) results->denials[frame.report.why]++;
}

static void tally_closed(stratc_results *results, const stratc_trade *trade) {
    int64_t pnl = stratc_trade_pnl(trade, &results->program->instruments[trade->instrument], 0);
    stratc_tally_trade(&results->tally, pnl, trade->fees, trade->entry_time, trade->exit_time, (int64_t)(trade->exit_bar - trade->entry_bar));
}

/* Writes the fee in money units; one in the base asset at the fill's price, with the lots that it took. */
static void charge_fill(const stratc_instrument *instrument, const stratc_match *match, int64_t *dust, stratc_fill *fill) {
    stratc_charge charge = {0};
    (void)stratc_fee(instrument, fill->buy, match->maker, match->qty, match->px, &charge); /* else the order path has failed */
    fill->fee = charge.amount;
    if (!charge.in_base) return;
    stratc_exact value = (stratc_exact)charge.amount * match->px * instrument->money_per_unit, due = (stratc_exact)*dust + charge.amount;
    fill->fee = (int64_t)((value + instrument->lot_units - 1) / instrument->lot_units);
    fill->taken = (int64_t)(due / instrument->lot_units);
    *dust = (int64_t)(due % instrument->lot_units);
}

static bool take_fill(stratc_results *results, const stratc_match *match) {
    uint32_t of = results->program->templates[match->tag].instrument;
    const stratc_instrument *instrument = &results->program->instruments[of];
    const stratc_trade *closed;
    stratc_fill fill = {.time = match->time,
                        .order_id = match->id,
                        .px = match->px,
                        .qty = match->qty,
                        .template_id = match->tag,
                        .instrument = (uint16_t)of,
                        .buy = match->side == STRATC_SIDE_BUY,
                        .how = match->how};
    charge_fill(instrument, match, &results->dust[of], &fill);
    if (!stratc_trades_add(&results->trades, &fill, results->bars, &closed, results->error)) return false;
    if (closed) tally_closed(results, closed);
    stratc_tally_fill(&results->tally, fill.px * fill.qty * instrument->money_per_unit);
    results->how[match->how]++;
    return true;
}

bool stratc_results_take(stratc_results *results, const stratc_told *told) {
    stratc_run_files *files = &results->files;
    if (told->kind == STRATC_TOLD_FILL) return take_fill(results, &told->as.match);
    if (told->kind == STRATC_TOLD_ENTRY) return stratc_results_entry(results, &told->as.entry);
    if (told->kind == STRATC_TOLD_REPORT) count_report(results, &told->as.order);
    if (!results->in_folder) return true;
    if (told->kind == STRATC_TOLD_RECORD)
        return stratc_log_append(&files->strategy_log, &told->as.record) || failed(results, &files->strategy_log.file);
    return stratc_log_append(&files->order_log, &told->as.order) || failed(results, &files->order_log.file);
}

/* A count that seldom changes as a double: divided only when it has. */
static double kept(stratc_kept *kept, int64_t count, stratc_scale scale) {
    if (kept->count != count) *kept = (stratc_kept){count, stratc_scaled(count, scale)};
    return kept->value;
}

/* Below the peak: 0 at it, whatever it is. */
static double drawdown(int64_t peak, int64_t equity) { return equity == peak ? 0.0 : ((double)peak - (double)equity) / (double)peak; }

static bool write_equity(stratc_results *results, int64_t now, const stratc_bar *first, const stratc_account *account,
                         const stratc_holding *holdings) {
    stratc_run_files *files = &results->files;
    const stratc_instrument *instruments = results->program->instruments;
    stratc_scale money = {1, instruments->money_decimals};
    uint32_t column = OF_INSTRUMENTS;
    int64_t unrealised = account->equity - results->options->capital - account->realised + account->fees;
    if (files->equity_now.count != account->equity || files->peak != results->peak) {
        files->peak = results->peak;
        files->drawdown = drawdown(results->peak, account->equity);
    }
    stratc_value *row = files->row;
    row[TS].i = now;
    row[EQUITY].f = kept(&files->equity_now, account->equity, money);
    row[DRAWDOWN].f = files->drawdown;
    row[REALISED].f = kept(&files->realised, account->realised, money);
    row[UNREALISED].f = kept(&files->unrealised, unrealised, money);
    row[FEES].f = kept(&files->fees, account->fees, money);
    for (uint32_t i = 0; i < results->program->instrument_count; i++) {
        row[column++].f = kept(&files->positions[i], holdings[i].position, instruments[i].lot);
        row[column++].f = i == 0 && first ? first->close : kept(&files->closes[i], holdings[i].mark, instruments[i].price);
    }
    return stratc_arrow_add_row(&files->equity, row, column) || failed(results, &files->equity.file);
}

static bool write_signals(stratc_results *results, int64_t now, const void *context) {
    stratc_run_files *files = &results->files;
    stratc_arrow_writer *table = &files->signals;
    results->program->signal_values(context, files->values, files->known);
    stratc_arrow_set_integer(table, TS, now);
    for (uint32_t s = 0; s < results->program->signal_count; s++) {
        if (!files->known[s]) continue;
        if (results->program->signals[s].is_bool)
            stratc_arrow_set_bool(table, s + 1, files->values[s] != 0.0);
        else
            stratc_arrow_set_number(table, s + 1, files->values[s]);
    }
    return stratc_arrow_end_row(table) || failed(results, &table->file);
}

static void begin_hold(stratc_results *results, int64_t open_px) {
    const stratc_instrument *instrument = &results->program->instruments[0];
    results->hold = stratc_hold_buy(instrument->money_per_unit, instrument->taker_fee, results->options->capital, open_px);
    stratc_tally_hold(&results->tally, results->hold.cash, results->hold.unit);
}

static bool holds(const stratc_holding *holdings, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (holdings[i].position != 0) return true;
    return false;
}

static const stratc_holding *holdings_of(const stratc_results *results, const void *context) {
    return (const stratc_holding *)(const void *)((const char *)context + results->program->holdings);
}

bool stratc_results_bar(stratc_results *results, int64_t now, const stratc_bar *first, const void *context) {
    const stratc_account *account = &((const stratc_core *)context)->account;
    const stratc_holding *holdings = holdings_of(results, context);
    uint32_t count = results->program->instrument_count;
    results->bars++;
    for (uint32_t i = 0; i < count; i++) results->marks[i] = holdings[i].mark;
    if (account->equity > results->peak) results->peak = account->equity;
    if (results->bars == 1 && first) begin_hold(results, first->open_px);
    stratc_tally_bar(&results->tally, now, account->equity, holdings->mark, holds(holdings, count));
    if (results->options->view != STRATC_VIEW_NONE) stratc_view_bar(&results->view, now, account->equity);
    if (!results->in_folder) return true;
    return write_equity(results, now, first, account, holdings) && (!results->files.signals_open || write_signals(results, now, context));
}

/* ---- the end */

bool stratc_results_open_orders(stratc_results *results, const stratc_order_path *orders) {
    stratc_order order;
    if (!results->open_orders) {
        results->open_orders = calloc((size_t)STRATC_ORDER_ROWS * results->program->instrument_count, sizeof *results->open_orders);
        if (!results->open_orders) return no_memory(results);
    }
    for (uint32_t row = 0; row < STRATC_ORDER_ROWS; row++)
        if (stratc_order_path_open_row(orders, row, &order)) results->open_orders[results->open_order_count++] = order;
    return true;
}

bool stratc_results_end(stratc_results *results, const void *context) {
    const stratc_core *core = context;
    memcpy(results->holdings, holdings_of(results, context), results->program->instrument_count * sizeof *results->holdings);
    results->end = core->now;
    stratc_account_end end = {.realised = core->account.realised, .fees = core->account.fees};
    end.unrealised = core->account.equity - results->options->capital - end.realised + end.fees;
    stratc_statistics_finish(&results->tally, end, &results->statistics);
    stratc_view_finish(&results->view, &results->view_statistics);
    return true;
}

/* A writer that commit has seen is over, whether it went well or not. */
bool stratc_results_finish_logs(stratc_results *results) {
    stratc_run_files *files = &results->files;
    if (files->journal_open) {
        files->journal_open = false;
        if (!stratc_output_commit(&files->journal.file, results->error)) return false;
    }
    files->strategy_open = false;
    if (!stratc_log_close(&files->strategy_log, results->error)) return false;
    files->order_open = false;
    return stratc_log_close(&files->order_log, results->error);
}

static bool finish_tables(stratc_results *results) {
    stratc_run_files *files = &results->files;
    files->equity_open = false;
    if (!stratc_arrow_commit(&files->equity, results->error)) return false;
    if (!files->signals_open) return true;
    files->signals_open = false;
    return stratc_arrow_commit(&files->signals, results->error);
}

bool stratc_results_finish(stratc_results *results) {
    char fills[STRATC_PATH_TEXT], trades[STRATC_PATH_TEXT];
    const char *folder = results->options->out;
    if (!results->in_folder) return true;
    return stratc_results_finish_logs(results) && finish_tables(results) &&
           stratc_run_folder_path(folder, "fills.csv", fills, results->error) &&
           stratc_run_folder_path(folder, "trades.csv", trades, results->error) &&
           stratc_fills_write(&results->trades, results->program, fills, results->error) &&
           stratc_trades_write(&results->trades, results->program, results->marks, results->bars, trades, results->error);
}

void stratc_results_close(stratc_results *results) {
    stratc_run_files *files = &results->files;
    if (files->strategy_open) stratc_log_abandon(&files->strategy_log);
    if (files->order_open) stratc_log_abandon(&files->order_log);
    if (files->journal_open) stratc_output_abandon(&files->journal.file);
    if (results->restart) stratc_restart_close(results->restart);
    free(results->restart);
    if (files->equity_open) stratc_arrow_abandon(&files->equity);
    if (files->signals_open) stratc_arrow_abandon(&files->signals);
    free(files->signal_columns);
    free(files->values);
    free(files->known);
    free(results->open_orders);
    stratc_trades_close(&results->trades);
}
