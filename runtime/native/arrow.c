/* Footer -> schema -> where our columns lie -> rows, batch by batch. */
#include "arrow.h"

#include <stdio.h>
#include <string.h>

#include "bar_span.h"
#include "flatbuffer.h"
#include "instants_text.h"

/* Field numbers of Arrow's flatbuffer tables (format/File.fbs, Schema.fbs, Message.fbs). */
enum { FOOTER_SCHEMA = 1, FOOTER_BATCHES = 3 };
enum { SCHEMA_ENDIANNESS = 0, SCHEMA_FIELDS = 1 };
enum { FIELD_NAME = 0, FIELD_TYPE_KIND = 2, FIELD_TYPE = 3, FIELD_DICTIONARY = 4 };
enum { INT_WIDTH = 0, INT_SIGNED = 1, FLOAT_PRECISION = 0, TIMESTAMP_UNIT = 0 };
enum { MESSAGE_KIND = 1, MESSAGE_HEADER = 2 };
enum { BATCH_LENGTH = 0, BATCH_NODES = 1, BATCH_BUFFERS = 2, BATCH_COMPRESSION = 3, BATCH_VARIADIC = 4 };
enum { BLOCK_SIZE = 24, NODE_SIZE = 16, BUFFER_SIZE = 16, MESSAGE_RECORD_BATCH = 3, MAX_FIELDS = 1 << 16 };

typedef enum { KIND_FLOAT64, KIND_INT64, KIND_TIMESTAMP, KIND_OTHER } value_kind;

/* One of our columns. Before it lie `buffers` plain buffers and those of `views` view columns. */
typedef struct {
    bool present;
    value_kind kind;
    int64_t time_unit; /* ns per unit; 0: by the size of the first value */
    size_t node, buffers, views;
    const uint8_t *values, *valid; /* in the current batch; valid: NULL without nulls */
} column;

typedef struct reader {
    const char *path;
    const stratc_mapped *file;
    size_t body_end; /* where the footer starts: no batch reaches beyond */
    column columns[STRATC_BAR_COLUMNS];
    size_t rows, row; /* of the current batch */
    uint64_t before;  /* rows of earlier batches */
    bool (*take)(struct reader *, stratc_bar_sink *, stratc_error *); /* what is done with a batch */
    stratc_bar_check check;
    bool in_place; /* every row so far can be used where it lies */
} reader;

typedef struct {
    int64_t offset, length;
} extent;

static bool corrupt(const reader *r, const char *what, stratc_error *error) {
    stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: is truncated or corrupt: %s", r->path, what);
    return stratc_help(error, "write it again: %s", STRATC_ARROW_HELP);
}

static bool unsupported(const reader *r, const char *what, stratc_error *error) {
    stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: %s", r->path, what);
    return stratc_help(error, "write it with %s", STRATC_ARROW_HELP);
}

static const char *type_name(int64_t kind) {
    static const char *const NAMES[] = {
        "none",  "null",      "an integer", "a float",  "binary", "text",       "bool",       "decimal",   "date",
        "time",  "timestamp", "interval",   "list",     "struct", "union",      "fixed binary", "fixed list", "map",
        "duration", "binary", "text",       "list",     "run-end encoded", "binary", "text", "list",  "list"};
    return kind > 0 && kind < (int64_t)(sizeof NAMES / sizeof *NAMES) ? NAMES[kind] : "an unknown type";
}

/* Buffers a column of this type takes in a batch, without a view's variadic ones; -1: nested, not supported. */
static int buffers_of(int64_t kind, bool dictionary) {
    if (dictionary) return 2; /* the batch holds only its indices */
    switch (kind) {
        case 1: return 0;                              /* null */
        case 2: case 3: case 6: case 7: case 8: case 9: case 10: case 11: case 15: case 18: return 2;
        case 4: case 5: case 19: case 20: return 3;    /* text and binary: offsets too */
        case 23: case 24: return 2;                    /* views */
        default: return -1;
    }
}

static value_kind kind_of(stratc_flat *flat, size_t field, int64_t kind, int64_t *time_unit) {
    static const int64_t UNITS[4] = {STRATC_SECOND, 1000000, 1000, 1};
    size_t type = stratc_flat_child(flat, field, FIELD_TYPE);
    *time_unit = 0;
    if (type == 0) return KIND_OTHER;
    if (kind == 2 && stratc_flat_int(flat, type, INT_WIDTH, 4, 0) == 64)
        return stratc_flat_int(flat, type, INT_SIGNED, 1, 0) ? KIND_INT64 : KIND_OTHER;
    if (kind == 3 && stratc_flat_int(flat, type, FLOAT_PRECISION, 2, 0) == 2) return KIND_FLOAT64;
    int64_t unit = stratc_flat_int(flat, type, TIMESTAMP_UNIT, 2, 0);
    if (kind != 10 || unit < 0 || unit > 3) return KIND_OTHER;
    *time_unit = UNITS[unit];
    return KIND_TIMESTAMP;
}

static bool check_type(const reader *r, enum stratc_bar_column meaning, value_kind kind, int64_t type,
                       bool dictionary, stratc_error *error) {
    bool time = meaning == STRATC_COLUMN_TIME;
    bool fits = kind == KIND_INT64 || kind == (time ? KIND_TIMESTAMP : KIND_FLOAT64);
    if (fits && !dictionary) return true;
    stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: column %s is %s%s, expected %s", r->path,
                stratc_bar_column_names[meaning], dictionary ? "a dictionary of " : "", type_name(type),
                time ? "timestamp or int64" : "float64 or int64");
    return stratc_help(error, "cast the column and write the file with %s", STRATC_ARROW_HELP);
}

static bool fail_nested(const reader *r, const char *name, size_t length, int64_t type, stratc_error *error) {
    char text[40];
    stratc_bar_quote(name, name + length, text, sizeof text);
    stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: column '%s' is %s: nested columns are not read", r->path, text,
                type_name(type));
    return stratc_help(error, "leave the column out: only time, prices and volume are used");
}

/* Finds our columns among the schema's fields. */
static bool read_schema(reader *r, stratc_flat *flat, size_t schema, bool *has_volume, stratc_error *error) {
    stratc_bar_header header = {0};
    size_t count, fields = stratc_flat_vector(flat, schema, SCHEMA_FIELDS, 4, &count), buffers = 0, views = 0;
    if (stratc_flat_int(flat, schema, SCHEMA_ENDIANNESS, 2, 0) != 0)
        return unsupported(r, "is a big-endian Arrow file, only little-endian ones are read", error);
    if (count > MAX_FIELDS) return unsupported(r, "has more than 65536 columns", error);
    for (size_t f = 0; f < count && !flat->broken; f++) {
        size_t field = stratc_flat_follow(flat, fields + 4 * f), length;
        size_t name = stratc_flat_vector(flat, field, FIELD_NAME, 1, &length);
        int64_t type = stratc_flat_int(flat, field, FIELD_TYPE_KIND, 1, 0), time_unit;
        bool dictionary = stratc_flat_child(flat, field, FIELD_DICTIONARY) != 0;
        value_kind kind = kind_of(flat, field, type, &time_unit);
        if (flat->broken) break;
        const char *text = (const char *)flat->bytes + name;
        enum stratc_bar_column meaning;
        if (!stratc_bar_header_add(&header, r->path, text, length, &meaning, error)) return false;
        if (meaning != STRATC_COLUMN_IGNORED) {
            if (!check_type(r, meaning, kind, type, dictionary, error)) return false;
            r->columns[meaning] = (column){true, kind, time_unit, f, buffers, views, NULL, NULL};
        }
        int own = buffers_of(type, dictionary);
        if (own < 0) return fail_nested(r, text, length, type, error);
        buffers += (size_t)own;
        views += !dictionary && (type == 23 || type == 24);
    }
    if (flat->broken) return corrupt(r, "its schema does not hold together", error);
    *has_volume = header.present[STRATC_COLUMN_VOLUME];
    return stratc_bar_header_check(&header, r->path, error);
}

/* The column's own first buffer in this batch: plain buffers before it and those of views, counted batch by batch. */
static size_t buffer_index(stratc_flat *flat, size_t batch, const column *c) {
    size_t count, index = c->buffers, counts = stratc_flat_vector(flat, batch, BATCH_VARIADIC, 8, &count);
    if (c->views > count) flat->broken = true;
    for (size_t v = 0; v < c->views && !flat->broken; v++) {
        uint64_t extra;
        stratc_flat_copy(flat, counts + 8 * v, &extra, sizeof extra);
        if (extra > flat->size) flat->broken = true;
        index += (size_t)extra;
    }
    return index;
}

/* The bytes of one buffer of the batch, at least `need` of them; NULL and `broken` if it leaves the body. */
static const uint8_t *buffer_bytes(stratc_flat *flat, size_t batch, size_t index, size_t need, const uint8_t *body,
                                   size_t body_size) {
    size_t count, buffers = stratc_flat_vector(flat, batch, BATCH_BUFFERS, BUFFER_SIZE, &count);
    extent e = {0, -1};
    if (index < count) stratc_flat_copy(flat, buffers + BUFFER_SIZE * index, &e, sizeof e);
    if (e.offset >= 0 && e.length >= 0 && (uint64_t)e.offset <= body_size &&
        (uint64_t)e.length <= body_size - (uint64_t)e.offset && need <= (uint64_t)e.length)
        return body + e.offset;
    flat->broken = true;
    return NULL;
}

static bool locate_column(const reader *r, stratc_flat *flat, size_t batch, column *c, const uint8_t *body,
                          size_t body_size) {
    size_t count, nodes = stratc_flat_vector(flat, batch, BATCH_NODES, NODE_SIZE, &count);
    int64_t node[2] = {-1, 0}; /* length, nulls */
    if (c->node < count) stratc_flat_copy(flat, nodes + NODE_SIZE * c->node, node, sizeof node);
    if (flat->broken || node[0] != (int64_t)r->rows) return false;
    size_t index = buffer_index(flat, batch, c);
    if (r->rows > body_size / 8) return false; /* also keeps the product below from overflowing */
    c->values = buffer_bytes(flat, batch, index + 1, r->rows * 8, body, body_size);
    c->valid = node[1] == 0 ? NULL : buffer_bytes(flat, batch, index, (r->rows + 7) / 8, body, body_size);
    return !flat->broken;
}

static bool is_null(const column *c, size_t row) {
    return c->valid != NULL && (c->valid[row / 8] >> (row % 8) & 1) == 0;
}

static int64_t int_at(const column *c, size_t row) {
    int64_t value;
    memcpy(&value, c->values + 8 * row, sizeof value);
    return value;
}

static double double_at(const column *c, size_t row) {
    double value;
    memcpy(&value, c->values + 8 * row, sizeof value);
    return value;
}

static void describe(const void *source, enum stratc_bar_column meaning, char out[STRATC_NUMBER_TEXT]) {
    const reader *r = source;
    const column *c = &r->columns[meaning];
    if (c->kind == KIND_FLOAT64)
        stratc_double_format(double_at(c, r->row), out);
    else
        snprintf(out, STRATC_NUMBER_TEXT, "%lld", (long long)int_at(c, r->row));
}

static bool read_time(reader *r, int64_t *start, stratc_error *error) {
    column *c = &r->columns[STRATC_COLUMN_TIME];
    int64_t value = int_at(c, r->row);
    if (c->time_unit == 0) c->time_unit = stratc_epoch_unit(value);
    if (!__builtin_mul_overflow(value, c->time_unit, start)) return true;
    return stratc_fail(error, STRATC_EXIT_DATA, "%.400s: row %llu: column time is %lld, beyond the years 1677 to 2262",
                       r->path, (unsigned long long)(r->before + r->row + 1), (long long)value);
}

static stratc_fit read_price(const column *c, size_t row, stratc_scale scale, int64_t *units) {
    if (c->kind == KIND_FLOAT64) return stratc_double_units(double_at(c, row), scale, units);
    int64_t value = int_at(c, row);
    stratc_decimal whole = {.digits = value < 0 ? -(uint64_t)value : (uint64_t)value, .negative = value < 0};
    return stratc_decimal_units(&whole, scale, units);
}

static bool read_row(reader *r, const stratc_bar_sink *sink, stratc_bar_row *row, stratc_error *error) {
    row->number = r->before + r->row + 1;
    for (int c = 0; c < STRATC_BAR_COLUMNS; c++)
        if (is_null(&r->columns[c], r->row)) {
            stratc_fail(error, STRATC_EXIT_DATA, "%.400s: row %llu: column %s is null", r->path,
                        (unsigned long long)row->number, stratc_bar_column_names[c]);
            return stratc_help(error, "drop the row or fill the value");
        }
    for (int p = 0; p < 4; p++)
        row->fit[p] = read_price(&r->columns[STRATC_COLUMN_OPEN + p], r->row, sink->schema->price, &row->price[p]);
    const column *volume = &r->columns[STRATC_COLUMN_VOLUME];
    if (volume->present)
        row->volume = volume->kind == KIND_FLOAT64 ? double_at(volume, r->row) : (double)int_at(volume, r->row);
    return read_time(r, &row->start, error);
}

static bool take_rows(reader *r, stratc_bar_sink *sink, stratc_error *error) {
    stratc_bar_row row = {0};
    for (r->row = 0; r->row < r->rows; r->row++)
        if (!read_row(r, sink, &row, error) || !stratc_bar_sink_add(sink, &row, error)) return false;
    return true;
}

/* The column as it lies in the file; NULL if its values must be converted. */
static const void *in_place(const column *c, value_kind kind) {
    bool usable = c->kind == kind && c->valid == NULL && (uintptr_t)c->values % 8 == 0;
    return usable ? c->values : NULL;
}

/* Takes the columns of the batch as they lie; false if that can't be, with no word in `error`. */
static bool take_span(reader *r, stratc_bar_sink *sink, stratc_error *error) {
    column *columns = r->columns, *time = &columns[STRATC_COLUMN_TIME], *volume = &columns[STRATC_COLUMN_VOLUME];
    if (r->rows == 0) return true;
    if (time->time_unit == 0) time->time_unit = stratc_epoch_unit(int_at(time, 0));
    stratc_bar_span span = {.first = r->before,
                            .count = r->rows,
                            .start = in_place(time, time->kind),
                            .open = in_place(&columns[STRATC_COLUMN_OPEN], KIND_FLOAT64),
                            .high = in_place(&columns[STRATC_COLUMN_HIGH], KIND_FLOAT64),
                            .low = in_place(&columns[STRATC_COLUMN_LOW], KIND_FLOAT64),
                            .close = in_place(&columns[STRATC_COLUMN_CLOSE], KIND_FLOAT64),
                            .volume = volume->present ? in_place(volume, KIND_FLOAT64) : NULL};
    r->in_place = time->time_unit == 1 && span.start && span.open && span.high && span.low && span.close &&
                  (span.volume || !volume->present) && stratc_bar_check_span(&r->check, &span);
    return r->in_place && stratc_bar_sink_span(sink, &span, error);
}

/* One batch: its metadata at `start`, then its body. */
static bool read_batch(reader *r, size_t start, size_t metadata, size_t body_size, stratc_bar_sink *sink,
                       stratc_error *error) {
    const uint8_t *bytes = r->file->bytes + start;
    stratc_flat flat = {bytes + 8, metadata - 8, false};
    size_t message = stratc_flat_root(&flat), batch = stratc_flat_child(&flat, message, MESSAGE_HEADER);
    int64_t kind = stratc_flat_int(&flat, message, MESSAGE_KIND, 1, 0);
    int64_t rows = stratc_flat_int(&flat, batch, BATCH_LENGTH, 8, 0);
    if (flat.broken || batch == 0 || kind != MESSAGE_RECORD_BATCH || rows < 0)
        return corrupt(r, "a record batch does not hold together", error);
    if (stratc_flat_child(&flat, batch, BATCH_COMPRESSION) != 0)
        return unsupported(r, "holds compressed batches, only uncompressed ones are read in place", error);
    r->rows = (size_t)rows;
    for (int c = 0; c < STRATC_BAR_COLUMNS; c++)
        if (r->columns[c].present && !locate_column(r, &flat, batch, &r->columns[c], bytes + metadata, body_size))
            return corrupt(r, "a column leaves its record batch", error);
    bool taken = r->take(r, sink, error);
    r->before += r->rows;
    return taken;
}

static bool read_batches(reader *r, stratc_flat *flat, size_t footer, stratc_bar_sink *sink, stratc_error *error) {
    size_t count, blocks = stratc_flat_vector(flat, footer, FOOTER_BATCHES, BLOCK_SIZE, &count);
    if (flat->broken) return corrupt(r, "its list of record batches does not hold together", error);
    uint64_t free_from = 8; /* batches follow each other: none is read twice */
    for (size_t b = 0; b < count; b++) {
        extent place; /* the block: offset, metadata length (4 bytes and 4 of padding), body length */
        int32_t metadata;
        size_t at = blocks + BLOCK_SIZE * b;
        stratc_flat_copy(flat, at, &place.offset, 8);
        stratc_flat_copy(flat, at + 8, &metadata, 4);
        stratc_flat_copy(flat, at + 16, &place.length, 8);
        uint64_t end = r->body_end;
        if (place.offset < 0 || (uint64_t)place.offset < free_from || (uint64_t)place.offset > end || metadata < 16 ||
            (uint64_t)metadata > end - (uint64_t)place.offset || place.length < 0 ||
            (uint64_t)place.length > end - (uint64_t)place.offset - (uint64_t)metadata)
            return corrupt(r, "a record batch lies outside its place", error);
        free_from = (uint64_t)place.offset + (uint64_t)metadata + (uint64_t)place.length;
        if (!read_batch(r, (size_t)place.offset, (size_t)metadata, (size_t)place.length, sink, error)) return false;
    }
    return true;
}

/* Used where it lies if every row is good as it is, else row by row, which finds and mends what is wrong. */
static bool read_table(reader *r, stratc_flat *flat, size_t footer, stratc_bar_sink *sink, stratc_error *error) {
    stratc_bar_check_begin(&r->check, sink->schema);
    r->in_place = true;
    r->take = take_span;
    bool done = read_batches(r, flat, footer, sink, error);
    if (r->in_place) {
        sink->bars->highest = r->check.highest;
        sink->faults->gaps = r->check.gaps;
        sink->faults->longest_gap_ns = r->check.longest_gap;
        return done;
    }
    stratc_bar_sink_restart(sink);
    r->before = 0;
    r->take = take_rows;
    return read_batches(r, flat, footer, sink, error);
}

bool stratc_arrow_read(const stratc_mapped *file, stratc_bar_sink *sink, stratc_error *error) {
    reader r = {.path = sink->path, .file = file};
    enum { TAIL = 10 }; /* footer length, "ARROW1" */
    if (file->size < 8 + TAIL || memcmp(file->bytes + file->size - 6, "ARROW1", 6) != 0)
        return corrupt(&r, "the closing mark of an Arrow file is missing", error);
    int32_t length;
    memcpy(&length, file->bytes + file->size - TAIL, sizeof length);
    if (length <= 0 || (size_t)length > file->size - TAIL - 8) return corrupt(&r, "its footer has no place", error);
    r.body_end = file->size - TAIL - (size_t)length;
    stratc_flat flat = {file->bytes + r.body_end, (size_t)length, false};
    size_t footer = stratc_flat_root(&flat), schema = stratc_flat_child(&flat, footer, FOOTER_SCHEMA);
    if (flat.broken || schema == 0) return corrupt(&r, "its footer does not hold together", error);
    sink->row_word = "row";
    sink->describe = describe;
    sink->source = &r;
    return read_schema(&r, &flat, schema, &sink->bars->has_volume, error) && read_table(&r, &flat, footer, sink, error);
}
