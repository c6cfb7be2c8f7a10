/* Statistics of one run. */
#include "statistics.h"

#include <math.h>

#include "arithmetic.h"
#include "normal.h"
#include "power.h"

static const double YEAR_NS = 365.25 * 86400e9;

void stratc_tally_begin(stratc_tally *tally, int64_t start_ns, int64_t capital, int32_t periods, double rf, int64_t trials) {
    *tally = (stratc_tally){.trials = trials, .hold_cash = capital};
    stratc_curve_begin(&tally->own, start_ns, capital, periods, rf);
    stratc_curve_begin(&tally->hold, start_ns, capital, periods, rf);
}

void stratc_tally_hold(stratc_tally *tally, int64_t cash, int64_t unit) {
    tally->hold_cash = cash;
    tally->hold_unit = unit;
}

/* Beyond 64 bits there is no such curve: it ends as if nothing had been bought, and is null. */
static int64_t held_equity(stratc_tally *tally, int64_t close_px) {
    int64_t equity;
    if (!__builtin_mul_overflow(tally->hold_unit, close_px, &equity) &&
        !__builtin_add_overflow(equity, tally->hold_cash, &equity))
        return equity;
    tally->hold_unit = 0;
    return tally->hold_cash;
}

void stratc_tally_bar(stratc_tally *tally, int64_t end_ns, int64_t equity, int64_t close_px, bool in_position) {
    stratc_curve_bar(&tally->own, end_ns, equity);
    stratc_curve_bar(&tally->hold, end_ns, held_equity(tally, close_px));
    tally->equity_sum += (double)equity;
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

stratc_statistic stratc_plain_statistic(const char *interval, int64_t n, bool known, double value) {
    return (stratc_statistic){value, known && isfinite(value), interval, 0, STRATC_NO_DDOF, NAN, n};
}

static stratc_statistic ratio(const char *interval, int64_t n, double part, double whole) {
    return stratc_plain_statistic(interval, n, whole > 0, whole > 0 ? part / whole : 0);
}

static stratc_statistic daily(const stratc_curve *curve, int32_t ddof, bool with_rf, bool known, double value) {
    double rf = with_rf ? curve->rf : (double)NAN;
    bool sound = known && !curve->broken && isfinite(value);
    return (stratc_statistic){value, sound, "1d", curve->periods, ddof, rf, curve->returns.n};
}

/* Of days, not annualised: `periods` is null. */
static stratc_statistic per_day(const stratc_curve *curve, int32_t ddof, bool with_rf, bool known, double value) {
    stratc_statistic statistic = daily(curve, ddof, with_rf, known, value);
    statistic.periods = 0;
    return statistic;
}

static double mean_excess(const stratc_curve *curve) { return curve->returns.mean - curve->rf / curve->periods; }

static void finish_daily(const stratc_curve *curve, stratc_curve_statistics *out) {
    double root = stratc_sqrt((double)curve->periods), excess = mean_excess(curve);
    double deviation = stratc_moments_deviation(&curve->returns, 1);
    double downside = curve->returns.n > 0 ? stratc_sqrt(curve->downside / (double)curve->returns.n) : 0;
    out->volatility = daily(curve, 1, false, curve->returns.n >= 2, deviation * root);
    out->sharpe = daily(curve, 1, true, deviation > 0, deviation > 0 ? excess / deviation * root : 0);
    out->sortino = daily(curve, 0, true, downside > 0, downside > 0 ? excess / downside * root : 0);
}

static void finish_curve(const stratc_curve *curve, stratc_curve_statistics *out) {
    double capital = (double)curve->capital, years = (double)(curve->end_ns - curve->start_ns) / YEAR_NS;
    bool grows = curve->equity > 0 && years > 0, ran = curve->bars > 0;
    double growth = grows ? stratc_power((double)curve->equity / capital, 1 / years) - 1 : 0;
    out->final_equity = curve->equity;
    out->max_drawdown_ns = curve->longest_ns;
    out->max_drawdown_bars = curve->longest_bars;
    out->total_return = stratc_plain_statistic("run", curve->bars, ran, ((double)curve->equity - capital) / capital);
    out->cagr = stratc_plain_statistic("run", curve->bars, grows, growth);
    out->max_drawdown = stratc_plain_statistic("bar", curve->bars, ran, curve->deepest);
    out->calmar = ratio("run", curve->bars, growth, curve->deepest);
    out->calmar.known = out->calmar.known && out->cagr.known;
    finish_daily(curve, out);
}

/* The highest Sharpe ratio, per day, that the best of `trials` worthless variants would show: each has one drawn from a
 * normal distribution around 0 with the variance 1/(n - 1) of an estimate from n returns. */
static double luck(int64_t trials, int64_t n) {
    const double EULER = 0.57721566490153286, E = 2.7182818284590452;
    double count = (double)trials;
    if (trials <= 1) return 0;
    double best = (1 - EULER) * stratc_normal_upper_quantile(1 / count) + EULER * stratc_normal_upper_quantile(1 / (count * E));
    return best / stratc_sqrt((double)(n - 1));
}

/* How sure it is that the true Sharpe ratio is above a benchmark, given length, skewness and kurtosis of the record. */
static void finish_confidence(const stratc_curve *curve, int64_t trials, stratc_statistics *out) {
    const stratc_moments *returns = &curve->returns;
    double deviation = stratc_moments_deviation(returns, 1);
    bool spread = deviation > 0;
    double skewness = spread ? stratc_moments_skewness(returns) : 0, kurtosis = spread ? stratc_moments_kurtosis(returns) : 0;
    double sharpe = spread ? mean_excess(curve) / deviation : 0;
    double variance = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe;
    bool sure = spread && variance > 0;
    double scale = sure ? stratc_sqrt((double)(returns->n - 1)) / stratc_sqrt(variance) : 0;
    out->skewness = per_day(curve, 0, false, spread, skewness);
    out->kurtosis = per_day(curve, 0, false, spread, kurtosis);
    out->psr = per_day(curve, 1, true, sure, stratc_normal_cdf(sharpe * scale));
    out->deflated_sharpe = per_day(curve, 1, true, sure, sure ? stratc_normal_cdf((sharpe - luck(trials, returns->n)) * scale) : 0);
}

static void finish_activity(const stratc_tally *tally, int64_t fees, stratc_statistics *out) {
    int64_t bars = tally->own.bars;
    double mean_equity = bars > 0 ? tally->equity_sum / (double)bars : 0;
    out->exposure = ratio("bar", bars, (double)tally->exposed_bars, (double)bars);
    out->turnover = ratio("run", bars, tally->traded, mean_equity);
    out->costs = stratc_plain_statistic("run", bars, bars > 0, (double)fees / (double)tally->own.capital);
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
    stratc_curve own = stratc_curve_closed(&tally->own), hold = stratc_curve_closed(&tally->hold);
    *out = (stratc_statistics){
        .start_ns = own.start_ns, .end_ns = own.end_ns, .bars = own.bars, .capital = own.capital,
        .realised = account.realised, .unrealised = account.unrealised, .fees = account.fees,
        .trades = tally->trades, .wins = tally->wins, .trials = tally->trials, .held = tally->hold_unit > 0,
    };
    finish_curve(&own, &out->own);
    finish_curve(&hold, &out->hold);
    finish_confidence(&own, tally->trials, out);
    finish_activity(tally, account.fees, out);
    finish_trades(tally, out);
}
