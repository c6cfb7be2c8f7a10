/* What the CSV and the Arrow reader share: which columns a bar file has, and the checks each row passes. */
#ifndef STRATC_BAR_ROWS_H
#define STRATC_BAR_ROWS_H

#include "bars.h"
#include "decimal.h"

enum stratc_bar_column {
    STRATC_COLUMN_TIME,
    STRATC_COLUMN_OPEN,
    STRATC_COLUMN_HIGH,
    STRATC_COLUMN_LOW,
    STRATC_COLUMN_CLOSE,
    STRATC_COLUMN_VOLUME,
    STRATC_BAR_COLUMNS,
    STRATC_COLUMN_IGNORED = STRATC_BAR_COLUMNS
};

extern const char *const stratc_bar_column_names[STRATC_BAR_COLUMNS];

/* The columns of one file, filled name by name. */
typedef struct {
    bool present[STRATC_BAR_COLUMNS];
    char seen[256]; /* the names found, for messages */
} stratc_bar_header;

/* Adds the next column of the file; *column is what it means. Two columns of one meaning are an error. */
bool stratc_bar_header_add(stratc_bar_header *header, const char *path, const char *name, size_t length,
                           enum stratc_bar_column *column, stratc_error *error);
/* All required columns there? */
bool stratc_bar_header_check(const stratc_bar_header *header, const char *path, stratc_error *error);

typedef struct {
    uint64_t number; /* for messages */
    int64_t start;
    int64_t price[4]; /* open high low close */
    stratc_fit fit[4];
    double volume;
} stratc_bar_row;

typedef struct stratc_bar_sink {
    const char *path;
    const char *row_word; /* "line" or "row" */
    const stratc_bar_schema *schema;
    stratc_bars *bars;
    stratc_bar_faults *faults;
    /* Prints the current row's value of a column as the file has it; asked only for faults. */
    void (*describe)(const void *source, enum stratc_bar_column column, char out[STRATC_NUMBER_TEXT]);
    const void *source;
    int64_t last[4]; /* price units of the last row stored */
} stratc_bar_sink;

/* Checks and stores one row; false only when memory ends. */
bool stratc_bar_sink_add(stratc_bar_sink *sink, const stratc_bar_row *row, stratc_error *error);
/* Adds rows that need no check and stay where they lie; false only when memory ends. */
bool stratc_bar_sink_span(stratc_bar_sink *sink, const stratc_bar_span *span, stratc_error *error);
/* Forgets every row so far. */
void stratc_bar_sink_restart(stratc_bar_sink *sink);
/* The verdict on the whole file: false with STRATC_EXIT_DATA if a fault stays or there is no row. */
bool stratc_bar_sink_finish(stratc_bar_sink *sink, stratc_error *error);

/* Copies text for a message: unprintable bytes as '?', cut with "..." where it does not fit. */
void stratc_bar_quote(const char *begin, const char *end, char *out, size_t room);

#endif
