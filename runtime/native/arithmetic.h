/* Pointwise operators of generated code: one definition of every case that C leaves open, and no call into libm.
 *
 * Integers wrap at 64 bits. min and max of equal values give the second. floor and ceil keep the sign of zero.
 */
#ifndef STRATC_ARITHMETIC_H
#define STRATC_ARITHMETIC_H

#include "base.h"

#include <string.h>

/* ---- INTEGER */
static inline int64_t stratc_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static inline int64_t stratc_sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static inline int64_t stratc_mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static inline int64_t stratc_neg(int64_t a) { return stratc_sub(0, a); }
static inline int64_t stratc_abs_int(int64_t a) { return a < 0 ? stratc_neg(a) : a; }
static inline int64_t stratc_min_int(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t stratc_max_int(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t stratc_clamp_int(int64_t a, int64_t low, int64_t high) { return a < low ? low : a > high ? high : a; }

/* Truncated remainder; 0 where the divisor is 0 (the caller says na) or -1 (the quotient may not fit). */
static inline int64_t stratc_mod_int(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }

/* now + delay, STRATC_NEVER where that passes 64 bits. */
static inline int64_t stratc_deadline(int64_t now, int64_t delay) {
    return delay > 0 && now > STRATC_NEVER - delay ? STRATC_NEVER : stratc_add(now, delay);
}

/* ---- NUMBER */
static inline double stratc_abs(double a) { return __builtin_fabs(a); }
static inline double stratc_min(double a, double b) { return a < b ? a : b; }
static inline double stratc_max(double a, double b) { return a > b ? a : b; }
static inline bool stratc_finite(double a) { return __builtin_isfinite(a); }

/* 0.0 where the operand is negative (the caller says na), so that no compiler calls libm for errno's sake. */
static inline double stratc_sqrt(double a) { return a < 0.0 ? 0.0 : __builtin_sqrt(a); }

/* From 2^52 on, and where it is not finite, a double is its own floor. */
static inline double stratc_floor(double a) {
    if (!(__builtin_fabs(a) < 4503599627370496.0)) return a;
    double whole = (double)(int64_t)a;
    return __builtin_copysign(whole > a ? whole - 1.0 : whole, a);
}

static inline double stratc_ceil(double a) { return -stratc_floor(-a); }

static inline uint64_t stratc_bits(double a) {
    uint64_t bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}

/* The exact remainder of a / b, with the sign of a: C's fmod without libm. NaN where C's is. */
double stratc_fmod(double a, double b);

#endif
