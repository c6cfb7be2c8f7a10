/* Matching of our own orders against the line of a bar. */
#include "matching.h"

#include <string.h>

static const int64_t PARTS = 100000000;
static const int64_t NO_CAP = INT64_MAX;

void stratc_matching_open(stratc_matching *venue, const stratc_market *market) {
    memset(venue, 0, offsetof(stratc_matching, orders));
    venue->market = *market;
    venue->volume = -1;
}

void stratc_matching_copy(stratc_matching *to, const stratc_matching *from) {
    memcpy(to, from, offsetof(stratc_matching, orders) + from->count * sizeof from->orders[0]);
}

static int64_t room_of(const stratc_matching *venue, int64_t volume) {
    if (venue->market.participation < 0 || volume < 0) return NO_CAP;
    return (int64_t)((stratc_exact)volume * venue->market.participation / PARTS);
}

void stratc_matching_bar(stratc_matching *venue, const stratc_bar_line *line, int64_t volume) {
    venue->line = *line;
    venue->volume = volume;
    venue->room[0] = venue->room[1] = room_of(venue, volume);
    if (venue->count > 0 && volume == 0 && venue->room[0] == 0) venue->counts.silent_bars++;
    for (uint32_t i = 0; i < venue->count; i++) {
        venue->orders[i].capped = false;
        venue->orders[i].taken_at = 0;
        if (venue->orders[i].kind == STRATC_KIND_STOP && venue->orders[i].triggered) venue->orders[i].fresh = false;
    }
}

bool stratc_matching_place(stratc_matching *venue, const stratc_resting *order) {
    if (venue->count == STRATC_MATCHING_ORDERS) return false;
    stratc_resting *placed = &venue->orders[venue->count++];
    *placed = *order;
    placed->rank = ++venue->arrivals;
    placed->fresh = true;
    return true;
}

static void remove_at(stratc_matching *venue, uint32_t index) {
    venue->count--;
    memmove(&venue->orders[index], &venue->orders[index + 1], (venue->count - index) * sizeof venue->orders[0]);
}

stratc_resting *stratc_matching_find(stratc_matching *venue, uint64_t id) {
    for (uint32_t i = 0; i < venue->count; i++)
        if (venue->orders[i].id == id) return &venue->orders[i];
    return NULL;
}

bool stratc_matching_cancel(stratc_matching *venue, uint64_t id) {
    stratc_resting *order = stratc_matching_find(venue, id);
    if (!order) return false;
    remove_at(venue, (uint32_t)(order - venue->orders));
    return true;
}

void stratc_matching_replace(stratc_matching *venue, stratc_resting *order, int64_t leaves, int64_t px, int64_t trigger, int64_t time) {
    bool anew = leaves > order->leaves || px != order->px || trigger != order->trigger;
    order->leaves = leaves;
    if (!anew) return;
    stratc_resting changed = *order;
    changed.px = px;
    changed.trigger = trigger;
    changed.joined = time;
    changed.taken_at = 0;
    remove_at(venue, (uint32_t)(order - venue->orders));
    stratc_matching_place(venue, &changed);
}

/* ---- what an order is at this moment */

static bool is_buy(const stratc_resting *order) { return order->side == STRATC_SIDE_BUY; }

static bool waits_for_trigger(const stratc_resting *order) {
    return (order->kind == STRATC_KIND_STOP || order->kind == STRATC_KIND_STOP_LIMIT) && !order->triggered;
}

static bool has_limit(const stratc_resting *order) {
    return order->kind == STRATC_KIND_LIMIT || order->kind == STRATC_KIND_STOP_LIMIT;
}

static bool at_once(const stratc_resting *order) { return order->tif == STRATC_TIF_IOC || order->tif == STRATC_TIF_FOK; }

/* Lots by which a reduce-only order may still reduce. */
static int64_t reducible(const stratc_matching *venue, const stratc_resting *order) {
    int64_t held = is_buy(order) ? -venue->position : venue->position;
    return held > 0 ? held : 0;
}

/* ---- prices */

/* Towards the other side of the market, against the order. */
static int64_t worse(const stratc_resting *order, int64_t px, int64_t by) { return is_buy(order) ? px + by : px - by; }

static int64_t share(int64_t px, int64_t parts) {
    stratc_exact amount = (stratc_exact)px * parts;
    return (int64_t)((amount + PARTS - 1) / PARTS);
}

static int64_t slip_of(const stratc_matching *venue, int64_t px, int64_t qty) {
    const stratc_market *market = &venue->market;
    switch (market->slippage) {
        case STRATC_SLIPPAGE_TICKS: return market->slip;
        case STRATC_SLIPPAGE_SHARE: return share(px, market->slip);
        case STRATC_SLIPPAGE_VOLUME: {
            if (venue->volume <= 0) return share(px, market->slip); /* as if it were the whole bar */
            stratc_exact parts = ((stratc_exact)market->slip * qty + venue->volume - 1) / venue->volume;
            return share(px, parts > PARTS ? PARTS : (int64_t)parts);
        }
        default: return 0;
    }
}

/* The price at which the order could take liquidity at `time`, before slippage. */
static int64_t quote(const stratc_matching *venue, const stratc_resting *order, int64_t time) {
    int64_t px = order->taken_at;
    if (px == 0) px = stratc_line_price_round(stratc_bar_line_at(&venue->line, time), is_buy(order));
    return worse(order, px, venue->market.half_spread);
}

static int64_t taking_price(const stratc_matching *venue, const stratc_resting *order, int64_t time, int64_t qty) {
    int64_t px = quote(venue, order, time);
    px = worse(order, px, slip_of(venue, px, qty));
    if (has_limit(order) && (is_buy(order) ? px > order->px : px < order->px)) px = order->px;
    return px < 1 ? 1 : px;
}

static bool marketable(const stratc_matching *venue, const stratc_resting *order, int64_t time) {
    int64_t px = quote(venue, order, time);
    return is_buy(order) ? px <= order->px : px >= order->px;
}

/* ---- the next thing that happens to one order */

enum step { NOTHING, EXPIRE, WITHDRAW, REFUSE, TRIGGER, TAKE, REST_FILL, MEET };

typedef struct {
    enum step step;
    int64_t time;
} coming;

/* From when on it meets the line of this bar; false: not in it. */
static bool on_line(const stratc_matching *venue, const stratc_resting *order, int64_t *time) {
    *time = order->joined > venue->line.time[0] ? order->joined : venue->line.time[0];
    return order->joined < venue->line.time[3] || (venue->market.at_close && order->joined == venue->line.time[3]);
}

static coming trigger_of(const stratc_matching *venue, const stratc_resting *order, int64_t from) {
    coming next = {NOTHING, 0};
    if (stratc_bar_line_reach(&venue->line, from, order->trigger, is_buy(order), &next.time)) next.step = TRIGGER;
    return next;
}

static coming taking(const stratc_matching *venue, const stratc_resting *order, int64_t from) {
    bool fits = venue->room[order->side] > 0 && (order->tif != STRATC_TIF_FOK || venue->room[order->side] >= order->leaves);
    if (fits) return (coming){TAKE, from};
    return (coming){at_once(order) ? WITHDRAW : NOTHING, from};
}

/* The first meeting of a limit and the line. */
static coming meeting(const stratc_matching *venue, const stratc_resting *order, int64_t from) {
    if (!marketable(venue, order, from)) return (coming){at_once(order) ? WITHDRAW : MEET, from};
    if (order->post_only) return (coming){REFUSE, from};
    coming next = taking(venue, order, from);
    return next.step == NOTHING ? (coming){MEET, from} : next;
}

static coming resting_fill(const stratc_matching *venue, const stratc_resting *order, int64_t from) {
    coming next = {NOTHING, 0};
    int64_t passed = is_buy(order) ? order->px - venue->market.through : order->px + venue->market.through;
    if (venue->room[order->side] > 0 && stratc_bar_line_reach(&venue->line, from, passed, !is_buy(order), &next.time))
        next.step = REST_FILL;
    return next;
}

static coming on_the_line(const stratc_matching *venue, const stratc_resting *order) {
    int64_t from;
    if (order->dead) return (coming){WITHDRAW, order->joined};
    if (!on_line(venue, order, &from)) return (coming){NOTHING, 0};
    if (waits_for_trigger(order)) return trigger_of(venue, order, from);
    if (!has_limit(order)) return taking(venue, order, from);
    return order->fresh ? meeting(venue, order, from) : resting_fill(venue, order, from);
}

static coming next_of(const stratc_matching *venue, const stratc_resting *order) {
    coming next = on_the_line(venue, order);
    bool fills = next.step == TAKE || next.step == REST_FILL;
    if (fills && order->reduce_only && reducible(venue, order) == 0) next.step = WITHDRAW;
    if (order->expires != 0 && (next.step == NOTHING || order->expires <= next.time)) next = (coming){EXPIRE, order->expires};
    return next;
}

/* Ties: by step, then the better price, then arrival (the order of the table). */
static bool sooner(const stratc_resting *a, coming first, const stratc_resting *b, coming second) {
    if (first.time != second.time) return first.time < second.time;
    if (first.step != second.step) return first.step < second.step;
    bool comparable = first.step == REST_FILL && a->side == b->side;
    return comparable && (is_buy(a) ? a->px > b->px : a->px < b->px);
}

/* ---- carrying it out */

static void count_fill(stratc_matching *venue, const stratc_resting *order, const stratc_match *match, bool gap) {
    if (gap) venue->counts.gap_fills++;
    if (match->maker && venue->market.through == 0) {
        int64_t beyond = is_buy(order) ? order->px - 1 : order->px + 1, time;
        if (!stratc_bar_line_reach(&venue->line, match->time, beyond, !is_buy(order), &time)) venue->counts.touch_fills++;
    }
    if (!match->maker && order->kind == STRATC_KIND_LIMIT) venue->counts.marketable++;
}

static int64_t quantity(stratc_matching *venue, stratc_resting *order) {
    int64_t qty = order->leaves;
    if (order->reduce_only && qty > reducible(venue, order)) {
        qty = reducible(venue, order);
        order->dead = true;
        venue->counts.trimmed++;
    }
    if (qty > venue->room[order->side]) {
        qty = venue->room[order->side];
        order->dead = false;
        venue->counts.capped += !order->capped;
        order->capped = true;
    }
    return qty;
}

static enum stratc_fill_how how_taken(const stratc_matching *venue, const stratc_resting *order, int64_t time) {
    if (order->kind == STRATC_KIND_STOP && order->fresh) return order->taken_at != 0 ? STRATC_FILL_TRIGGER : STRATC_FILL_GAP;
    return time == venue->line.time[0] ? STRATC_FILL_OPEN : STRATC_FILL_LINE;
}

/* A resting limit that the bar's open is already beyond gets the open. */
static int64_t resting_price(const stratc_matching *venue, const stratc_resting *order, int64_t time, bool *gap) {
    int64_t open = venue->line.px[0];
    *gap = time == venue->line.time[0] && order->joined < time && (is_buy(order) ? open < order->px : open > order->px);
    return *gap ? open : order->px;
}

static void fill(stratc_matching *venue, uint32_t index, coming next, stratc_match *match) {
    stratc_resting *order = &venue->orders[index];
    bool gap = false;
    match->kind = STRATC_MATCH_FILL;
    match->maker = next.step == REST_FILL;
    match->qty = quantity(venue, order);
    if (match->maker) {
        match->px = resting_price(venue, order, next.time, &gap);
        match->how = gap ? STRATC_FILL_GAP : STRATC_FILL_LIMIT;
    } else {
        match->px = taking_price(venue, order, next.time, match->qty);
        match->how = how_taken(venue, order, next.time);
        gap = match->how == STRATC_FILL_GAP;
    }
    count_fill(venue, order, match, gap);
    order->leaves -= match->qty;
    order->cum += match->qty;
    match->exec_seq = ++order->fills;
    match->cum = order->cum;
    order->fresh = false;
    if (venue->room[order->side] != NO_CAP) venue->room[order->side] -= match->qty;
    venue->position += is_buy(order) ? match->qty : -match->qty;
    if (order->leaves == 0) {
        remove_at(venue, index);
        return;
    }
    if (at_once(order)) order->dead = true;
    if (order->dead) order->joined = next.time;
}

static void trigger(stratc_matching *venue, stratc_resting *order, int64_t time) {
    int64_t from;
    (void)on_line(venue, order, &from);
    int side = stratc_line_price_compare(stratc_bar_line_at(&venue->line, from), order->trigger);
    bool crossed = time > from || side == 0;
    order->triggered = true;
    order->joined = time;
    order->fresh = true;
    order->taken_at = crossed ? order->trigger : 0;
}

static void carry_out(stratc_matching *venue, uint32_t index, coming next, stratc_match *match) {
    stratc_resting *order = &venue->orders[index];
    *match = (stratc_match){.id = order->id, .time = next.time, .side = order->side, .tag = order->tag, .cum = order->cum};
    switch (next.step) {
        case TRIGGER:
            match->kind = STRATC_MATCH_TRIGGERED;
            trigger(venue, order, next.time);
            return;
        case TAKE:
        case REST_FILL: fill(venue, index, next, match); return;
        case EXPIRE: match->kind = STRATC_MATCH_EXPIRED; break;
        case REFUSE: match->kind = STRATC_MATCH_REJECTED; break;
        default: match->kind = STRATC_MATCH_CANCELLED; break;
    }
    remove_at(venue, index);
}

int64_t stratc_matching_due(const stratc_matching *venue) {
    int64_t due = INT64_MAX;
    for (uint32_t i = 0; i < venue->count; i++) {
        coming next = next_of(venue, &venue->orders[i]);
        if (next.step != NOTHING && next.time < due) due = next.time;
    }
    return due;
}

bool stratc_matching_next(stratc_matching *venue, int64_t until, stratc_match *match) {
    for (;;) {
        uint32_t best = venue->count;
        coming soonest = {NOTHING, 0};
        for (uint32_t i = 0; i < venue->count; i++) {
            coming next = next_of(venue, &venue->orders[i]);
            if (next.step == NOTHING || next.time > until) continue;
            if (best < venue->count && !sooner(&venue->orders[i], next, &venue->orders[best], soonest)) continue;
            best = i;
            soonest = next;
        }
        if (best == venue->count) return false;
        if (soonest.step != MEET) {
            carry_out(venue, best, soonest, match);
            return true;
        }
        venue->orders[best].fresh = false; /* from here on it rests */
        venue->orders[best].joined = soonest.time;
    }
}

bool stratc_matching_idle(const stratc_matching *venue, int64_t low, int64_t high, int64_t until) {
    for (uint32_t i = 0; i < venue->count; i++) {
        const stratc_resting *order = &venue->orders[i];
        if (order->fresh || order->dead || (order->expires != 0 && order->expires <= until)) {
            if (!waits_for_trigger(order) || order->dead || order->expires != 0) return false;
        }
        if (waits_for_trigger(order)) {
            if (is_buy(order) ? high >= order->trigger : low <= order->trigger) return false;
        } else if (!has_limit(order) || (is_buy(order) ? low <= order->px : high >= order->px)) {
            return false;
        }
    }
    return true;
}

/* ---- what only touched */

void stratc_matching_end(stratc_matching *venue) {
    int64_t time, from;
    for (uint32_t i = 0; venue->market.through > 0 && i < venue->count; i++) {
        const stratc_resting *order = &venue->orders[i];
        if (!has_limit(order) || waits_for_trigger(order) || order->fresh || order->dead || !on_line(venue, order, &from)) continue;
        int64_t passed = is_buy(order) ? order->px - venue->market.through : order->px + venue->market.through;
        if (stratc_bar_line_reach(&venue->line, from, order->px, !is_buy(order), &time) &&
            !stratc_bar_line_reach(&venue->line, from, passed, !is_buy(order), &time))
            venue->counts.touched++;
    }
}

void stratc_match_counts_add(stratc_match_counts *sum, const stratc_match_counts *more) {
    sum->touched += more->touched;
    sum->touch_fills += more->touch_fills;
    sum->gap_fills += more->gap_fills;
    sum->capped += more->capped;
    sum->silent_bars += more->silent_bars;
    sum->trimmed += more->trimmed;
    sum->marketable += more->marketable;
}

const char *stratc_fill_how_name(enum stratc_fill_how how) {
    static const char *const NAMES[] = {"open", "line", "trigger", "gap", "limit"};
    return NAMES[how];
}
