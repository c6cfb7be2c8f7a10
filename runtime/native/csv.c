/* One pass over the mapped text: line by line, field by field, nothing copied. */
#include "csv.h"

#include <math.h>
#include <string.h>

#include "instants_text.h"

enum { MAX_LINE = 1 << 16, MAX_COLUMNS = 1024 };

typedef struct {
    const char *begin, *end;
} field;

typedef struct {
    const char *path;
    const char *at, *end; /* the text still to be read */
    uint64_t line;        /* number of the line last taken */
    size_t columns;
    uint8_t meaning[MAX_COLUMNS]; /* enum stratc_bar_column */
    field fields[STRATC_BAR_COLUMNS + 1]; /* of the current line, by meaning */
    int64_t time_unit;                    /* ns per unit of an integer time; 0: not seen yet */
} reader;

static bool fail_line(const reader *r, stratc_error *error, const char *what) {
    return stratc_fail(error, STRATC_EXIT_DATA, "%.400s: line %llu: %s", r->path, (unsigned long long)r->line, what);
}

static bool fail_field(const reader *r, enum stratc_bar_column column, const char *wanted, stratc_error *error) {
    field f = r->fields[column];
    char text[STRATC_NUMBER_TEXT];
    stratc_bar_quote(f.begin, f.end, text, sizeof text);
    if (f.begin == f.end) strcpy(text, "empty");
    return stratc_fail(error, STRATC_EXIT_DATA, "%.400s: line %llu: column %s is %s, expected %s", r->path,
                       (unsigned long long)r->line, stratc_bar_column_names[column], text, wanted);
}

/* Cuts the next line off, without its line end. */
static bool take_line(reader *r, field *line, stratc_error *error) {
    size_t rest = (size_t)(r->end - r->at), window = rest < MAX_LINE ? rest : MAX_LINE;
    const char *stop = memchr(r->at, '\n', window);
    r->line++;
    if (stop == NULL && rest >= MAX_LINE) return fail_line(r, error, "is longer than 64 KiB: this is no bar file");
    *line = (field){r->at, stop != NULL ? stop : r->end};
    r->at = stop != NULL ? stop + 1 : r->end;
    if (line->end > line->begin && line->end[-1] == '\r') line->end--;
    return true;
}

static bool only_blank_lines(const char *at, const char *end) {
    while (at < end && (*at == '\n' || *at == '\r')) at++;
    return at == end;
}

/* The next comma or the end, eight bytes at a step: a byte of `other` is zero where there is a comma. */
static const char *find_comma(const char *p, const char *end) {
    const uint64_t ones = 0x0101010101010101u;
    for (; end - p >= 8; p += 8) {
        uint64_t eight;
        memcpy(&eight, p, sizeof eight);
        uint64_t other = eight ^ (ones * ','), zero = (other - ones) & ~other & (ones << 7);
        if (zero != 0) return p + __builtin_ctzll(zero) / 8;
    }
    while (p < end && *p != ',') p++;
    return p;
}

/* Cuts one field off at a comma or the end of the line. False: a quote is not closed or text follows it. */
static inline bool take_field(const char **at, const char *end, field *out) {
    const char *p = *at;
    if (p < end && *p == '"') {
        out->begin = ++p;
        while (p < end && (*p != '"' || (p + 1 < end && p[1] == '"'))) p += *p == '"' ? 2 : 1;
        out->end = p;
        if (p >= end) return false;
        p++;
    } else {
        out->begin = p;
        p = find_comma(p, end);
        out->end = p;
    }
    *at = p;
    while (out->begin < out->end && *out->begin == ' ') out->begin++;
    while (out->begin < out->end && out->end[-1] == ' ') out->end--;
    return p == end || *p == ',';
}

static bool fail_quote(const reader *r, stratc_error *error) {
    return fail_line(r, error, "a quoted field must end with a quote before the next comma");
}

static bool read_header(reader *r, field line, bool *has_volume, stratc_error *error) {
    stratc_bar_header header = {0};
    if (memchr(line.begin, '\0', (size_t)(line.end - line.begin)) != NULL) {
        stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: is not text (a zero byte in line 1)", r->path);
        return stratc_help(error, "give a CSV file in UTF-8 or an uncompressed Arrow file");
    }
    for (const char *at = line.begin;; at++) { /* at++ steps over the comma */
        field name;
        enum stratc_bar_column column;
        if (!take_field(&at, line.end, &name)) return fail_quote(r, error);
        if (r->columns == MAX_COLUMNS) return fail_line(r, error, "has more than 1024 columns");
        if (!stratc_bar_header_add(&header, r->path, name.begin, (size_t)(name.end - name.begin), &column, error))
            return false;
        r->meaning[r->columns++] = (uint8_t)column;
        if (at == line.end) break;
    }
    *has_volume = header.present[STRATC_COLUMN_VOLUME];
    return stratc_bar_header_check(&header, r->path, error);
}

static bool split_line(reader *r, field line, stratc_error *error) {
    size_t count = 0;
    for (const char *at = line.begin;; at++) {
        field *f = &r->fields[count < r->columns ? r->meaning[count] : STRATC_COLUMN_IGNORED];
        if (!take_field(&at, line.end, f)) return fail_quote(r, error);
        count++;
        if (at == line.end) break;
    }
    if (count == r->columns) return true;
    return stratc_fail(error, STRATC_EXIT_DATA, "%.400s: line %llu: has %zu fields, the header names %zu columns",
                       r->path, (unsigned long long)r->line, count, r->columns);
}

/* False also for text that is no integer or none of int64. */
static bool parse_integer(field f, int64_t *value) {
    const char *p = f.begin;
    bool negative = p < f.end && *p == '-';
    uint64_t sum = 0;
    if (negative) p++;
    if (p == f.end || f.end - p > 19) return false; /* 19 digits fit the sum */
    for (; p < f.end; p++) {
        uint64_t digit = (uint64_t)(unsigned char)*p - '0';
        if (digit > 9) return false;
        sum = sum * 10 + digit;
    }
    if (sum > INT64_MAX) return false;
    *value = negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static bool read_time(reader *r, int64_t *start, stratc_error *error) {
    field f = r->fields[STRATC_COLUMN_TIME];
    int64_t value;
    if (!parse_integer(f, &value)) {
        if (stratc_instant_parse_range(f.begin, f.end, start)) return true;
        return fail_field(r, STRATC_COLUMN_TIME,
                          "an instant such as 2021-01-01T00:00:00Z or an integer of ns, us, ms or s", error);
    }
    if (r->time_unit == 0) r->time_unit = stratc_epoch_unit(value);
    if (!__builtin_mul_overflow(value, r->time_unit, start)) return true;
    return fail_field(r, STRATC_COLUMN_TIME, "the unit (ns, us, ms, s) of the first row", error);
}

static bool read_price(reader *r, enum stratc_bar_column column, stratc_scale scale, stratc_bar_row *row,
                       stratc_error *error) {
    field f = r->fields[column];
    int p = (int)column - STRATC_COLUMN_OPEN;
    stratc_decimal number;
    if (stratc_decimal_parse(f.begin, f.end, &number))
        row->fit[p] = stratc_decimal_units(&number, scale, &row->price[p]);
    else if (stratc_decimal_is_special(f.begin, f.end))
        row->fit[p] = STRATC_FIT_NOT_FINITE;
    else
        return fail_field(r, column, "a number", error);
    return true;
}

static bool read_volume(reader *r, double *volume, stratc_error *error) {
    field f = r->fields[STRATC_COLUMN_VOLUME];
    stratc_decimal number;
    if (stratc_decimal_parse(f.begin, f.end, &number))
        *volume = stratc_decimal_double(&number, f.begin, f.end);
    else if (stratc_decimal_is_special(f.begin, f.end))
        *volume = (double)NAN;
    else
        return fail_field(r, STRATC_COLUMN_VOLUME, "a number", error);
    return true;
}

static bool read_row(reader *r, const stratc_bar_sink *sink, stratc_bar_row *row, stratc_error *error) {
    row->number = r->line;
    if (!read_time(r, &row->start, error)) return false;
    for (int c = STRATC_COLUMN_OPEN; c <= STRATC_COLUMN_CLOSE; c++)
        if (!read_price(r, (enum stratc_bar_column)c, sink->schema->price, row, error)) return false;
    return !sink->bars->has_volume || read_volume(r, &row->volume, error);
}

static void describe(const void *source, enum stratc_bar_column column, char out[STRATC_NUMBER_TEXT]) {
    field f = ((const reader *)source)->fields[column];
    stratc_bar_quote(f.begin, f.end, out, STRATC_NUMBER_TEXT);
}

static bool read_all(reader *r, stratc_bar_sink *sink, stratc_error *error) {
    field line;
    stratc_bar_row row = {0};
    if (!take_line(r, &line, error) || !read_header(r, line, &sink->bars->has_volume, error)) return false;
    while (r->at < r->end) {
        if (!take_line(r, &line, error)) return false;
        if (line.begin == line.end) {
            if (only_blank_lines(r->at, r->end)) break;
            return fail_line(r, error, "is empty, but rows follow it");
        }
        if (!split_line(r, line, error) || !read_row(r, sink, &row, error)) return false;
        if (!stratc_bar_sink_add(sink, &row, error)) return false;
    }
    return true;
}

bool stratc_csv_read(const stratc_mapped *file, stratc_bar_sink *sink, stratc_error *error) {
    reader r = {.path = sink->path};
    r.at = (const char *)file->bytes;
    r.end = r.at + file->size;
    if (file->size >= 3 && memcmp(r.at, "\xef\xbb\xbf", 3) == 0) r.at += 3;
    sink->row_word = "line";
    sink->describe = describe;
    sink->source = &r;
    return read_all(&r, sink, error);
}
