/* What generated code reads of the account and the order slots, in the units of the language: base units and quote currency.
 * Position, money and `flat` change only when a REPORT or a bar is latched; what a template filled changes with its next
 * submit too, so generated code copies that at the start of the instant.
 */
#ifndef STRATC_LATCHED_H
#define STRATC_LATCHED_H

#include "arithmetic.h"
#include "kernel.h"

static inline double stratc_lots_as_number(int64_t lots, const stratc_instrument *instrument) {
    return stratc_scaled(lots, instrument->lot);
}

static inline double stratc_money_as_number(int64_t money, const stratc_instrument *instrument) {
    return stratc_scaled(money, (stratc_scale){1, instrument->money_decimals});
}

/* capital + realised - fees - what was paid for the open position */
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

/* A position bound in base units as whole lots, rounded down; na, NaN and a negative limit let nothing pass. */
static inline int64_t stratc_bound_lots(stratc_optional limit, const stratc_instrument *instrument) {
    int64_t lots;
    if (!limit.ok || !(limit.value > 0.0)) return 0;
    return stratc_round_steps(limit.value, instrument->lot, 1, -1, INT64_MAX / 2, &lots) ? lots : INT64_MAX / 2;
}

/* Equal to the bit. A NaN is a NaN: which one an operation makes is up to the compiler and the machine. */
static inline bool stratc_same(double a, double b) { return stratc_bits(a) == stratc_bits(b) || (a != a && b != b); }

/* Keeps (value, ok) of a logged signal; true where it differs from what was kept. */
static inline bool stratc_changed(stratc_optional *kept, double value, bool ok) {
    bool changed = kept->ok != ok || !stratc_same(kept->value, value);
    *kept = (stratc_optional){value, ok};
    return changed;
}

#endif
