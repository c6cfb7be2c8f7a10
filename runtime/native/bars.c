/* Opening a bar file of either format; ranges of bars. */
#include "bars.h"

#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "bar_rows.h"
#include "csv.h"

/* Formats that are met by mistake. */
static bool refuse_format(const stratc_mapped *file, const char *path, stratc_error *error) {
    static const struct {
        const char *magic;
        size_t length;
        const char *what, *help;
    } FORMATS[] = {
        {"PAR1", 4, "a Parquet file", "`stratc backtest` converts it; or write an uncompressed Arrow file: "},
        {"FEA1", 4, "a Feather version 1 file", "write it as an uncompressed Arrow file: "},
        {"\xff\xff\xff\xff", 4, "an Arrow stream", "write it as an Arrow file: "},
        {"\x1f\x8b", 2, "compressed by gzip", "unpack it first, or write an uncompressed Arrow file: "},
        {"\x28\xb5\x2f\xfd", 4, "compressed by zstd", "unpack it first, or write an uncompressed Arrow file: "},
    };
    for (size_t f = 0; f < sizeof FORMATS / sizeof *FORMATS; f++) {
        if (file->size < FORMATS[f].length || memcmp(file->bytes, FORMATS[f].magic, FORMATS[f].length) != 0) continue;
        stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: is %s, not CSV or an Arrow file", path, FORMATS[f].what);
        return stratc_help(error, "%s%s", FORMATS[f].help, STRATC_ARROW_HELP);
    }
    return true;
}

static bool read_file(const stratc_mapped *file, stratc_bar_sink *sink, stratc_error *error) {
    if (file->size == 0) return stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: is empty", sink->path);
    if (!refuse_format(file, sink->path, error)) return false;
    bool arrow = file->size >= 6 && memcmp(file->bytes, "ARROW1", 6) == 0;
    return (arrow ? stratc_arrow_read : stratc_csv_read)(file, sink, error) && stratc_bar_sink_finish(sink, error);
}

static bool check_schema(const stratc_bar_schema *schema, stratc_error *error) {
    if (schema->every_ns > 0 && schema->price.numerator > 0 && schema->price.numerator <= STRATC_PRICE_LIMIT &&
        schema->price.decimals >= 0 && schema->price.decimals <= 18)
        return true;
    return stratc_fail(error, STRATC_EXIT_INTERNAL, "a bar schema is out of range: unit %lld / 10^%d, length %lld ns",
                       (long long)schema->price.numerator, (int)schema->price.decimals, (long long)schema->every_ns);
}

bool stratc_bars_read(const char *path, const stratc_bar_schema *schema, stratc_bars *out, stratc_bar_faults *faults,
                      stratc_error *error) {
    *out = (stratc_bars){0};
    *faults = (stratc_bar_faults){0};
    stratc_mapped file;
    if (!check_schema(schema, error) || !stratc_map_file(path, &file, error)) return false;
    stratc_bar_sink sink = {.path = path, .schema = schema, .bars = out, .faults = faults};
    bool done = read_file(&file, &sink, error);
    if (!done) stratc_bars_free(out);
    if (done && out->own.start == NULL)
        out->file = file; /* the rows lie in it */
    else
        stratc_unmap_file(&file);
    return done;
}

void stratc_bars_free(stratc_bars *bars) {
    free(bars->spans);
    free(bars->own.start);
    for (int p = 0; p < 4; p++) free(bars->own.price[p]);
    free(bars->own.volume);
    stratc_unmap_file(&bars->file);
    *bars = (stratc_bars){0};
}

const stratc_bar_span *stratc_bars_span(const stratc_bars *bars, size_t row, size_t *within) {
    size_t low = 0, high = bars->span_count - 1;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (bars->spans[middle].first <= row)
            low = middle;
        else
            high = middle - 1;
    }
    *within = row - bars->spans[low].first;
    return &bars->spans[low];
}

int64_t stratc_bars_start(const stratc_bars *bars, size_t row) {
    size_t within;
    const stratc_bar_span *span = stratc_bars_span(bars, row, &within);
    return span->start[within];
}

/* The first row that starts at or after `instant`. */
static size_t first_from(const stratc_bars *bars, int64_t instant) {
    size_t low = 0, high = bars->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stratc_bars_start(bars, middle) < instant)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool stratc_bars_select(const stratc_bars *bars, int64_t from, int64_t to, size_t warmup, size_t *first,
                        size_t *begin, size_t *end) {
    *begin = first_from(bars, from);
    *end = first_from(bars, to);
    if (*end < *begin) *end = *begin;
    *first = *begin - (warmup < *begin ? warmup : *begin);
    return *begin < *end;
}

double stratc_bar_factor(stratc_scale price) {
    double power = 1;
    for (int32_t i = 0; i < price.decimals; i++) power *= 10; /* exact up to 10^22 */
    return power / (double)price.numerator;
}
