/* One line of a CSV file, cell by cell: the writer of the tables that hold a row per fill or trade. */
#ifndef STRATC_CSV_ROW_H
#define STRATC_CSV_ROW_H

#include "output.h"

typedef struct {
    size_t used;
    char text[1024];
} stratc_csv_row;

/* Adds a cell; what does not fit the line is cut. */
void stratc_csv_text(stratc_csv_row *row, const char *text); /* without commas, quotes and line ends */
void stratc_csv_integer(stratc_csv_row *row, int64_t value);
void stratc_csv_units(stratc_csv_row *row, int64_t units, stratc_scale scale);

/* Writes the line and empties the row. */
bool stratc_csv_end(stratc_csv_row *row, stratc_output_file *file);

#endif
