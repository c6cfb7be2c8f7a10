/* Buying with the whole capital at the first open and holding to the end: what the market alone would have given. */
#ifndef STRATC_HOLD_H
#define STRATC_HOLD_H

#include "base.h"

typedef struct {
    int64_t qty, px, fee; /* lots (0: the capital buys not even one), price units, money units */
    int64_t cash;         /* money units that no whole lot could be bought for */
    int64_t unit;         /* money units of the position per price unit: equity = cash + unit * close */
} stratc_hold;

/* The most lots whose price and fee the capital pays. money_per_unit: money units of one lot at one price unit; fee_rate:
 * parts per 10^8 of the notional, in the quote currency, rounded up. No limit of the instrument applies. */
stratc_hold stratc_hold_buy(int64_t money_per_unit, int64_t fee_rate, int64_t capital, int64_t open_px);

#endif
