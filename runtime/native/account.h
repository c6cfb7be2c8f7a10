/* Position and money in whole lots and whole money units: average cost, nothing is rounded but fees. */
#ifndef STRATC_ACCOUNT_H
#define STRATC_ACCOUNT_H

#include "kernel.h"

__extension__ typedef __int128 stratc_wide;

static inline int64_t stratc_absolute(int64_t x) { return x < 0 ? -x : x; }

static inline int64_t stratc_toward(uint8_t side, int64_t lots) { return side == STRATC_SIDE_BUY ? lots : -lots; }

/* lots * price * money per unit; what no sum of two amounts of money could bring back into 64 bits may be less than it is. */
stratc_wide stratc_notional(const stratc_instrument *instrument, int64_t lots, int64_t price);

void stratc_fault(stratc_core *core, uint32_t code, uint32_t line);

/* An amount as money, or a MONEY fault when it leaves 62 bits: so sums of two amounts never leave 64. */
int64_t stratc_money(stratc_core *core, stratc_wide amount);

/* Equity at the marks. */
void stratc_revalue_exactly(stratc_core *core, const stratc_instrument *instruments, const stratc_holding *holdings, uint32_t count);

/* A fill of so many lots, signed. A fee in the base asset, in its smallest units, is paid by selling the lots that it takes at
 * the price of the fill. */
void stratc_trade(stratc_core *core, const stratc_instrument *instrument, stratc_holding *holding, int64_t lots, int64_t price, int64_t fee,
                  bool fee_in_base);

/* What the account has of all holdings. */
void stratc_sum_up(stratc_core *core, const stratc_holding *holdings, uint32_t count);

/* Counts the round trip that ended just now. */
void stratc_end_trip(stratc_account *account, stratc_holding *holding);

#endif
