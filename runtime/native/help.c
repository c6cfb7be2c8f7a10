/* Texts of help, version and manifest. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "decimal.h"
#include "instants_text.h"
#include "params.h"

static void put(stratc_output_file *file, const char *text) { (void)stratc_output_write(file, text, strlen(text)); }

static const char OPTIONS[] =
    "  --set NAME=VALUE         a parameter, see below; may be repeated\n"
    "  --from T, --to T         run the bars that start in [T, T); 2021-01-01, 2021-01-01T09:30 (UTC) or nanoseconds\n"
    "  --warmup N               N bars before --from warm the signals; no order is sent on them\n"
    "  --capital X              instead of the capital declared\n"
    "  --rf R                   annual risk-free rate of the statistics, 0.02 for 2 % (default: 0)\n"
    "  --trials N               variants tried before this one was chosen, for the deflated Sharpe ratio (default: 1)\n"
    "  --stats-as ENGINE        also nautilus's, vectorbt's, backtesting's or tradingview's statistics of the equity curve\n"
    "  --bad-data reject|repair what to do with rows that break the schema (default: reject)\n"
    "  --path RULE              which extreme of a bar comes first: adverse (default), favourable, direction, nearest, ohlc, olhc\n"
    "  --fill next_open|close   which price an order meets that was decided on a bar (close is optimistic)\n"
    "  --through N              ticks that a resting limit must be passed by (default: 1)\n"
    "  --spread N               ticks between bid and ask (default: 0)\n"
    "  --slippage MODEL         none (default), 2ticks, 1.5bps, volume:50bps\n"
    "  --participation P        share of a bar's volume that one side may fill (default: 10pct), or off\n"
    "  --latency WAY=D,...      new, replace, cancel, ack, fill or all, as in all=5ms (default: none)\n"
    "  --bounds on|off          run again along the other paths for the interval of the profit (default: on)\n"
    "  --data-hash on|off       SHA-256 of the data file into the summary (default: on)\n"
    "  --out DIR                write fills, trades, equity, logs and summary.json to a new or earlier run folder\n"
    "  --journal                with --out: every input and, now and then, the state, so that a broken run can go on and be replayed\n"
    "  --snapshot D             how often, in the run's own time (default: 1d)\n"
    "  --dump-signals           with --out: every signal after every bar, signals.arrow\n"
    "  --json                   print the summary as JSON instead of a table\n";

static const char EXITS[] =
    "\nExit codes: 0 done, 2 wrong usage, 3 file can't be read, 4 bad rows, 5 results can't be written,\n"
    "            7 a replay differs, 70 internal fault, 130 interrupted\n";

static void parameters(stratc_output_file *file, const stratc_program *program) {
    if (program->param_count > 0) put(file, "\nParameters:\n");
    for (uint32_t i = 0; i < program->param_count; i++) {
        const stratc_param *param = &program->params[i];
        char value[STRATC_PARAM_TEXT], range[4 * STRATC_PARAM_TEXT], row[1024];
        stratc_param_format(param, param->value, value);
        stratc_param_range(param, range, sizeof range);
        snprintf(row, sizeof row, "  %-18.100s = %-12s %.60s, %s\n", param->name, value, param->unit, range);
        put(file, row);
    }
}

static void feeds(stratc_output_file *file, const stratc_program *program) {
    char row[2048], every[STRATC_INSTANT_TEXT];
    for (uint32_t f = 0; f < program->feed_count; f++) {
        const stratc_feed *feed = &program->feeds[f];
        stratc_duration_format(feed->every, every);
        if (feed->type)
            snprintf(row, sizeof row, "      %.100s = values of %.60s that `stratc signals` made\n", feed->name, feed->type);
        else if (feed->source < 0)
            snprintf(row, sizeof row, "Data: %.100s = %s bars of %.100s (schema %.100s, version %u), CSV or uncompressed Arrow\n",
                     feed->name, every, program->instruments[feed->instrument].name, feed->schema, (unsigned)feed->schema_version);
        else
            snprintf(row, sizeof row, "      %.100s = %s bars made of %.100s\n", feed->name, every,
                     program->feeds[feed->source].name);
        put(file, row);
    }
}

void stratc_help_write(stratc_output_file *file, const stratc_program *program) {
    const stratc_instrument *instrument = &program->instruments[0];
    char row[2048], capital[STRATC_NUMBER_TEXT];
    stratc_units_format(program->capital, (stratc_scale){1, instrument->money_decimals}, capital);
    snprintf(row, sizeof row, "%.200s%s%.400s\n\nUsage: backtest", program->name, *program->title ? ": " : "", program->title);
    put(file, row);
    for (uint32_t f = 0; f < program->feed_count; f++) {
        snprintf(row, sizeof row, " --data %.100s=FILE", program->feeds[f].name);
        if (program->feeds[f].source < 0) put(file, row);
    }
    put(file, " [options]\n       resume RUN | replay RUN | manifest | --version | --help\n\n");
    feeds(file, program);
    snprintf(row, sizeof row, "Capital: %s %.60s\n\nOptions:\n", capital, instrument->quote);
    put(file, row);
    put(file, OPTIONS);
    parameters(file, program);
    put(file, EXITS);
}

void stratc_version_write(stratc_output_file *file, const stratc_program *program) {
    char row[1024], hash[65];
    for (int i = 0; i < 32; i++) snprintf(hash + 2 * i, 3, "%02x", program->hash[i]);
    snprintf(row, sizeof row, "%.200s %s\ncompiler %.200s, semantics %u\n", program->name, hash, program->compiler,
             (unsigned)program->semantics);
    put(file, row);
}

void stratc_manifest_write(stratc_output_file *file, const stratc_program *program) { put(file, program->manifest); }
