/* A backtest from file to printed result. */
#include "backtest.h"

#include <string.h>

#include "host.h"
#include "instants_text.h"
#include "mapped.h"
#include "sha256.h"
#include "standard_output.h"
#include "summary.h"
#include "table.h"

#define MAX_PX INT64_C(2147483647)                  /* of a frame */
#define LAST_TIME INT64_C(4611686018427387902)      /* of an order: in the year 2116 */

/* Of the bytes that the bars were read from, where they are still at hand. */
static bool hash_file(const char *path, const stratc_bars *bars, uint8_t digest[32], stratc_error *error) {
    stratc_mapped own = {0}, file = bars->file;
    stratc_sha256 hash;
    if (file.bytes == NULL && !stratc_map_file(path, &own, error)) return false;
    if (file.bytes == NULL) file = own;
    stratc_sha256_init(&hash);
    if (file.size > 0) stratc_sha256_update(&hash, file.bytes, file.size);
    stratc_sha256_final(&hash, digest);
    stratc_unmap_file(&own);
    return true;
}

/* A fill's price must fit its frame. */
static bool check_prices(const stratc_program *program, const stratc_bars *bars, const char *path, stratc_error *error) {
    const double most = stratc_scaled(MAX_PX, program->instruments[0].price);
    for (size_t row = 0; bars->highest > most && row < bars->count; row++) {
        size_t within;
        const stratc_bar_span *span = stratc_bars_span(bars, row, &within);
        if (span->high[within] <= most) continue;
        char start[STRATC_INSTANT_TEXT];
        stratc_instant_format(span->start[within], start);
        stratc_fail(error, STRATC_EXIT_DATA, "%.400s: the bar of %s is above %g %s, the highest price of an order", path, start,
                    most, program->instruments[0].quote);
        return stratc_help(error, "declare a coarser tick for the instrument");
    }
    return true;
}

/* Times are those of the order kernel. */
static bool check_times(const stratc_source *source, const char *path, stratc_error *error) {
    if (source->first >= 0 && source->last <= LAST_TIME) return true;
    char wrong[STRATC_INSTANT_TEXT], last[STRATC_INSTANT_TEXT];
    stratc_instant_format(source->first < 0 ? source->first : source->last, wrong);
    stratc_instant_format(LAST_TIME, last);
    stratc_fail(error, STRATC_EXIT_DATA, "%.400s: the bars reach to %s, but orders live from 1970-01-01 to %s", path, wrong, last);
    return stratc_help(error, "are the times nanoseconds since 1970?");
}

static bool read_bars(const stratc_program *program, const stratc_options *options, stratc_bars *bars, stratc_source *source,
                      stratc_error *error) {
    stratc_bar_schema schema = {program->instruments[0].price, program->feeds[0].every, options->repair};
    if (!stratc_bars_read(options->data, &schema, bars, &source->faults, error)) return false;
    const char *slash = strrchr(options->data, '/');
    source->file = slash ? slash + 1 : options->data;
    source->has_volume = bars->has_volume;
    source->rows = bars->count; /* never 0: the reader refuses an empty file */
    source->first = stratc_bars_start(bars, 0);
    source->last = stratc_bars_start(bars, bars->count - 1) + schema.every_ns;
    source->hashed = (options->out || options->json) && !options->no_hash; /* the table names no hash */
    return check_times(source, options->data, error) && check_prices(program, bars, options->data, error) &&
           (!source->hashed || hash_file(options->data, bars, source->sha256, error));
}

static bool select_rows(const stratc_options *options, const stratc_bars *bars, const stratc_source *source,
                        stratc_period *period, stratc_error *error) {
    if (stratc_bars_select(bars, options->from, options->to, (size_t)options->warmup, &period->first, &period->begin,
                           &period->end))
        return true;
    char first[STRATC_INSTANT_TEXT], last[STRATC_INSTANT_TEXT];
    stratc_instant_format(source->first, first);
    stratc_instant_format(source->last, last);
    stratc_fail(error, STRATC_EXIT_DATA, "%.400s: no bar starts between --from and --to", options->data);
    return stratc_help(error, "the file covers %s .. %s", first, last);
}

static bool print_results(const stratc_results *results, const stratc_source *source, stratc_period period,
                          stratc_error *error) {
    stratc_output_file file;
    if (!stratc_standard_output_open(&file, error)) return false;
    (results->options->json ? stratc_summary_write : stratc_table_write)(&file, results, source, period);
    return stratc_output_commit(&file, error);
}

static bool finish(stratc_results *results, const stratc_source *source, stratc_period period,
                   const volatile sig_atomic_t *stop, stratc_error *error) {
    if (!stratc_results_finish(results)) return false;
    if (*stop) return stratc_fail(error, STRATC_EXIT_INTERRUPT, "interrupted: nothing of this run is complete");
    return !results->in_folder || stratc_summary_save(results->options->out, results, source, period, error);
}

bool stratc_backtest(const stratc_program *program, const stratc_options *options, const volatile sig_atomic_t *stop,
                     stratc_error *error) {
    stratc_bars bars = {0};
    stratc_source source = {0};
    stratc_period period = {0};
    stratc_results results = {0};
    bool good = read_bars(program, options, &bars, &source, error) && select_rows(options, &bars, &source, &period, error) &&
                stratc_results_open(&results, program, options, error) &&
                stratc_host_run(program, options, &bars, period, &results, stop, error) &&
                finish(&results, &source, period, stop, error) && print_results(&results, &source, period, error);
    stratc_results_close(&results);
    stratc_bars_free(&bars);
    return good;
}
