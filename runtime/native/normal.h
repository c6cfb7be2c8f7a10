/* The standard normal distribution from + - * / and own exp: the same bits on every machine, and no libm. */
#ifndef STRATC_NORMAL_H
#define STRATC_NORMAL_H

/* P(Z <= x): absolute error below 1e-14, and below 1e-12 of the value itself for x > -37. */
double stratc_normal_cdf(double x);

/* The z with P(Z > z) = tail, for 1e-300 < tail < 1: error below 1e-12 * (1 + |z|). */
double stratc_normal_upper_quantile(double tail);

#endif
