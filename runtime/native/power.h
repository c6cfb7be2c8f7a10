/* x^y, ln and exp from + - * / alone: the same bits on every machine, and no libm. */
#ifndef STRATC_POWER_H
#define STRATC_POWER_H

/* Relative error below 1e-14 for |y ln x| < 100; +inf or 0 beyond the range of a double. */
double stratc_power(double x, double y);

/* ln x for a positive, normal x; e^x. Absolute error of ln and relative error of exp below 1e-15 * (2 + |result of ln|). */
double stratc_log(double x);
double stratc_exp(double x);

#endif
