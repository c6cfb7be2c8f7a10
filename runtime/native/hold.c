/* One purchase, in exact integers. */
#include "hold.h"

__extension__ typedef __int128 wide;

stratc_hold stratc_hold_buy(int64_t money_per_unit, int64_t fee_rate, int64_t capital, int64_t open_px) {
    const wide PARTS = 100000000; /* fees are parts per 10^8 */
    wide lot = (wide)open_px * money_per_unit, rate = fee_rate;
    stratc_hold none = {.px = open_px, .cash = capital};
    if (lot <= 0 || rate <= -PARTS) return none;
    /* qty * lot * (1 + rate) <= capital, and so with the fee rounded up: the left side is then an integer below it. */
    wide qty = (wide)capital * PARTS / (PARTS + rate) / lot;
    wide cost = qty * lot * rate, fee = cost / PARTS + (cost % PARTS > 0);
    if (qty < 1) return none;
    return (stratc_hold){.qty = (int64_t)qty,
                         .px = open_px,
                         .fee = (int64_t)fee,
                         .cash = (int64_t)(capital - qty * lot - fee),
                         .unit = (int64_t)(qty * money_per_unit)};
}
