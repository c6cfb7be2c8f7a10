/* Exact decimal text <-> integer units. */
#include "decimal.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

#define SNAP_PARTS 1000000 /* one step / SNAP_PARTS: nearer than this counts as on the grid */

static const uint64_t POWERS[20] = {1ull,
                                    10ull,
                                    100ull,
                                    1000ull,
                                    10000ull,
                                    100000ull,
                                    1000000ull,
                                    10000000ull,
                                    100000000ull,
                                    1000000000ull,
                                    10000000000ull,
                                    100000000000ull,
                                    1000000000000ull,
                                    10000000000000ull,
                                    100000000000000ull,
                                    1000000000000000ull,
                                    10000000000000000ull,
                                    100000000000000000ull,
                                    1000000000000000000ull,
                                    10000000000000000000ull};

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

/* Appends one digit while 19 fit; returns whether it was kept. */
static bool take_digit(stratc_decimal *out, char c) {
    uint64_t digit = (uint64_t)(c - '0');
    if (out->digits < POWERS[18]) {
        out->digits = out->digits * 10 + digit;
        return true;
    }
    out->cut |= digit != 0;
    return false;
}

static bool parse_exponent(const char *p, const char *end, int32_t *exponent) {
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p == end) return false;
    int32_t value = 0;
    for (; p < end; p++) {
        if (!is_digit(*p)) return false;
        if (value < 100000) value = value * 10 + (*p - '0');
    }
    *exponent += negative ? -value : value;
    return true;
}

/* The common form, digits with a point and nothing else, short enough that no digit is cut. */
static bool parse_plain(const char *p, const char *end, stratc_decimal *out) {
    uint64_t digits = 0;
    const char *point = NULL;
    if (end - p < 2 || end - p > 19) return false;
    for (; p < end; p++) {
        if (is_digit(*p))
            digits = digits * 10 + (uint64_t)(*p - '0');
        else if (*p == '.' && point == NULL)
            point = p;
        else
            return false;
    }
    out->digits = digits;
    out->exponent = point == NULL ? 0 : (int32_t)(point + 1 - end);
    out->negative = out->cut = false;
    return true;
}

bool stratc_decimal_parse(const char *begin, const char *end, stratc_decimal *out) {
    if (parse_plain(begin, end, out)) return true;
    const char *p = begin;
    *out = (stratc_decimal){.negative = p < end && *p == '-'};
    if (p < end && (*p == '-' || *p == '+')) p++;
    const char *first = p;
    for (; p < end && is_digit(*p); p++)
        if (!take_digit(out, *p)) out->exponent++;
    ptrdiff_t seen = p - first;
    if (p < end && *p == '.') {
        const char *point = ++p;
        for (; p < end && is_digit(*p); p++)
            if (take_digit(out, *p)) out->exponent--;
        seen += p - point;
    }
    if (seen == 0) return false;
    if (p == end) return true;
    return (*p == 'e' || *p == 'E') && parse_exponent(p + 1, end, &out->exponent);
}

bool stratc_decimal_is_special(const char *begin, const char *end) {
    static const char *const WORDS[] = {"nan", "inf", "infinity"};
    if (begin < end && (*begin == '-' || *begin == '+')) begin++;
    size_t length = (size_t)(end - begin);
    for (size_t w = 0; w < sizeof WORDS / sizeof *WORDS; w++) {
        if (strlen(WORDS[w]) != length) continue;
        size_t same = 0;
        while (same < length && (begin[same] | 0x20) == WORDS[w][same]) same++;
        if (same == length) return true;
    }
    return false;
}

/* strtod follows the caller's locale, so it gets the text with that locale's point. */
static double slow_double(const char *begin, const char *end) {
    char text[512];
    const char *point = localeconv()->decimal_point;
    size_t used = 0, room = sizeof text - 1;
    for (const char *p = begin; p < end; p++) {
        const char *piece = *p == '.' ? point : p;
        size_t length = *p == '.' ? strlen(point) : 1;
        if (used + length > room) break;
        memcpy(text + used, piece, length);
        used += length;
    }
    text[used] = '\0';
    return strtod(text, NULL);
}

double stratc_decimal_double(const stratc_decimal *parsed, const char *begin, const char *end) {
    int32_t e = parsed->exponent;
    if (parsed->cut || parsed->digits > (1ull << 53) || e < -19 || e > 19) return slow_double(begin, end);
    double digits = (double)parsed->digits; /* both operands are exact: one rounding */
    double value = e < 0 ? digits / (double)POWERS[-e] : digits * (double)POWERS[e];
    return parsed->negative ? -value : value;
}

/* top / bottom to the nearest; a tie within the snap width goes up, for text and doubles alike. */
static stratc_fit divide(wide top, wide bottom, int64_t *quotient) {
    wide whole = top / bottom, rest = top % bottom, snap = bottom / SNAP_PARTS;
    bool up = rest + snap >= bottom - rest;
    *quotient = (int64_t)whole + up;
    wide distance = up ? bottom - rest : rest;
    return distance <= snap ? STRATC_FIT_EXACT : STRATC_FIT_OFF_GRID;
}

stratc_fit stratc_decimal_units(const stratc_decimal *value, stratc_scale scale, int64_t *units) {
    wide top = value->digits, bottom = (wide)scale.numerator;
    int32_t shift = value->exponent + scale.decimals;
    *units = 0;
    if (top == 0) return STRATC_FIT_EXACT;
    if (shift >= 0 && shift <= 2 && bottom == 1 && value->digits < STRATC_PRICE_LIMIT / 100) { /* most prices */
        *units = (int64_t)(value->digits * POWERS[shift]);
        if (value->negative) *units = -*units;
        return STRATC_FIT_EXACT;
    }
    if (shift >= 0) {
        if (shift > 15) return STRATC_FIT_TOO_LARGE;
        top *= POWERS[shift];
    } else {
        int32_t down = -shift;
        if (down > 19) { /* digits 1e-19 of a unit and smaller decide nothing */
            top = down > 38 ? 0 : top / POWERS[down - 19];
            down = 19;
        }
        bottom *= POWERS[down];
    }
    if (top / (shift < 0 ? POWERS[shift < -19 ? 19 : -shift] : 1) >= (wide)STRATC_PRICE_LIMIT)
        return STRATC_FIT_TOO_LARGE;
    stratc_fit fit = bottom == 1 ? (*units = (int64_t)top, STRATC_FIT_EXACT) : divide(top, bottom, units);
    if (value->negative) *units = -*units;
    return fit;
}

stratc_fit stratc_double_units(double value, stratc_scale scale, int64_t *units) {
    if (!(value - value == 0)) return STRATC_FIT_NOT_FINITE;
    double size = value < 0 ? -value : value;
    double scaled = size * (double)POWERS[scale.decimals];
    if (scaled >= (double)STRATC_PRICE_LIMIT) return STRATC_FIT_TOO_LARGE;
    double steps = scaled / (double)scale.numerator;
    int64_t nearest = (int64_t)steps;
    if (steps - (double)nearest >= 0.5 - 1.0 / SNAP_PARTS) nearest++;
    double distance = steps - (double)nearest;
    bool near = distance <= 1.0 / SNAP_PARTS && distance >= -1.0 / SNAP_PARTS;
    *units = value < 0 ? -nearest : nearest;
    /* A large price can't come within 1e-6 of a fine step as a double; then it must be that step's own double. */
    return near || stratc_scaled(nearest, scale) == size ? STRATC_FIT_EXACT : STRATC_FIT_OFF_GRID;
}

void stratc_units_format(int64_t units, stratc_scale scale, char out[STRATC_NUMBER_TEXT]) {
    char reversed[STRATC_NUMBER_TEXT];
    size_t count = 0, used = 0, decimals = (size_t)scale.decimals;
    wide whole = (wide)(units < 0 ? -(uint64_t)units : (uint64_t)units) * (uint64_t)scale.numerator;
    for (; whole > UINT64_MAX; whole /= 10) reversed[count++] = (char)('0' + (int)(whole % 10));
    for (uint64_t rest = (uint64_t)whole; rest != 0 || count < decimals + 1; rest /= 10) /* the common, quick part */
        reversed[count++] = (char)('0' + rest % 10);
    if (units < 0) out[used++] = '-';
    while (count > 0) {
        if (count == decimals) out[used++] = '.';
        out[used++] = reversed[--count];
    }
    out[used] = '\0';
}

void stratc_double_format(double value, char out[STRATC_NUMBER_TEXT]) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, STRATC_NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(out, NULL) == value) return;
    }
}
