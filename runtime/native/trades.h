/* Fills, and the round trips they make: a trade runs from flat to flat in one instrument; a fill that turns the position ends one trade and
 * begins the next. All amounts are exact integers. */
#ifndef STRATC_TRADES_H
#define STRATC_TRADES_H

#include "kernel.h"
#include "matching.h"

__extension__ typedef __int128 stratc_wide; /* sums of lots * price units pass 64 bits */

typedef struct {
    int64_t time; /* ns UTC */
    uint64_t order_id;
    int64_t px, qty, fee; /* price units, lots (> 0), money units */
    int64_t taken;        /* of qty: whole lots that a fee in the base asset took out of the position */
    uint16_t template_id, instrument;
    bool buy;
    enum stratc_fill_how how;
} stratc_fill;

typedef struct {
    int64_t entry_time, exit_time;         /* exit_time: of the last fill that reduced it */
    int64_t entry_qty, exit_qty;           /* lots, without those that fees took; open while exit_qty < entry_qty */
    stratc_wide entry_value, exit_value;   /* sum of lots * price units */
    int64_t fees;                          /* money units */
    uint64_t entry_bar, exit_bar;          /* bars of the run that had closed by then */
    uint16_t entry_template, exit_template; /* of the first and of the last fill */
    uint16_t instrument;
    bool is_long;
} stratc_trade;

enum { STRATC_MOST_INSTRUMENTS = 8 };

typedef struct {
    stratc_fill *fills;
    size_t fill_count, fill_capacity;
    stratc_trade *trades;
    size_t trade_count, trade_capacity;
    size_t open[STRATC_MOST_INSTRUMENTS]; /* 1 + index of an instrument's open trade; 0: none */
} stratc_trades;

void stratc_trades_close(stratc_trades *trades);

/* Takes the next fill; `bars` = bars of the run that have closed. *closed: the trade that it ended, else NULL; until the next fill.
 * A fill that its own fee took whole begins no trade. */
bool stratc_trades_add(stratc_trades *trades, const stratc_fill *fill, uint64_t bars, const stratc_trade **closed, stratc_error *error);

bool stratc_trade_is_open(const stratc_trade *trade);

/* Profit before fees in money units; what is still open counts at `mark` price units. */
int64_t stratc_trade_pnl(const stratc_trade *trade, const stratc_instrument *instrument, int64_t mark);

/* Write fills.csv and trades.csv. `marks`: last closes in price units, by instrument; `bars`: of the whole run. */
bool stratc_fills_write(const stratc_trades *trades, const stratc_program *program, const char *path, stratc_error *error);
bool stratc_trades_write(const stratc_trades *trades, const stratc_program *program, const int64_t *marks, uint64_t bars,
                         const char *path, stratc_error *error);

/* value / qty in price units as decimal text: exact, or with 8 more decimals, rounded half away from zero. */
void stratc_average_format(stratc_wide value, int64_t qty, stratc_scale price, char out[64]);

#endif
