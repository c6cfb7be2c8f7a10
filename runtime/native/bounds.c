/* Pre-trade bounds: what a risk-adding command could lead to at worst, against the limits. */
#include "emit.h"
#include "orders.h"
#include "rounding.h"

enum verdict { PASS = 0, REJECT = 1, CLAMP = 2 };

static const int64_t BROKEN = INT64_MAX; /* without a price nothing is within a limit */

static bool applies(const stratc_view *view, const stratc_bound *bound, const stratc_candidate *candidate) {
    if (bound->instrument >= 0 && (uint32_t)bound->instrument != stratc_instrument_of(view, candidate->template_id)) {
        return false;
    }
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

static stratc_wide floor_div(stratc_wide a, stratc_wide b) { return a / b - (a % b < 0); }

static int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }

static uint32_t own(const stratc_view *view, const stratc_candidate *candidate) { return stratc_instrument_of(view, candidate->template_id); }

static int64_t reference_price(const stratc_view *view, const stratc_candidate *candidate) {
    return greater(stratc_holding_of(view, candidate->template_id)->mark, greater(candidate->terms.px, candidate->terms.trigger));
}

static uint8_t other(uint8_t side) { return side == STRATC_SIDE_BUY ? STRATC_SIDE_SELL : STRATC_SIDE_BUY; }

/* The position toward a side with all its open orders filled. */
static int64_t filled_position(const stratc_view *view, uint8_t side, uint32_t instrument) {
    return stratc_toward(side, view->holdings[instrument].position) + stratc_open_leaves(view, side, instrument);
}

static bool is_gross(const stratc_bound *bound) {
    return bound->measure == STRATC_MEASURE_GROSS || bound->measure == STRATC_MEASURE_LEVERAGE;
}

/* Lots of the candidate's instrument if the candidate has so many; signed where other instruments may balance them. */
static int64_t measured_lots(const stratc_view *view, const stratc_bound *bound, const stratc_candidate *candidate, int64_t lots) {
    if (bound->measure == STRATC_MEASURE_NOTIONAL) {
        return lots;
    }
    int64_t held = filled_position(view, candidate->side, own(view, candidate)) + lots;
    if (is_gross(bound)) {
        return greater(stratc_absolute(held), stratc_absolute(filled_position(view, other(candidate->side), own(view, candidate))));
    }
    return bound->measure == STRATC_MEASURE_NET ? held : stratc_absolute(held);
}

/* Of a measure of the account, the part of the other instruments, at their marks. False: one that counts has no price yet, or is beyond
 * all measure. */
static bool rest(const stratc_view *view, const stratc_bound *bound, const stratc_candidate *candidate, stratc_wide *sum) {
    *sum = 0;
    if (bound->instrument >= 0 || !(is_gross(bound) || bound->measure == STRATC_MEASURE_NET)) {
        return true;
    }
    for (uint32_t i = 0; i < view->plan->instrument_count; i++) {
        int64_t lots = i == own(view, candidate) ? 0 : filled_position(view, candidate->side, i);
        if (i != own(view, candidate) && is_gross(bound)) {
            lots = greater(stratc_absolute(lots), stratc_absolute(filled_position(view, other(candidate->side), i)));
        }
        if (lots != 0 && view->holdings[i].mark == 0) {
            return false;
        }
        stratc_wide part = stratc_notional(&view->plan->instruments[i], lots, view->holdings[i].mark);
        if (part > BROKEN || part < -BROKEN) {
            return false;
        }
        *sum += part;
    }
    return true;
}

/* Money that the account would have at stake. */
static stratc_wide worth(const stratc_view *view, const stratc_bound *bound, const stratc_candidate *candidate, int64_t lots) {
    stratc_wide others, total;
    int64_t price = reference_price(view, candidate);
    if (price == 0 || !rest(view, bound, candidate, &others)) {
        return BROKEN;
    }
    total = stratc_notional(&view->plan->instruments[own(view, candidate)], measured_lots(view, bound, candidate, lots), price);
    if (total > BROKEN || total < -BROKEN) {
        return BROKEN;
    }
    total += others;
    return total < 0 ? -total : total;
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
    int64_t mark = stratc_holding_of(view, candidate->template_id)->mark;
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
        return worth(view, bound, candidate, lots);
    }
}

static int64_t limit_of(const stratc_view *view, uint32_t index, const stratc_candidate *candidate) {
    const stratc_bound *bound = &view->plan->bounds[index];
    const stratc_limit *limit = &view->limits[index];
    if (bound->measure == STRATC_MEASURE_LEVERAGE) {
        return stratc_share_of(limit->share, view->core->account.equity);
    }
    return bound->relative ? stratc_share_of(limit->share, stratc_holding_of(view, candidate->template_id)->mark) : limit->steps;
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
        stratc_wide others;
        int64_t price = reference_price(view, candidate);
        if (price == 0 || !rest(view, bound, candidate, &others)) {
            return 0;
        }
        fits = floor_div(fits - others, stratc_notional(&view->plan->instruments[own(view, candidate)], 1, price));
    }
    if (bound->measure != STRATC_MEASURE_NOTIONAL) {
        fits -= filled_position(view, candidate->side, own(view, candidate));
    }
    if (fits < 1 || fits > lots || !stratc_enough(view, candidate->template_id, &candidate->terms, (int64_t)fits)) {
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
        if (!applies(view, bound, candidate)) {
            continue;
        }
        int64_t limit = limit_of(view, i, candidate);
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
