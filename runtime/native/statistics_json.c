/* One line per member of statistics.h and views.h. */
#include "statistics_json.h"

#include <math.h>

static void integer_member(stratc_json *json, const char *name, int64_t value) {
    stratc_json_key(json, name);
    stratc_json_integer(json, value);
}

static void money_member(stratc_json *json, const char *name, int64_t units, int32_t decimals) {
    stratc_json_key(json, name);
    stratc_json_decimal(json, units, decimals);
}

/* A whole number as one, null where there is none. */
static void periods_member(stratc_json *json, double periods) {
    stratc_json_key(json, "periods");
    if (periods == 0) stratc_json_null(json);
    else if (periods < 1e15 && periods == (double)(int64_t)periods) stratc_json_integer(json, (int64_t)periods);
    else stratc_json_number(json, periods);
}

static void ddof_member(stratc_json *json, int32_t ddof) {
    stratc_json_key(json, "ddof");
    if (ddof == STRATC_NO_DDOF) stratc_json_null(json);
    else stratc_json_integer(json, ddof);
}

static void statistic_member(stratc_json *json, const char *name, const stratc_statistic *statistic) {
    stratc_json_key(json, name);
    stratc_json_open_object(json);
    stratc_json_key(json, "value");
    stratc_json_number(json, statistic->known ? statistic->value : (double)NAN);
    stratc_json_key(json, "interval");
    stratc_json_text(json, statistic->interval);
    periods_member(json, statistic->periods);
    ddof_member(json, statistic->ddof);
    stratc_json_key(json, "rf");
    stratc_json_number(json, statistic->rf);
    integer_member(json, "n", statistic->n);
    stratc_json_close_object(json);
}

static void curve_members(stratc_json *json, const stratc_curve_statistics *curve) {
    integer_member(json, "max_drawdown_ns", curve->max_drawdown_ns);
    integer_member(json, "max_drawdown_bars", curve->max_drawdown_bars);
    statistic_member(json, "total_return", &curve->total_return);
    statistic_member(json, "cagr", &curve->cagr);
    statistic_member(json, "volatility", &curve->volatility);
    statistic_member(json, "sharpe", &curve->sharpe);
    statistic_member(json, "sortino", &curve->sortino);
    statistic_member(json, "max_drawdown", &curve->max_drawdown);
    statistic_member(json, "calmar", &curve->calmar);
}

static void trade_members(stratc_json *json, const stratc_statistics *statistics, int32_t money_decimals) {
    /* The mean trade is money: it leaves as the currency's amount, all else as it is. */
    stratc_statistic mean_trade = statistics->mean_trade;
    for (int32_t i = 0; i < money_decimals; i++) mean_trade.value /= 10;
    statistic_member(json, "win_rate", &statistics->win_rate);
    statistic_member(json, "profit_factor", &statistics->profit_factor);
    statistic_member(json, "mean_trade", &mean_trade);
    statistic_member(json, "mean_bars_held", &statistics->mean_bars_held);
    statistic_member(json, "mean_held_ns", &statistics->mean_held_ns);
    statistic_member(json, "exposure", &statistics->exposure);
    statistic_member(json, "turnover", &statistics->turnover);
    statistic_member(json, "costs", &statistics->costs);
}

void stratc_statistics_json(stratc_json *json, const stratc_statistics *statistics, int32_t money_decimals) {
    stratc_json_open_object(json);
    integer_member(json, "start_ns", statistics->start_ns);
    integer_member(json, "end_ns", statistics->end_ns);
    integer_member(json, "bars", statistics->bars);
    money_member(json, "capital", statistics->capital, money_decimals);
    money_member(json, "final_equity", statistics->own.final_equity, money_decimals);
    money_member(json, "realised", statistics->realised, money_decimals);
    money_member(json, "unrealised", statistics->unrealised, money_decimals);
    money_member(json, "fees", statistics->fees, money_decimals);
    integer_member(json, "trades", statistics->trades);
    integer_member(json, "wins", statistics->wins);
    integer_member(json, "trials", statistics->trials);
    curve_members(json, &statistics->own);
    statistic_member(json, "skewness", &statistics->skewness);
    statistic_member(json, "kurtosis", &statistics->kurtosis);
    statistic_member(json, "psr", &statistics->psr);
    statistic_member(json, "deflated_sharpe", &statistics->deflated_sharpe);
    trade_members(json, statistics, money_decimals);
    stratc_json_close_object(json);
}

void stratc_hold_statistics_json(stratc_json *json, const stratc_statistics *statistics, int32_t money_decimals) {
    money_member(json, "final_equity", statistics->hold.final_equity, money_decimals);
    curve_members(json, &statistics->hold);
}

void stratc_view_statistics_json(stratc_json *json, const stratc_view_statistics *statistics) {
    stratc_json_open_object(json);
    stratc_json_key(json, "engine");
    stratc_json_text(json, statistics->engine);
    statistic_member(json, "total_return", &statistics->total_return);
    statistic_member(json, "annual_return", &statistics->annual_return);
    statistic_member(json, "volatility", &statistics->volatility);
    statistic_member(json, "sharpe", &statistics->sharpe);
    statistic_member(json, "sortino", &statistics->sortino);
    statistic_member(json, "max_drawdown", &statistics->max_drawdown);
    statistic_member(json, "calmar", &statistics->calmar);
    stratc_json_close_object(json);
}
