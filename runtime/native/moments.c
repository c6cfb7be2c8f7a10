/* Each value updates the central sums in place (Welford's way, carried on to the fourth power). */
#include "moments.h"

#include "arithmetic.h"

void stratc_moments_add(stratc_moments *moments, double value) {
    double before = (double)moments->n, n = before + 1;
    double delta = value - moments->mean, step = delta / n, spread = delta * step * before;
    moments->n++;
    moments->mean += step;
    moments->fourth += spread * step * step * (n * n - 3 * n + 3) + 6 * step * step * moments->second - 4 * step * moments->third;
    moments->third += spread * step * (n - 2) - 3 * step * moments->second;
    moments->second += spread;
}

double stratc_moments_deviation(const stratc_moments *moments, int32_t ddof) {
    if (moments->n <= ddof) return 0;
    return stratc_sqrt(moments->second / (double)(moments->n - ddof));
}

double stratc_moments_skewness(const stratc_moments *moments) {
    double variance = moments->second / (double)moments->n;
    return moments->third / (double)moments->n / (variance * stratc_sqrt(variance));
}

double stratc_moments_kurtosis(const stratc_moments *moments) {
    double variance = moments->second / (double)moments->n;
    return moments->fourth / (double)moments->n / (variance * variance);
}
