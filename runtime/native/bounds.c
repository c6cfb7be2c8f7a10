/* Pre-trade bounds: what a risk-adding command could lead to at worst, against the limits. */
#include "emit.h"
#include "orders.h"
#include "rounding.h"

enum verdict { PASS = 0, REJECT = 1, CLAMP = 2 };

static const int64_t BROKEN = INT64_MAX; /* without a price nothing is within a limit */

static bool applies(const stratc_bound *bound, const stratc_candidate *candidate) {
    if (bound->measure == STRATC_MEASURE_COLLAR) {
        return candidate->terms.px != 0;
    }
    if (bound->measure == STRATC_MEASURE_OPEN_ORDERS && !candidate->is_new) {
        return false;
    }
    return !candidate->reduce_only;
}

/* ---- what is measured */

static stratc_wide distance(int64_t a, int64_t b) { return a > b ? (stratc_wide)a - b : (stratc_wide)b - a; }

static int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t reference_price(const stratc_view *view, const stratc_candidate *candidate) {
    return greater(view->core->account.mark, greater(candidate->terms.px, candidate->terms.trigger));
}

/* The position toward a side with all its open orders filled. */
static int64_t filled_position(const stratc_view *view, uint8_t side) {
    return stratc_toward(side, view->core->account.position) + stratc_open_leaves(view, side);
}

/* Lots that the measure looks at if the candidate has so many. */
static int64_t measured_lots(const stratc_view *view, const stratc_bound *bound, const stratc_candidate *candidate, int64_t lots) {
    if (bound->measure == STRATC_MEASURE_NOTIONAL) {
        return lots;
    }
    int64_t own = stratc_absolute(filled_position(view, candidate->side) + lots);
    if (bound->measure == STRATC_MEASURE_GROSS || bound->measure == STRATC_MEASURE_LEVERAGE) {
        uint8_t other = candidate->side == STRATC_SIDE_BUY ? STRATC_SIDE_SELL : STRATC_SIDE_BUY;
        return greater(own, stratc_absolute(filled_position(view, other)));
    }
    return own;
}

/* Commands sent in (now - window, now], counted up to `most`. */
static int64_t sent_within(const stratc_view *view, int64_t window, int64_t most) {
    int64_t found = 0, at = view->sends->head;
    while (found < most && found < view->sends->count) {
        at = at == 0 ? view->plan->rate_capacity - 1 : at - 1;
        if (view->sent_at[at] <= view->core->now - window) {
            break;
        }
        found++;
    }
    return found;
}

static stratc_wide worst_case(const stratc_view *view, const stratc_bound *bound, const stratc_candidate *candidate, int64_t lots,
                              int64_t limit) {
    int64_t mark = view->core->account.mark, price = reference_price(view, candidate);
    switch (bound->measure) {
    case STRATC_MEASURE_POSITION:
        return measured_lots(view, bound, candidate, lots);
    case STRATC_MEASURE_COLLAR:
        return mark != 0 ? distance(candidate->terms.px, mark) : BROKEN;
    case STRATC_MEASURE_OPEN_ORDERS:
        return stratc_count_open(view->slots, view->plan->templates, view->plan->slot_count) + 1;
    case STRATC_MEASURE_ORDER_RATE:
        return sent_within(view, bound->window, limit) + 1;
    default:
        return price != 0 ? stratc_notional(view->plan->instrument, measured_lots(view, bound, candidate, lots), price) : BROKEN;
    }
}

static int64_t limit_of(const stratc_view *view, uint32_t index) {
    const stratc_bound *bound = &view->plan->bounds[index];
    const stratc_limit *limit = &view->limits[index];
    if (bound->measure == STRATC_MEASURE_LEVERAGE) {
        return stratc_share_of(limit->share, view->core->account.equity);
    }
    return bound->relative ? stratc_share_of(limit->share, view->core->account.mark) : limit->steps;
}

/* ---- clamp */

/* The largest quantity that keeps the limit; 0 where the rule rejects or there is none. */
static int64_t clamped(const stratc_view *view, const stratc_bound *bound, const stratc_candidate *candidate, int64_t lots,
                       int64_t limit) {
    stratc_wide fits = limit;
    if (!bound->clamp || !candidate->is_new) {
        return 0;
    }
    if (bound->measure != STRATC_MEASURE_POSITION) {
        int64_t price = reference_price(view, candidate);
        if (price == 0) {
            return 0;
        }
        fits /= stratc_notional(view->plan->instrument, 1, price);
    }
    if (bound->measure != STRATC_MEASURE_NOTIONAL) {
        fits -= filled_position(view, candidate->side);
    }
    if (fits < 1 || fits > lots || !stratc_enough(view, &candidate->terms, (int64_t)fits)) {
        return 0;
    }
    return worst_case(view, bound, candidate, (int64_t)fits, limit) <= limit ? (int64_t)fits : 0;
}

static void log_verdict(const stratc_view *view, uint32_t index, const stratc_candidate *candidate, enum verdict verdict,
                        stratc_wide worst, int64_t limit, int64_t lots) {
    stratc_record *made = stratc_new_record(view->core, view->output, STRATC_RISK, (uint16_t)index, candidate->line, verdict);
    if (made != NULL) {
        made->payload[0].i = worst < INT64_MAX ? (int64_t)worst : INT64_MAX;
        made->payload[1].i = limit;
        made->payload[2].i = candidate->template_id;
        made->payload[3].i = lots;
    }
}

bool stratc_within_bounds(const stratc_view *view, const stratc_candidate *candidate, int64_t *lots) {
    *lots = candidate->terms.qty;
    for (uint32_t i = 0; i < view->plan->bound_count; i++) {
        const stratc_bound *bound = &view->plan->bounds[i];
        if (!applies(bound, candidate)) {
            continue;
        }
        int64_t limit = limit_of(view, i);
        stratc_wide worst = worst_case(view, bound, candidate, *lots, limit);
        bool passes = worst <= limit;
        int64_t fits = passes ? *lots : clamped(view, bound, candidate, *lots, limit);
        log_verdict(view, i, candidate, passes ? PASS : fits > 0 ? CLAMP : REJECT, worst, limit, fits);
        if (!passes && fits == 0) {
            return false;
        }
        *lots = fits;
    }
    return true;
}
