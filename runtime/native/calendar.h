/* Session time of an instrument: its sessions are [open, close) in ns, ascending; with none it is always open.
 * One or more of them are a trading day. After the last one the market stays closed. */
#ifndef STRATC_CALENDAR_H
#define STRATC_CALENDAR_H

#include "kernel.h"

bool stratc_in_session(const stratc_instrument *instrument, int64_t now);

/* Session time in [since, now). */
int64_t stratc_session_time(const stratc_instrument *instrument, int64_t since, int64_t now);

/* The first time at which `span` has elapsed; STRATC_NEVER where the sessions end before. */
int64_t stratc_session_deadline(const stratc_instrument *instrument, int64_t since, int64_t span);

/* The next open or close after now. */
int64_t stratc_next_boundary(const stratc_instrument *instrument, int64_t now);

/* Until when a DAY order lives: the close of this trading day, else of the next, else the end of the UTC day. */
int64_t stratc_day_end(const stratc_instrument *instrument, int64_t now);

/* The last instant of the trading day: those end with the day of UTC or, with sessions, when the next one opens. */
int64_t stratc_last_of_day(const stratc_instrument *instrument, int64_t now);

#endif
