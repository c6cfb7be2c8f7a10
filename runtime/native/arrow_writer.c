/* Arrow IPC files: magic, schema message, record batches, end mark, footer. Little-endian machines only. */
#include "arrow_writer.h"

#include "flatbuffer_writer.h"

/* Numbers of the Arrow format (Message.fbs, Schema.fbs). */
enum { METADATA_VERSION = 4, HEADER_SCHEMA = 1, HEADER_RECORD_BATCH = 3 };
enum { TYPE_INT = 2, TYPE_FLOATING_POINT = 3, TYPE_BOOL = 6, TYPE_TIMESTAMP = 10 };
enum { PRECISION_DOUBLE = 2, UNIT_NANOSECOND = 3 };

enum { ALIGNMENT = STRATC_ARROW_ALIGNMENT, BATCH_ROWS = STRATC_ARROW_BATCH, COLUMN_SIZE = STRATC_ARROW_COLUMN, BITMAP_SIZE = BATCH_ROWS / 8 };

static const unsigned char MAGIC[8] = "ARROW1";
static const unsigned char ZEROS[ALIGNMENT] = {0};

#define MEMBERS(...) ((const stratc_flat_member[]){__VA_ARGS__}), \
                     sizeof((const stratc_flat_member[]){__VA_ARGS__}) / sizeof(stratc_flat_member)

typedef struct { /* Arrow's FieldNode (rows, nulls) and Buffer (offset, length) */
    int64_t first, second;
} pair;

static bool no_memory(stratc_arrow_writer *writer) {
    stratc_error *failure = &writer->file.failure;
    stratc_fail(failure, STRATC_EXIT_OUTPUT, "%.700s: can't be written: out of memory", writer->file.path);
    return stratc_help(failure, "record fewer columns, or free some memory");
}

/* ---- metadata */

static size_t place_type(stratc_flat_writer *flat, enum stratc_arrow_type type) {
    if (type == STRATC_ARROW_INT64) return stratc_flat_table(flat, MEMBERS({0, 4, 64}, {1, 1, true}));
    if (type == STRATC_ARROW_FLOAT64) return stratc_flat_table(flat, MEMBERS({0, 2, PRECISION_DOUBLE}));
    if (type == STRATC_ARROW_BOOL) return stratc_flat_table(flat, NULL, 0);
    size_t timestamp = stratc_flat_table(flat, MEMBERS({0, 2, UNIT_NANOSECOND}, {1, 4, 0}));
    stratc_flat_string(flat, timestamp, 1, "UTC");
    return timestamp;
}

static size_t place_field(stratc_flat_writer *flat, const stratc_arrow_column *column) {
    static const int TYPE_CODE[] = {
        [STRATC_ARROW_INT64] = TYPE_INT,
        [STRATC_ARROW_FLOAT64] = TYPE_FLOATING_POINT,
        [STRATC_ARROW_TIMESTAMP] = TYPE_TIMESTAMP,
        [STRATC_ARROW_BOOL] = TYPE_BOOL,
    };
    enum { NAME, NULLABLE, TYPE_KIND, TYPE, CHILDREN = 5 };
    size_t field = stratc_flat_table(flat, MEMBERS({NAME, 4, 0}, {NULLABLE, 1, column->nullable},
                                                   {TYPE_KIND, 1, TYPE_CODE[column->type]}, {TYPE, 4, 0},
                                                   {CHILDREN, 4, 0}));
    stratc_flat_string(flat, field, NAME, column->name);
    size_t type = place_type(flat, column->type);
    stratc_flat_point(flat, stratc_flat_member_at(flat, field, TYPE), type);
    stratc_flat_array(flat, field, CHILDREN, NULL, 4, 0);
    return field;
}

static size_t place_schema(stratc_flat_writer *flat, const stratc_arrow_writer *writer) {
    enum { FIELDS = 1 };
    size_t schema = stratc_flat_table(flat, MEMBERS({FIELDS, 4, 0}));
    size_t first = stratc_flat_array(flat, schema, FIELDS, NULL, 4, writer->column_count);
    for (uint32_t i = 0; i < writer->column_count; i++)
        stratc_flat_point(flat, first + 4 * i, place_field(flat, &writer->columns[i]));
    return schema;
}

/* Begins a flatbuffer with a Message whose header is placed next and pointed by the caller. */
static size_t place_message(stratc_flat_writer *flat, int header_kind, int64_t body_size) {
    size_t root = stratc_flat_put(flat, NULL, 4);
    size_t message = stratc_flat_table(
        flat, MEMBERS({0, 2, METADATA_VERSION}, {1, 1, header_kind}, {2, 4, 0}, {3, 8, body_size}));
    stratc_flat_point(flat, root, message);
    return stratc_flat_member_at(flat, message, 2);
}

/* Writes a message so that what follows it is aligned; returns its size in the file, 0 on failure. */
static int32_t write_message(stratc_arrow_writer *writer, stratc_flat_writer *flat) {
    size_t end = writer->file.size + 8 + flat->size;
    stratc_flat_put(flat, NULL, (ALIGNMENT - end % ALIGNMENT) % ALIGNMENT);
    uint32_t prefix[2] = {UINT32_MAX, (uint32_t)flat->size};
    bool good = !flat->failed || no_memory(writer);
    good = good && stratc_output_write(&writer->file, prefix, sizeof prefix) &&
           stratc_output_write(&writer->file, flat->bytes, flat->size);
    free(flat->bytes);
    return good ? (int32_t)(sizeof prefix + flat->size) : 0;
}

/* ---- batches */

static size_t padded(size_t size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t values_size(const stratc_arrow_column *column, uint32_t rows) {
    return column->type == STRATC_ARROW_BOOL ? (rows + 7) / 8 : 8 * (size_t)rows;
}

static int64_t count_nulls(const stratc_arrow_buffer *buffer, uint32_t rows) {
    int64_t nulls = 0;
    if (!buffer->valid) return 0;
    for (uint32_t i = 0; i < rows; i++) nulls += !(buffer->valid[i / 8] >> i % 8 & 1);
    return nulls;
}

static bool write_buffer(stratc_arrow_writer *writer, const unsigned char *bytes, size_t size) {
    return stratc_output_write(&writer->file, bytes, size) &&
           stratc_output_write(&writer->file, ZEROS, padded(size) - size);
}

/* Fills nodes (one per column) and parts (validity and values of each); returns the size of the body. */
static int64_t lay_out(const stratc_arrow_writer *writer, pair *nodes, pair *parts) {
    int64_t offset = 0;
    for (uint32_t i = 0; i < writer->column_count; i++) {
        int64_t nulls = count_nulls(&writer->buffers[i], writer->row);
        size_t sizes[2] = {nulls > 0 ? (writer->row + 7) / 8 : 0, values_size(&writer->columns[i], writer->row)};
        nodes[i] = (pair){writer->row, nulls};
        for (int part = 0; part < 2; part++) {
            parts[2 * i + (uint32_t)part] = (pair){offset, (int64_t)sizes[part]};
            offset += (int64_t)padded(sizes[part]);
        }
    }
    return offset;
}

static int32_t write_batch_message(stratc_arrow_writer *writer, const pair *nodes, const pair *parts,
                                   int64_t body_size) {
    enum { LENGTH, NODES, BUFFERS };
    stratc_flat_writer flat = {0};
    size_t header = place_message(&flat, HEADER_RECORD_BATCH, body_size);
    size_t batch = stratc_flat_table(&flat, MEMBERS({LENGTH, 8, writer->row}, {NODES, 4, 0}, {BUFFERS, 4, 0}));
    stratc_flat_point(&flat, header, batch);
    stratc_flat_array(&flat, batch, NODES, nodes, sizeof(pair), writer->column_count);
    stratc_flat_array(&flat, batch, BUFFERS, parts, sizeof(pair), 2 * writer->column_count);
    return write_message(writer, &flat);
}

static bool write_body(stratc_arrow_writer *writer, const pair *parts) {
    bool good = true;
    for (uint32_t i = 0; i < writer->column_count && good; i++) {
        stratc_arrow_buffer *buffer = &writer->buffers[i];
        good = write_buffer(writer, buffer->valid, (size_t)parts[2 * i].second) &&
               write_buffer(writer, buffer->values, (size_t)parts[2 * i + 1].second);
        if (!buffer->valid) continue;
        memset(buffer->values, 0, values_size(&writer->columns[i], BATCH_ROWS)); /* nulls lie over zeros */
        memset(buffer->valid, 0, BITMAP_SIZE);
    }
    return good;
}

static bool remember_block(stratc_arrow_writer *writer, stratc_arrow_block block) {
    stratc_arrow_block *blocks = realloc(writer->blocks, (writer->block_count + 1) * sizeof *blocks);
    if (!blocks) return no_memory(writer);
    writer->blocks = blocks;
    writer->blocks[writer->block_count++] = block;
    return true;
}

static bool write_batch(stratc_arrow_writer *writer) {
    if (writer->file.failure.code != STRATC_EXIT_OK) return false;
    pair *nodes = calloc(3 * (size_t)writer->column_count + 1, sizeof *nodes);
    if (!nodes) return no_memory(writer);
    pair *parts = nodes + writer->column_count;
    stratc_arrow_block block = {.offset = (int64_t)writer->file.size, .body_size = lay_out(writer, nodes, parts)};
    block.metadata_size = write_batch_message(writer, nodes, parts, block.body_size);
    bool good = block.metadata_size > 0 && write_body(writer, parts) && remember_block(writer, block);
    free(nodes);
    writer->row = 0;
    return good;
}

/* ---- rows */

static void set_bit(unsigned char *bits, uint32_t row, bool value) {
    unsigned char mask = (unsigned char)(1u << row % 8);
    if (value) bits[row / 8] |= mask;
    else bits[row / 8] &= (unsigned char)~mask;
}

static stratc_arrow_buffer *present(stratc_arrow_writer *writer, uint32_t column) {
    stratc_arrow_buffer *buffer = &writer->buffers[column];
    if (buffer->valid) set_bit(buffer->valid, writer->row, true);
    return buffer;
}

void stratc_arrow_set_integer(stratc_arrow_writer *writer, uint32_t column, int64_t value) {
    memcpy(present(writer, column)->values + 8 * (size_t)writer->row, &value, sizeof value);
}

void stratc_arrow_set_number(stratc_arrow_writer *writer, uint32_t column, double value) {
    memcpy(present(writer, column)->values + 8 * (size_t)writer->row, &value, sizeof value);
}

void stratc_arrow_set_bool(stratc_arrow_writer *writer, uint32_t column, bool value) {
    set_bit(present(writer, column)->values, writer->row, value);
}

bool stratc_arrow_end_row(stratc_arrow_writer *writer) {
    writer->row++;
    return writer->row < BATCH_ROWS ? writer->file.failure.code == STRATC_EXIT_OK : write_batch(writer);
}

/* ---- the file */

static void release(stratc_arrow_writer *writer) {
    for (uint32_t i = 0; writer->buffers && i < writer->column_count; i++) free(writer->buffers[i].valid);
    free(writer->values);
    free(writer->buffers);
    writer->values = NULL;
    free(writer->columns);
    free(writer->blocks);
    writer->buffers = NULL;
    writer->columns = NULL;
    writer->blocks = NULL;
    writer->column_count = 0;
}

static bool make_buffers(stratc_arrow_writer *writer, const stratc_arrow_column *columns, uint32_t count) {
    writer->columns = calloc((size_t)count + 1, sizeof *columns);
    writer->buffers = calloc((size_t)count + 1, sizeof *writer->buffers);
    writer->values = calloc((size_t)count + 1, COLUMN_SIZE);
    if (!writer->columns || !writer->buffers || !writer->values) return no_memory(writer);
    writer->column_count = count;
    for (uint32_t i = 0; i < count; i++) {
        stratc_arrow_buffer *buffer = &writer->buffers[i];
        writer->columns[i] = columns[i];
        buffer->values = writer->values + COLUMN_SIZE * i;
        buffer->valid = columns[i].nullable ? calloc(1, BITMAP_SIZE) : NULL;
        if (columns[i].nullable && !buffer->valid) return no_memory(writer);
    }
    return true;
}

static bool write_schema(stratc_arrow_writer *writer) {
    stratc_flat_writer flat = {0};
    size_t header = place_message(&flat, HEADER_SCHEMA, 0);
    stratc_flat_point(&flat, header, place_schema(&flat, writer));
    return stratc_output_write(&writer->file, MAGIC, sizeof MAGIC) && write_message(writer, &flat) > 0;
}

bool stratc_arrow_open(stratc_arrow_writer *writer, const char *path, const stratc_arrow_column *columns,
                       uint32_t column_count, stratc_error *error) {
    memset(writer, 0, sizeof *writer);
    if (!stratc_output_open(&writer->file, path, error)) return false;
    if (make_buffers(writer, columns, column_count) && write_schema(writer)) return true;
    *error = writer->file.failure;
    stratc_arrow_abandon(writer);
    return false;
}

static bool write_footer(stratc_arrow_writer *writer) {
    enum { VERSION, SCHEMA, DICTIONARIES, RECORD_BATCHES };
    static const uint32_t END[2] = {UINT32_MAX, 0};
    stratc_flat_writer flat = {0};
    size_t root = stratc_flat_put(&flat, NULL, 4);
    size_t footer = stratc_flat_table(&flat, MEMBERS({VERSION, 2, METADATA_VERSION}, {SCHEMA, 4, 0},
                                                     {DICTIONARIES, 4, 0}, {RECORD_BATCHES, 4, 0}));
    stratc_flat_point(&flat, root, footer);
    size_t schema = stratc_flat_member_at(&flat, footer, SCHEMA);
    stratc_flat_point(&flat, schema, place_schema(&flat, writer));
    stratc_flat_array(&flat, footer, DICTIONARIES, NULL, sizeof(stratc_arrow_block), 0);
    stratc_flat_array(&flat, footer, RECORD_BATCHES, writer->blocks, sizeof(stratc_arrow_block), writer->block_count);
    uint32_t size = (uint32_t)flat.size;
    bool good = !flat.failed || no_memory(writer);
    good = good && stratc_output_write(&writer->file, END, sizeof END) &&
           stratc_output_write(&writer->file, flat.bytes, flat.size) &&
           stratc_output_write(&writer->file, &size, sizeof size) && stratc_output_write(&writer->file, MAGIC, 6);
    free(flat.bytes);
    return good;
}

bool stratc_arrow_commit(stratc_arrow_writer *writer, stratc_error *error) {
    /* What fails before it, commit of the file tells. */
    if (writer->row == 0 || write_batch(writer)) (void)write_footer(writer);
    release(writer);
    return stratc_output_commit(&writer->file, error);
}

void stratc_arrow_abandon(stratc_arrow_writer *writer) {
    stratc_output_abandon(&writer->file);
    release(writer);
}
