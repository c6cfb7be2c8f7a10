/* The one pointwise operator that is too long to stand in a header. */
#include "arithmetic.h"

enum { FRACTION_BITS = 52, STEP_BITS = 11 }; /* a 53-bit remainder shifted by 11 bits still fits 64 */

typedef struct {
    uint64_t mantissa;
    int exponent; /* value = mantissa * 2^exponent */
} parts;

static parts taken_apart(double positive) {
    uint64_t bits = stratc_bits(positive);
    uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
    int field = (int)(bits >> FRACTION_BITS);
    return field == 0 ? (parts){fraction, 1} : (parts){fraction | UINT64_C(1) << FRACTION_BITS, field};
}

/* remainder < 2^53, exponent >= 1: exact. */
static double put_together(uint64_t remainder, int exponent) {
    if (remainder == 0) return 0.0;
    while (remainder < UINT64_C(1) << FRACTION_BITS && exponent > 1) {
        remainder <<= 1;
        exponent--;
    }
    uint64_t field = remainder < UINT64_C(1) << FRACTION_BITS ? 0 : (uint64_t)exponent;
    uint64_t bits = field << FRACTION_BITS | (remainder & ((UINT64_C(1) << FRACTION_BITS) - 1));
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double stratc_fmod(double a, double b) {
    if (!stratc_finite(a) || b != b || b == 0.0) return (a * b) / (a * b);
    double dividend = stratc_abs(a), divisor = stratc_abs(b);
    if (dividend < divisor) return a;
    parts x = taken_apart(dividend), y = taken_apart(divisor);
    uint64_t remainder = x.mantissa % y.mantissa;
    for (int left = x.exponent - y.exponent; left > 0; left -= STEP_BITS) /* at most 187 steps */
        remainder = (remainder << (left < STEP_BITS ? left : STEP_BITS)) % y.mantissa;
    return __builtin_copysign(put_together(remainder, y.exponent), a);
}
