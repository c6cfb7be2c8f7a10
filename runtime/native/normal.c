/* Near the middle the series of the integral, in the tails its continued fraction. */
#include "normal.h"

#include "power.h"

static const double ROOT_2_PI = 2.5066282746310005; /* sqrt(2 pi) */
static const double TAIL = 3.0;                     /* from here on the fraction converges faster than the series */

static double density(double x) { return stratc_exp(-x * x / 2) / ROOT_2_PI; }

/* P(0 < Z < x) = density(x) * (x + x^3/3 + x^5/(3*5) + ...), 0 <= x < TAIL: no term is negative, nothing cancels. */
static double middle(double x) {
    double term = x, sum = x;
    for (int i = 3; term > sum * 1e-18; i += 2) {
        term *= x * x / i;
        sum += term;
    }
    return density(x) * sum;
}

/* P(Z > x) = density(x) / (x + 1/(x + 2/(x + 3/(x + ...)))), x >= TAIL. */
static double upper(double x) {
    enum { DEPTH = 120 }; /* at TAIL more levels change no bit */
    double fraction = x;
    for (int i = DEPTH; i >= 1; i--) fraction = x + i / fraction;
    return density(x) / fraction;
}

double stratc_normal_cdf(double x) {
    if (x >= TAIL) return 1 - upper(x);
    if (x <= -TAIL) return upper(-x);
    return x < 0 ? 0.5 - middle(-x) : 0.5 + middle(x);
}

double stratc_normal_upper_quantile(double tail) {
    double low = -40, high = 40; /* tails there are 0 and 1 in a double */
    for (int step = 0; step < 100; step++) {
        double z = low + (high - low) / 2;
        if (stratc_normal_cdf(-z) > tail) low = z;
        else high = z;
    }
    return low;
}
