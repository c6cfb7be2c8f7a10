/* How numbers of the language become whole steps at the edge of the order kernel. */
#ifndef STRATC_ROUNDING_H
#define STRATC_ROUNDING_H

#include "base.h"

#define STRATC_LARGEST_LIMIT (INT64_MAX / 2)

/* Rounds x / step to whole steps, a multiple of `multiple`: snaps when within 1e-6 of a whole number, else direction -1 down,
 * +1 up, 0 toward zero. Returns false when the result is not finite or beyond +-limit. */
bool stratc_round_steps(double x, stratc_scale step, int64_t multiple, int direction, int64_t limit, int64_t *steps);

/* A share of an integer, rounded down; of a share that is not positive, or NaN, nothing. */
int64_t stratc_share_of(double share, int64_t whole);

#endif
