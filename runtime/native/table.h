/* The results as a table for people: aligned, with units, each statistic with its convention. */
#ifndef STRATC_TABLE_H
#define STRATC_TABLE_H

#include "summary.h"

/* Writes to an open file; a failed write sticks in it. */
void stratc_table_write(stratc_output_file *file, const stratc_results *results, const stratc_data *data);

#endif
