/* Reading the data of a run. */
#include "data.h"

#include <string.h>

#include "instants_text.h"
#include "mapped.h"
#include "sha256.h"

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
static bool check_prices(const stratc_instrument *instrument, const stratc_bars *bars, const char *path, stratc_error *error) {
    const double most = stratc_scaled(MAX_PX, instrument->price);
    for (size_t row = 0; bars->highest > most && row < bars->count; row++) {
        size_t within;
        const stratc_bar_span *span = stratc_bars_span(bars, row, &within);
        if (span->high[within] <= most) continue;
        char start[STRATC_INSTANT_TEXT];
        stratc_instant_format(span->start[within], start);
        stratc_fail(error, STRATC_EXIT_DATA, "%.400s: the bar of %s is above %g %s, the highest price of an order", path, start,
                    most, instrument->quote);
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

static bool read_bars(const stratc_program *program, const stratc_options *options, uint32_t feed, stratc_bars *bars,
                      stratc_source *source, stratc_error *error) {
    const stratc_instrument *instrument = &program->instruments[program->feeds[feed].instrument];
    const char *path = options->data[feed];
    stratc_bar_schema schema = {instrument->price, program->feeds[feed].every, options->repair};
    if (!stratc_bars_read(path, &schema, bars, &source->faults, error)) return false;
    const char *slash = strrchr(path, '/');
    source->file = slash ? slash + 1 : path;
    source->has_volume = bars->has_volume;
    source->rows = bars->count; /* never 0: the reader refuses an empty file */
    source->first = stratc_bars_start(bars, 0);
    source->last = stratc_bars_start(bars, bars->count - 1) + schema.every_ns;
    source->hashed = (options->out || options->json) && !options->no_hash; /* the table names no hash */
    return check_times(source, path, error) && check_prices(instrument, bars, path, error) &&
           (!source->hashed || hash_file(path, bars, source->sha256, error));
}

static bool read_signal(const stratc_program *program, const stratc_options *options, uint32_t feed, stratc_signal_rows *rows,
                        stratc_source *source, stratc_error *error) {
    const char *path = options->data[feed], *slash = strrchr(path, '/');
    if (!stratc_signal_rows_read(rows, path, &program->feeds[feed], error)) return false;
    source->file = slash ? slash + 1 : path;
    source->rows = rows->count;
    source->first = rows->count > 0 ? rows->rows[0].time : 0;
    source->last = rows->count > 0 ? rows->rows[rows->count - 1].time : 0;
    source->hashed = (options->out || options->json) && !options->no_hash;
    if (source->hashed) {
        stratc_sha256 hash;
        stratc_sha256_init(&hash);
        stratc_sha256_update(&hash, rows->file.bytes, rows->file.size);
        stratc_sha256_final(&hash, source->sha256);
    }
    return true;
}

static bool is_signal(const stratc_program *program, uint32_t feed) { return program->feeds[feed].type != NULL; }

static bool no_rows(const char *path, const stratc_source *source, stratc_error *error) {
    char first[STRATC_INSTANT_TEXT], last[STRATC_INSTANT_TEXT];
    stratc_instant_format(source->first, first);
    stratc_instant_format(source->last, last);
    stratc_fail(error, STRATC_EXIT_DATA, "%.400s: no bar starts between --from and --to", path);
    return stratc_help(error, "the file covers %s .. %s", first, last);
}

/* Of the main feed the rows that start in [from, to); of another one those that end in it, too, for they are seen then. */
static bool select_rows(stratc_data *data, const stratc_program *program, const stratc_options *options, uint32_t feed,
                        stratc_error *error) {
    int64_t every = program->feeds[feed].every, from = options->from;
    if (feed != data->main && options->has_from) from = from - every + 1;
    stratc_period *period = &data->periods[feed];
    bool found = stratc_bars_select(&data->bars[feed], from, options->to, (size_t)options->warmup, &period->first, &period->begin,
                                    &period->end);
    return found || feed != data->main || no_rows(options->data[feed], &data->sources[feed], error);
}

/* The bars of the run, warm-up included, must touch the time between the first open and the last close of an exchange's calendar. */
static bool check_calendar(const stratc_data *data, const stratc_program *program, uint32_t feed, const char *path,
                           stratc_error *error) {
    const stratc_instrument *instrument = &program->instruments[program->feeds[feed].instrument];
    const stratc_bars *bars = &data->bars[feed];
    const stratc_period *period = &data->periods[feed];
    if (!instrument->exchange || period->first == period->end) return true;
    int64_t opens = instrument->sessions[0].opens, closes = instrument->sessions[instrument->session_count - 1].closes;
    int64_t first = stratc_bars_start(bars, period->first), last = stratc_bars_start(bars, period->end - 1);
    if (first + program->feeds[feed].every > opens && last < closes) return true;
    char wrong[STRATC_INSTANT_TEXT], from[STRATC_INSTANT_TEXT], to[STRATC_INSTANT_TEXT];
    stratc_instant_format(last < closes ? first : last, wrong);
    stratc_instant_format(opens, from);
    stratc_instant_format(closes, to);
    stratc_fail(error, STRATC_EXIT_DATA, "%.400s: the bar of %s lies outside the calendar %s, which is known from %s to %s", path, wrong,
                instrument->exchange, from, to);
    return stratc_help(error, "choose bars inside it with --from and --to, or give the instrument a calendar from a file");
}

bool stratc_data_read(stratc_data *data, const stratc_program *program, const stratc_options *options, stratc_error *error) {
    *data = (stratc_data){.main = stratc_marking_feed(program, 0)};
    for (uint32_t f = 0; f < program->feed_count; f++) {
        if (program->feeds[f].source >= 0) continue;
        bool read = is_signal(program, f) ? read_signal(program, options, f, &data->signals[f], &data->sources[f], error)
                                          : read_bars(program, options, f, &data->bars[f], &data->sources[f], error);
        if (!read) return false;
    }
    for (uint32_t f = 0; f < program->feed_count; f++) {
        if (program->feeds[f].source >= 0 || is_signal(program, f)) continue;
        if (!select_rows(data, program, options, f, error) || !check_calendar(data, program, f, options->data[f], error)) return false;
    }
    return true;
}

void stratc_data_digest(const stratc_data *data, const stratc_program *program, uint8_t digest[32]) {
    stratc_sha256 hash;
    bool any = false;
    stratc_sha256_init(&hash);
    for (uint32_t f = 0; f < program->feed_count; f++) {
        if (!data->sources[f].hashed) continue;
        stratc_sha256_update(&hash, data->sources[f].sha256, sizeof data->sources[f].sha256);
        any = true;
    }
    memset(digest, 0, 32);
    if (any) stratc_sha256_final(&hash, digest);
}

void stratc_data_free(stratc_data *data) {
    for (uint32_t f = 0; f < STRATC_MOST_FEEDS; f++) {
        stratc_bars_free(&data->bars[f]);
        stratc_signal_rows_free(&data->signals[f]);
    }
}

stratc_bar_sets stratc_data_sets(const stratc_data *data, const stratc_program *program) {
    stratc_bar_sets sets = {.feeds = program->feeds, .count = program->feed_count};
    for (uint32_t f = 0; f < program->feed_count; f++) {
        const stratc_feed *feed = &program->feeds[f];
        if (feed->source >= 0 || is_signal(program, f)) continue;
        double factor = stratc_bar_factor(program->instruments[feed->instrument].price);
        const stratc_period *period = &data->periods[f];
        sets.cursors[f] = stratc_bar_cursor_at(&data->bars[f], period->first, period->end, factor, feed, f);
    }
    return sets;
}
