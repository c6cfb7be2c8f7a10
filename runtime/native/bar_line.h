/* The price inside a bar: a line O, X1, X2, C at the bar's start, +1/3, +2/3 and end (semantics.md 7).
 *
 * All arithmetic is exact: the price at a time is a quotient of integers, a crossing time is rounded up to the nanosecond. */
#ifndef STRATC_BAR_LINE_H
#define STRATC_BAR_LINE_H

#include "base.h"

__extension__ typedef __int128 stratc_exact; /* price * nanoseconds passes 64 bits */

typedef struct {
    int64_t time[4], px[4]; /* corners: ns, price units */
} stratc_bar_line;

/* The line's price at one time: scaled / length, length > 0. */
typedef struct {
    stratc_exact scaled;
    int64_t length;
} stratc_line_price;

/* low_first: X1 is the low, X2 the high; else the other way round. */
stratc_bar_line stratc_bar_line_of(int64_t start, int64_t end, int64_t open, int64_t high, int64_t low, int64_t close, bool low_first);

/* start <= time <= end */
stratc_line_price stratc_bar_line_at(const stratc_bar_line *line, int64_t time);

/* -1, 0, 1: the line's price there is below, at, above px. */
int stratc_line_price_compare(stratc_line_price price, int64_t px);

/* In whole price units. */
int64_t stratc_line_price_round(stratc_line_price price, bool up);

/* The first time not before `from` at which the line is at or above px (rising), or at or below it (falling). False: never. */
bool stratc_bar_line_reach(const stratc_bar_line *line, int64_t from, int64_t px, bool rising, int64_t *time);

#endif
