/* The quick check of bars that lie in a file as columns. It only says whether all of them are good: where they are not, the
 * row by row reader finds out why. */
#ifndef STRATC_BAR_SPAN_H
#define STRATC_BAR_SPAN_H

#include "bars.h"

typedef struct {
    double factor, numerator, power; /* of the price unit: units = price * factor, price = units * numerator / power */
    double least, most;              /* prices */
    int64_t every, grid;             /* of starts */
    /* of the rows so far */
    bool begun;
    int64_t last; /* start */
    uint64_t gaps;
    int64_t longest_gap;
    double highest;
} stratc_bar_check;

void stratc_bar_check_begin(stratc_bar_check *check, const stratc_bar_schema *schema);

/* Are these the next rows of a table, each as the schema wants it and each price the very double of its units? */
bool stratc_bar_check_span(stratc_bar_check *check, const stratc_bar_span *span);

#endif
