/* Bars from comma-separated text: a header line, then one bar a line. */
#ifndef STRATC_CSV_H
#define STRATC_CSV_H

#include "bar_rows.h"
#include "mapped.h"

/* Feeds every line to the sink, which it completes with itself as source. False: `error` names line and column. */
bool stratc_csv_read(const stratc_mapped *file, stratc_bar_sink *sink, stratc_error *error);

#endif
