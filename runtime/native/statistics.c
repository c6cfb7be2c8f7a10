/* Statistics of one run. */
#include "statistics.h"

#include "arithmetic.h"
#include <math.h>
#include "power.h"
#include <string.h>

static const int64_t DAY_NS = INT64_C(86400000000000);
static const double YEAR_NS = 365.25 * 86400e9;

enum { ALL_DAYS = 365, NO_DDOF = -1 };

/* The UTC day of a bar that ends at `end_ns`: one that ends at midnight belongs to the day that it ends. */
static int64_t day_of(int64_t end_ns) {
    int64_t last = end_ns - 1;
    return last >= 0 ? last / DAY_NS : -((-last - 1) / DAY_NS) - 1;
}

void stratc_tally_begin(stratc_tally *tally, int64_t start_ns, int64_t capital, int32_t periods, double rf) {
    memset(tally, 0, sizeof *tally);
    tally->start_ns = tally->end_ns = tally->peak_ns = start_ns;
    tally->capital = tally->equity = tally->peak = capital;
    tally->periods = periods;
    tally->rf = rf;
}

/* Welford's running mean and sum of squared deviations. */
static void add_return(stratc_tally *tally, double value) {
    double excess = value - tally->rf / tally->periods;
    double before = value - tally->mean;
    tally->returns++;
    tally->mean += before / (double)tally->returns;
    tally->squares += before * (value - tally->mean);
    if (excess < 0) tally->downside += excess * excess;
}

static void add_mark(stratc_tally *tally, int64_t mark) {
    if (tally->has_mark) {
        if (tally->mark <= 0) tally->broken = true;
        else add_return(tally, ((double)mark - (double)tally->mark) / (double)tally->mark);
    }
    tally->mark = mark;
    tally->has_mark = true;
}

/* Closes the open day, which ended with the equity of the last bar, and the days without a bar before `day`. */
static void close_days(stratc_tally *tally, int64_t day) {
    if (tally->bars == 0 || day <= tally->day) return;
    add_mark(tally, tally->equity);
    if (tally->periods != ALL_DAYS) return;
    for (int64_t i = tally->day + 1; i < day; i++) add_mark(tally, tally->equity);
}

static void follow_peak(stratc_tally *tally, int64_t end_ns, int64_t equity) {
    int64_t length = end_ns - tally->peak_ns;
    bool below = equity < tally->peak;
    if ((below || tally->below_peak) && length > tally->longest_ns) tally->longest_ns = length;
    tally->below_peak = below;
    if (!below) {
        tally->peak = equity;
        tally->peak_ns = end_ns;
        return;
    }
    double depth = ((double)tally->peak - (double)equity) / (double)tally->peak;
    if (depth > tally->deepest) tally->deepest = depth;
}

void stratc_tally_bar(stratc_tally *tally, int64_t end_ns, int64_t equity, bool in_position) {
    int64_t day = day_of(end_ns);
    close_days(tally, day);
    follow_peak(tally, end_ns, equity);
    tally->day = day;
    tally->end_ns = end_ns;
    tally->equity = equity;
    tally->equity_sum += (double)equity;
    tally->bars++;
    tally->exposed_bars += in_position;
}

void stratc_tally_fill(stratc_tally *tally, int64_t notional) {
    tally->traded += (double)notional;
}

void stratc_tally_trade(stratc_tally *tally, int64_t pnl, int64_t fees, int64_t entry_ns, int64_t exit_ns,
                        int64_t bars) {
    int64_t net = pnl - fees;
    tally->trades++;
    tally->wins += net > 0;
    tally->held_bars += bars;
    tally->held_ns += (double)(exit_ns - entry_ns);
    if (net > 0) tally->gains += (double)net;
    else tally->losses -= (double)net;
}

/* A statistic without annual convention. */
static stratc_statistic plain(const char *interval, int64_t n, bool known, double value) {
    return (stratc_statistic){value, known && isfinite(value), interval, 0, NO_DDOF, NAN, n};
}

static stratc_statistic ratio(const char *interval, int64_t n, double part, double whole) {
    return plain(interval, n, whole > 0, whole > 0 ? part / whole : 0);
}

static stratc_statistic daily(const stratc_tally *tally, int32_t ddof, bool with_rf, bool known, double value) {
    double rf = with_rf ? tally->rf : (double)NAN;
    bool sound = known && !tally->broken && isfinite(value);
    return (stratc_statistic){value, sound, "1d", tally->periods, ddof, rf, tally->returns};
}

static void finish_daily(const stratc_tally *tally, stratc_statistics *out) {
    double n = (double)tally->returns, root = stratc_sqrt((double)tally->periods);
    double excess = tally->mean - tally->rf / tally->periods;
    bool spread = tally->returns >= 2;
    double deviation = spread ? stratc_sqrt(tally->squares / (n - 1)) : 0;
    double downside = n > 0 ? stratc_sqrt(tally->downside / n) : 0;
    out->volatility = daily(tally, 1, false, spread, deviation * root);
    out->sharpe = daily(tally, 1, true, deviation > 0, deviation > 0 ? excess / deviation * root : 0);
    out->sortino = daily(tally, 0, true, downside > 0, downside > 0 ? excess / downside * root : 0);
}

static void finish_run(const stratc_tally *tally, stratc_statistics *out) {
    double capital = (double)tally->capital, years = (double)(tally->end_ns - tally->start_ns) / YEAR_NS;
    bool grows = tally->equity > 0 && years > 0;
    double growth = grows ? stratc_power((double)tally->equity / capital, 1 / years) - 1 : 0;
    out->total_return = plain("run", tally->bars, tally->bars > 0, ((double)tally->equity - capital) / capital);
    out->cagr = plain("run", tally->bars, grows, growth);
    out->max_drawdown = plain("bar", tally->bars, tally->bars > 0, tally->deepest);
    out->calmar = ratio("run", tally->bars, growth, tally->deepest);
    out->calmar.known = out->calmar.known && out->cagr.known;
    out->exposure = ratio("bar", tally->bars, (double)tally->exposed_bars, (double)tally->bars);
    double mean_equity = tally->bars > 0 ? tally->equity_sum / (double)tally->bars : 0;
    out->turnover = ratio("run", tally->bars, tally->traded, mean_equity);
}

static void finish_trades(const stratc_tally *tally, stratc_statistics *out) {
    int64_t n = tally->trades;
    double count = (double)n;
    out->win_rate = ratio("trade", n, (double)tally->wins, count);
    out->profit_factor = ratio("trade", n, tally->gains, tally->losses);
    out->mean_trade = ratio("trade", n, tally->gains - tally->losses, count);
    out->mean_bars_held = ratio("trade", n, (double)tally->held_bars, count);
    out->mean_held_ns = ratio("trade", n, tally->held_ns, count);
}

void stratc_statistics_finish(const stratc_tally *tally, stratc_account_end account, stratc_statistics *out) {
    stratc_tally closed = *tally;
    if (closed.bars > 0) add_mark(&closed, closed.equity);
    *out = (stratc_statistics){
        .start_ns = closed.start_ns, .end_ns = closed.end_ns, .bars = closed.bars,
        .capital = closed.capital, .final_equity = closed.equity,
        .realised = account.realised, .unrealised = account.unrealised, .fees = account.fees,
        .trades = closed.trades, .wins = closed.wins, .max_drawdown_ns = closed.longest_ns,
    };
    finish_daily(&closed, out);
    finish_run(&closed, out);
    finish_trades(&closed, out);
}

static void integer_member(stratc_json *json, const char *name, int64_t value) {
    stratc_json_key(json, name);
    stratc_json_integer(json, value);
}

static void money_member(stratc_json *json, const char *name, int64_t units, int32_t decimals) {
    stratc_json_key(json, name);
    stratc_json_decimal(json, units, decimals);
}

static void count_or_null(stratc_json *json, const char *name, bool known, int64_t value) {
    stratc_json_key(json, name);
    if (known) stratc_json_integer(json, value);
    else stratc_json_null(json);
}

static void statistic_member(stratc_json *json, const char *name, const stratc_statistic *statistic) {
    stratc_json_key(json, name);
    stratc_json_open_object(json);
    stratc_json_key(json, "value");
    stratc_json_number(json, statistic->known ? statistic->value : (double)NAN);
    stratc_json_key(json, "interval");
    stratc_json_text(json, statistic->interval);
    count_or_null(json, "periods", statistic->periods > 0, statistic->periods);
    count_or_null(json, "ddof", statistic->ddof != NO_DDOF, statistic->ddof);
    stratc_json_key(json, "rf");
    stratc_json_number(json, statistic->rf);
    integer_member(json, "n", statistic->n);
    stratc_json_close_object(json);
}

void stratc_statistics_json(stratc_json *json, const stratc_statistics *statistics, int32_t money_decimals) {
    /* The mean trade is money: it leaves as the currency's amount, all else as it is. */
    stratc_statistic mean_trade = statistics->mean_trade;
    for (int32_t i = 0; i < money_decimals; i++) mean_trade.value /= 10;
    stratc_json_open_object(json);
    integer_member(json, "start_ns", statistics->start_ns);
    integer_member(json, "end_ns", statistics->end_ns);
    integer_member(json, "bars", statistics->bars);
    money_member(json, "capital", statistics->capital, money_decimals);
    money_member(json, "final_equity", statistics->final_equity, money_decimals);
    money_member(json, "realised", statistics->realised, money_decimals);
    money_member(json, "unrealised", statistics->unrealised, money_decimals);
    money_member(json, "fees", statistics->fees, money_decimals);
    integer_member(json, "trades", statistics->trades);
    integer_member(json, "wins", statistics->wins);
    integer_member(json, "max_drawdown_ns", statistics->max_drawdown_ns);
    statistic_member(json, "total_return", &statistics->total_return);
    statistic_member(json, "cagr", &statistics->cagr);
    statistic_member(json, "volatility", &statistics->volatility);
    statistic_member(json, "sharpe", &statistics->sharpe);
    statistic_member(json, "sortino", &statistics->sortino);
    statistic_member(json, "max_drawdown", &statistics->max_drawdown);
    statistic_member(json, "calmar", &statistics->calmar);
    statistic_member(json, "win_rate", &statistics->win_rate);
    statistic_member(json, "profit_factor", &statistics->profit_factor);
    statistic_member(json, "mean_trade", &mean_trade);
    statistic_member(json, "mean_bars_held", &statistics->mean_bars_held);
    statistic_member(json, "mean_held_ns", &statistics->mean_held_ns);
    statistic_member(json, "exposure", &statistics->exposure);
    statistic_member(json, "turnover", &statistics->turnover);
    stratc_json_close_object(json);
}
