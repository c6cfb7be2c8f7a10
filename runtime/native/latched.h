/* What generated code reads of the account and the order slots, in the units of the language: base units and quote currency.
 * Position, money and `flat` change only when a REPORT or a bar is latched; what a template filled changes with its next
 * submit too, so generated code copies that at the start of the instant.
 */
#ifndef STRATC_LATCHED_H
#define STRATC_LATCHED_H

#include "arithmetic.h"
#include "calendar.h"
#include "view.h"

static inline double stratc_lots_as_number(int64_t lots, const stratc_instrument *instrument) {
    return stratc_scaled(lots, instrument->lot);
}

static inline double stratc_money_as_number(int64_t money, const stratc_instrument *instrument) {
    return stratc_scaled(money, (stratc_scale){1, instrument->money_decimals});
}

/* capital + realised - fees - what was paid for the open positions */
static inline int64_t stratc_cash(const stratc_account *account) {
    return stratc_sub(stratc_sub(stratc_add(account->capital, account->realised), account->fees), account->cost);
}

/* Lots filled of the latest orders of a template. */
static inline int64_t stratc_filled_lots(const stratc_slot *slots, const stratc_template *of) {
    int64_t lots = 0;
    for (uint32_t i = of->first_slot; i < of->first_slot + of->max_open; i++) lots = stratc_add(lots, slots[i].cum);
    return lots;
}

static inline double stratc_cum(const stratc_slot *slots, const stratc_template *of, const stratc_instrument *instrument) {
    return stratc_lots_as_number(stratc_filled_lots(slots, of), instrument);
}

/* The average price of those fills: (sum of lots * price units / lots) * the price unit; not there before the first fill. */
static inline stratc_optional stratc_avg_px(const stratc_slot *slots, const stratc_template *of, const stratc_instrument *instrument) {
    int64_t lots = stratc_filled_lots(slots, of), value = 0;
    if (lots == 0) return (stratc_optional){0.0, 0};
    for (uint32_t i = of->first_slot; i < of->first_slot + of->max_open; i++) value = stratc_add(value, slots[i].value);
    return (stratc_optional){(double)value / (double)lots * stratc_scaled(1, instrument->price), 1};
}

/* What the position is worth at the mark; whatever was latched without a fault fits. */
static inline int64_t stratc_net(const stratc_instrument *instrument, const stratc_holding *holding) {
    return stratc_mul(stratc_mul(holding->position, holding->mark), instrument->money_per_unit);
}

/* The same of several instruments together; exposure: whatever their side, at most what a word holds. */
static inline int64_t stratc_net_of_all(const stratc_instrument *instruments, const stratc_holding *holdings, uint32_t count) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) sum = stratc_add(sum, stratc_net(&instruments[i], &holdings[i]));
    return sum;
}

static inline int64_t stratc_exposure(const stratc_instrument *instruments, const stratc_holding *holdings, uint32_t count) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t net = stratc_net(&instruments[i], &holdings[i]);
        if (__builtin_add_overflow(sum, net < 0 ? -net : net, &sum)) return INT64_MAX;
    }
    return sum;
}

/* ---- age of a feed: session time since its last bar at ticked_at, before the first one since CONTROL start */

static inline int64_t stratc_aged_since(const stratc_core *core, int64_t ticked_at) {
    return ticked_at != STRATC_NEVER ? ticked_at : core->started_at;
}

static inline int64_t stratc_age(const stratc_core *core, int64_t ticked_at, const stratc_instrument *instrument) {
    int64_t since = stratc_aged_since(core, ticked_at);
    return since == STRATC_NEVER ? 0 : stratc_session_time(instrument, since, core->now);
}

/* When the age reaches the limit, or 1 ns later if `after`; STRATC_NEVER where it has, or never will. */
static inline int64_t stratc_wake(const stratc_core *core, int64_t ticked_at, const stratc_instrument *instrument,
                                  stratc_optional_time limit, bool after) {
    int64_t since = stratc_aged_since(core, ticked_at);
    if (!limit.ok || since == STRATC_NEVER) return STRATC_NEVER;
    int64_t span = after && limit.value < INT64_MAX ? limit.value + 1 : limit.value;
    int64_t due = stratc_session_deadline(instrument, since, span);
    return due > core->now ? due : STRATC_NEVER;
}

/* ---- for logs and people */

/* Equal to the bit. A NaN is a NaN: which one an operation makes is up to the compiler and the machine. */
static inline bool stratc_same(double a, double b) { return stratc_bits(a) == stratc_bits(b) || (a != a && b != b); }

/* One NaN, whatever made it: files are the same to the byte. */
static inline double stratc_canonical(double a) { return a != a ? __builtin_nan("") : a; }

/* Keeps (value, ok) of a logged signal; true where it differs from what was kept. */
static inline bool stratc_changed(stratc_optional *kept, double value, bool ok) {
    bool changed = kept->ok != ok || !stratc_same(kept->value, value);
    *kept = (stratc_optional){value, ok};
    return changed;
}

#endif
