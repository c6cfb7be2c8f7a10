/* Mean, deviation, skewness and kurtosis of numbers that come one by one. */
#ifndef STRATC_MOMENTS_H
#define STRATC_MOMENTS_H

#include "base.h"

typedef struct {
    int64_t n;
    double mean, second, third, fourth; /* sums of powers of the deviations from the mean */
} stratc_moments;

void stratc_moments_add(stratc_moments *moments, double value);

/* sqrt(sum of squared deviations / (n - ddof)); 0 where n <= ddof. */
double stratc_moments_deviation(const stratc_moments *moments, int32_t ddof);

/* Of the population: m3 / m2^1.5 and m4 / m2^2 (3 for a normal one). Only where a value differs from another. */
double stratc_moments_skewness(const stratc_moments *moments);
double stratc_moments_kurtosis(const stratc_moments *moments);

#endif
