/* Numbers in files become integer price units here, exactly and without the locale.
 * Text and doubles that mean the same price give the same units, so CSV and Arrow agree bit for bit. */
#ifndef STRATC_DECIMAL_H
#define STRATC_DECIMAL_H

#include "base.h"

/* |units * numerator| stays below this: 15 digits survive a double, so every price text has one double and back. */
#define STRATC_PRICE_LIMIT INT64_C(1000000000000000)
#define STRATC_NUMBER_TEXT 48 /* room for any number printed by this file */

typedef enum {
    STRATC_FIT_EXACT,      /* on the grid, or within 1e-6 of a step */
    STRATC_FIT_OFF_GRID,   /* units is the nearest step (ties away from zero) */
    STRATC_FIT_NOT_FINITE, /* NaN or infinity */
    STRATC_FIT_TOO_LARGE   /* beyond STRATC_PRICE_LIMIT */
} stratc_fit;

/* (negative ? -1 : 1) * digits * 10^exponent; digits past the 19th significant one are cut. */
typedef struct {
    uint64_t digits;
    int32_t exponent;
    bool negative;
    bool cut;
} stratc_decimal;

/* Reads all of [begin, end): optional sign, digits with at most one point, optional exponent. False: not a number. */
bool stratc_decimal_parse(const char *begin, const char *end, stratc_decimal *out);

/* True for the usual spellings of NaN and infinity, which stratc_decimal_parse refuses. */
bool stratc_decimal_is_special(const char *begin, const char *end);

/* The correctly rounded double of [begin, end), which stratc_decimal_parse read as `parsed`. */
double stratc_decimal_double(const stratc_decimal *parsed, const char *begin, const char *end);

/* value / scale to the nearest integer. `units` is written unless the result is NOT_FINITE or TOO_LARGE.
 * scale.numerator must be in 1 .. STRATC_PRICE_LIMIT. */
stratc_fit stratc_decimal_units(const stratc_decimal *value, stratc_scale scale, int64_t *units);
stratc_fit stratc_double_units(double value, stratc_scale scale, int64_t *units);

/* units * scale as exact decimal text with scale.decimals places, e.g. 12.50. */
void stratc_units_format(int64_t units, stratc_scale scale, char out[STRATC_NUMBER_TEXT]);

/* The shortest of 15, 16 or 17 digits that reads back as the same double. */
void stratc_double_format(double value, char out[STRATC_NUMBER_TEXT]);

#endif
