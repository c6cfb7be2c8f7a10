/* Instants (int64 ns since 1970-01-01 UTC) <-> text. Years 1677 .. 2262, no leap seconds. */
#ifndef STRATC_INSTANTS_TEXT_H
#define STRATC_INSTANTS_TEXT_H

#include "base.h"

#define STRATC_INSTANT_TEXT 32

#define STRATC_SECOND INT64_C(1000000000)
#define STRATC_DAY (INT64_C(86400) * STRATC_SECOND)

/* 2021-01-01, 2021-01-01T00:00[:00[.123456789]] (T or a space), then nothing or Z (UTC) or +HH:MM, +HHMM, +HH. */
bool stratc_instant_parse(const char *text, int64_t *ns);
bool stratc_instant_parse_range(const char *begin, const char *end, int64_t *ns);

/* 2021-01-01T00:00:00Z; a fraction is printed only as far as it is not zero. */
void stratc_instant_format(int64_t ns, char out[STRATC_INSTANT_TEXT]);

/* Nanoseconds in the unit (s, ms, us, ns) that an epoch number of this size is in, if it lies after March 1973. */
int64_t stratc_epoch_unit(int64_t value);

/* 3600000000000 -> 1h: the largest unit (d h min s ms us ns) that divides. */
void stratc_duration_format(int64_t ns, char out[STRATC_INSTANT_TEXT]);

#endif
