/* Writes tables as uncompressed Arrow IPC files: the same rows give the same bytes, memory stays bounded.
 * A row is one setter call per column, then stratc_arrow_end_row, or one stratc_arrow_add_row; every 8,192 rows become a record batch. */
#ifndef STRATC_ARROW_WRITER_H
#define STRATC_ARROW_WRITER_H

#include <string.h>

#include "output.h"

/* A batch of few columns stays in the processor's cache, and columns are not a power of two apart there. */
enum { STRATC_ARROW_ALIGNMENT = 64, STRATC_ARROW_BATCH = 8192, STRATC_ARROW_COLUMN = 8 * STRATC_ARROW_BATCH + STRATC_ARROW_ALIGNMENT };

enum stratc_arrow_type {
    STRATC_ARROW_INT64 = 1,
    STRATC_ARROW_FLOAT64 = 2,
    STRATC_ARROW_TIMESTAMP = 3, /* nanoseconds, UTC */
    STRATC_ARROW_BOOL = 4
};

typedef struct {
    const char *name; /* must outlive the writer */
    enum stratc_arrow_type type;
    bool nullable;
} stratc_arrow_column;

typedef struct { /* the batch that is being filled */
    unsigned char *values; /* 8 bytes per row; of BOOL a bit per row */
    unsigned char *valid;  /* a bit per row; NULL where the column is not nullable */
} stratc_arrow_buffer;

typedef struct { /* where a record batch lies in the file; as bytes an Arrow Block */
    int64_t offset;
    int32_t metadata_size, padding;
    int64_t body_size;
} stratc_arrow_block;

typedef struct {
    stratc_output_file file;
    stratc_arrow_column *columns;
    stratc_arrow_buffer *buffers;
    uint32_t column_count;
    unsigned char *values; /* of all columns: as much room for each */
    uint32_t row; /* rows of this batch so far */
    stratc_arrow_block *blocks;
    uint32_t block_count;
} stratc_arrow_writer;

bool stratc_arrow_open(stratc_arrow_writer *writer, const char *path, const stratc_arrow_column *columns,
                       uint32_t column_count, stratc_error *error);

/* Set a column's value in the current row: always, but for a nullable column that is null there. */
void stratc_arrow_set_integer(stratc_arrow_writer *writer, uint32_t column, int64_t value); /* INT64, TIMESTAMP */
void stratc_arrow_set_number(stratc_arrow_writer *writer, uint32_t column, double value);   /* FLOAT64 */
void stratc_arrow_set_bool(stratc_arrow_writer *writer, uint32_t column, bool value);       /* BOOL */

/* Ends the row. False once the file has failed; commit says why. */
bool stratc_arrow_end_row(stratc_arrow_writer *writer);

/* A whole row at once: `count` values of 8 bytes, one per column, none of them BOOL or nullable. */
static inline bool stratc_arrow_add_row(stratc_arrow_writer *writer, const void *values, uint32_t count) {
    const unsigned char *value = (const unsigned char *)values;
    unsigned char *place = writer->values + 8 * (size_t)writer->row;
    for (uint32_t i = 0; i < count; i++) memcpy(place + (size_t)i * STRATC_ARROW_COLUMN, value + 8 * (size_t)i, 8);
    return stratc_arrow_end_row(writer);
}

/* Writes the last batch and the footer; the file appears under its name. */
bool stratc_arrow_commit(stratc_arrow_writer *writer, stratc_error *error);

/* Frees everything and leaves no file. May follow anything. */
void stratc_arrow_abandon(stratc_arrow_writer *writer);

#endif
