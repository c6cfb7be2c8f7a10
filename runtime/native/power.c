/* ln by the area-hyperbolic-tangent series, exp by Taylor's after taking out powers of two. */
#include "power.h"

#include <stdint.h>
#include <string.h>

static const double LN2_HIGH = 0x1.62e42fefa3800p-1; /* the leading bits, so that k * LN2_HIGH is exact */
static const double LN2_LOW = 0x1.ef35793c76730p-45;

/* x = m * 2^k with m in [sqrt(1/2), sqrt(2)); x is positive and normal. */
static double split(double x, int *k) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    *k = (int)(bits >> 52) - 1023;
    bits = (bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL;
    memcpy(&x, &bits, sizeof x);
    if (x > 1.4142135623730951) {
        x /= 2;
        *k += 1;
    }
    return x;
}

/* y * ln(x) as the sum of two doubles would be overkill here: the logarithm is taken in one. */
static double logarithm(double x) {
    int k;
    double m = split(x, &k), s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int i = 27; i >= 1; i -= 2) sum = sum * square + 1.0 / i;
    return k * LN2_HIGH + (2 * s * sum + k * LN2_LOW);
}

static double exponential(double x) {
    if (x > 709.0) return 1e308 * 10;
    if (x < -708.0) return 0;
    int k = (int)(x / (LN2_HIGH + LN2_LOW) + (x < 0 ? -0.5 : 0.5));
    double r = (x - k * LN2_HIGH) - k * LN2_LOW, sum = 1;
    for (int i = 20; i >= 1; i--) sum = 1 + r * sum / i;
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return sum * scale;
}

double stratc_power(double x, double y) { return x < 2.3e-308 ? 0 : exponential(y * logarithm(x)); }

double stratc_log(double x) { return logarithm(x); }

double stratc_exp(double x) { return exponential(x); }
