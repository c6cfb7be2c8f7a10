/* Statistics as JSON: each number as {value, interval, periods, ddof, rf, n}. The caller has written the key, if any. */
#ifndef STRATC_STATISTICS_JSON_H
#define STRATC_STATISTICS_JSON_H

#include "json.h"
#include "views.h"

void stratc_statistics_json(stratc_json *json, const stratc_statistics *statistics, int32_t money_decimals);

/* The members of buying and holding into an object that is open. */
void stratc_hold_statistics_json(stratc_json *json, const stratc_statistics *statistics, int32_t money_decimals);

void stratc_view_statistics_json(stratc_json *json, const stratc_view_statistics *statistics);

#endif
