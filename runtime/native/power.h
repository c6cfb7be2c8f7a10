/* x^y for x > 0 from + - * / alone: the same bits on every machine, and no libm. */
#ifndef STRATC_POWER_H
#define STRATC_POWER_H

/* Relative error below 1e-14 for |y ln x| < 100; +inf or 0 beyond the range of a double. */
double stratc_power(double x, double y);

#endif
