/* Rounding to whole steps: quantities, prices, limits. */
#include "rounding.h"

#include <math.h>

#include "view.h"

static int64_t absolute(int64_t x) { return x < 0 ? -x : x; }

bool stratc_round_steps(double x, stratc_scale step, int64_t multiple, int direction, int64_t limit, int64_t *steps) {
    double exact = x * STRATC_POWERS_OF_TEN[step.decimals] / ((double)step.numerator * (double)multiple);
    if (!isfinite(exact) || __builtin_fabs(exact) >= 9007199254740992.0) {
        return false;
    }
    int64_t down = (int64_t)exact; /* toward zero */
    if ((double)down > exact) {
        down--;
    }
    double above = exact - (double)down;
    int64_t whole = direction > 0 || (direction == 0 && exact < 0.0) ? down + (above > 0.0) : down;
    if (above <= 1e-6) {
        whole = down; /* on the grid but for the last bits */
    } else if (above >= 1.0 - 1e-6) {
        whole = down + 1;
    }
    if (absolute(whole) > limit / multiple) {
        return false;
    }
    *steps = whole * multiple;
    return true;
}

int64_t stratc_limit_steps(stratc_optional limit, stratc_scale step) {
    int64_t steps;
    if (!limit.ok || !(limit.value > 0.0)) {
        return 0;
    }
    return stratc_round_steps(limit.value, step, 1, -1, STRATC_LARGEST_LIMIT, &steps) ? steps : STRATC_LARGEST_LIMIT;
}

double stratc_limit_share(stratc_optional limit) { return limit.ok && limit.value > 0.0 ? limit.value : 0.0; }

int64_t stratc_share_of(double share, int64_t whole) {
    double product = (double)whole * share;
    if (!(share > 0.0)) {
        return 0;
    }
    if (product >= (double)STRATC_LARGEST_LIMIT) {
        return STRATC_LARGEST_LIMIT;
    }
    return product > 0.0 ? (int64_t)product : 0;
}
