/* From a bar's price, a double, to whole price units. */
#ifndef STRATC_BAR_UNITS_H
#define STRATC_BAR_UNITS_H

#include <stdint.h>

/* `factor`: stratc_bar_factor of the price unit. Exact: a price has at most 15 digits, so the product of the two is less than a
 * half off the whole number. */
static inline int64_t stratc_bar_units(double price, double factor) { return (int64_t)(price * factor + 0.5); }

#endif
