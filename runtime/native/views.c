/* Sampling while the run goes, one function per engine at its end. */
#include "views.h"

#include <math.h>

#include "arithmetic.h"
#include "power.h"

static const int64_t DAY_NS = INT64_C(86400000000000);
static const double TRADINGVIEW_RF = 0.02; /* a year */

enum { MONTHS = 12, ENOUGH = 3 };

const char *stratc_view_name(enum stratc_view_kind kind) {
    static const char *const NAMES[STRATC_VIEW_COUNT] = {NULL, "nautilus", "vectorbt", "backtesting", "tradingview"};
    return NAMES[kind];
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Months since March of the year 0, from days since 1970: years begin in March, so that the odd month comes last. */
static int64_t month_of(int64_t day) {
    int64_t days = day + 719468, era = floor_div(days, 146097), rest = days - era * 146097;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t day_of_year = rest - (365 * year + year / 4 - year / 100);
    return (era * 400 + year) * MONTHS + (5 * day_of_year + 2) / 153;
}

/* ---- sampling */

static void take_mark(stratc_samples *samples, int64_t mark, double rate) {
    if (samples->has_mark && samples->mark <= 0) samples->broken = true;
    if (samples->has_mark && samples->mark > 0) {
        double value = ((double)mark - (double)samples->mark) / (double)samples->mark;
        double excess = value - rate;
        stratc_moments_add(&samples->returns, value);
        if (value < 0) samples->negative += value * value;
        if (excess < 0) samples->below += excess * excess;
    }
    if (!samples->has_mark) samples->first = mark;
    samples->mark = mark;
    samples->has_mark = true;
}

/* A bar of period `key`: the period before it ends with the equity of the bar before. */
static bool sample(stratc_samples *samples, const stratc_view *view, int64_t key, double rate) {
    bool ended = view->bars > 0 && key != samples->key;
    if (ended) take_mark(samples, view->equity, rate);
    samples->key = key;
    return ended;
}

static void follow_peak(stratc_view *view, int64_t equity) {
    if (equity > view->peak) view->peak = equity;
    double depth = view->peak > 0 ? ((double)view->peak - (double)equity) / (double)view->peak : 0;
    if (depth > view->deepest) view->deepest = depth;
}

void stratc_view_begin(stratc_view *view, enum stratc_view_kind kind, int64_t every_ns, int64_t capital) {
    *view = (stratc_view){.kind = kind, .every_ns = every_ns, .capital = capital};
    bool from_capital = kind != STRATC_VIEW_BACKTESTING; /* it takes the first day's return from the first day's end */
    view->fine = view->coarse = (stratc_samples){.mark = capital, .has_mark = from_capital};
    if (kind == STRATC_VIEW_NAUTILUS) view->peak = capital;
}

void stratc_view_bar(stratc_view *view, int64_t end_ns, int64_t equity) {
    int64_t day = floor_div(end_ns - 1, DAY_NS);
    switch (view->kind) {
    case STRATC_VIEW_NAUTILUS:
        if (sample(&view->fine, view, day, 0)) follow_peak(view, view->equity);
        break;
    case STRATC_VIEW_VECTORBT:
        take_mark(&view->fine, equity, 0);
        follow_peak(view, equity);
        break;
    case STRATC_VIEW_BACKTESTING: /* its bars are stamped with their start */
        day = floor_div(end_ns - view->every_ns, DAY_NS);
        (void)sample(&view->fine, view, day, 0);
        follow_peak(view, equity);
        view->weekend_bars += floor_div(day + 3, 7) * 7 + 5 <= day + 3; /* 1970-01-01 was a Thursday */
        break;
    case STRATC_VIEW_TRADINGVIEW:
        (void)sample(&view->fine, view, day, TRADINGVIEW_RF / 365);
        (void)sample(&view->coarse, view, month_of(day), TRADINGVIEW_RF / MONTHS);
        break;
    default:
        return;
    }
    if (view->bars++ == 0) view->first_equity = equity;
    view->equity = equity;
}

/* ---- the numbers */

typedef struct {
    const stratc_samples *samples;
    const char *interval;
    double periods, rf;
} convention;

static stratc_statistic made(const convention *c, double periods, int32_t ddof, double rf, bool known, double value) {
    bool sound = known && !c->samples->broken && isfinite(value);
    return (stratc_statistic){value, sound, c->interval, periods, ddof, rf, c->samples->returns.n};
}

static stratc_statistic divided(const convention *c, double periods, int32_t ddof, double rf, double part, double whole) {
    return made(c, periods, ddof, rf, whole > 0, whole > 0 ? part / whole : 0);
}

/* (end / begin)^exponent - 1 */
static stratc_statistic grown(const convention *c, double begin, double end, double exponent) {
    bool grows = begin > 0 && end > 0 && c->samples->returns.n > 0;
    return made(c, c->periods, STRATC_NO_DDOF, NAN, grows, grows ? stratc_power(end / begin, exponent) - 1 : 0);
}

static double root_mean(double sum, int64_t n) { return n > 0 ? stratc_sqrt(sum / (double)n) : 0; }

/* What nautilus and vectorbt share: mean over deviation times the root of a year's periods; compounded to a year. */
static void finish_arithmetic(const stratc_view *view, const convention *c, stratc_view_statistics *out) {
    const stratc_moments *returns = &c->samples->returns;
    double root = stratc_sqrt(c->periods), deviation = stratc_moments_deviation(returns, 1);
    out->annual_return = grown(c, (double)view->capital, (double)view->equity, c->periods / (double)returns->n);
    out->volatility = made(c, c->periods, 1, NAN, returns->n >= 2, deviation * root);
    out->sharpe = divided(c, c->periods, 1, 0, returns->mean * root, deviation);
    out->sortino = divided(c, c->periods, 0, 0, returns->mean * root, root_mean(c->samples->negative, returns->n));
    if (returns->n < 2) out->sharpe.known = out->sortino.known = false;
    out->calmar = divided(c, c->periods, STRATC_NO_DDOF, NAN, out->annual_return.value, view->deepest);
    out->calmar.known = out->calmar.known && out->annual_return.known;
}

/* backtesting.py: annual return from the geometric mean of the days, the deviation that a year of such days has. */
static void finish_geometric(const convention *c, double deepest, stratc_view_statistics *out) {
    const stratc_moments *returns = &c->samples->returns;
    double deviation = stratc_moments_deviation(returns, 1);
    out->annual_return = grown(c, (double)c->samples->first, (double)c->samples->mark, c->periods / (double)returns->n);
    double year = out->annual_return.value + 1; /* (1 + geometric mean)^periods */
    double day = out->annual_return.known ? stratc_power(year, 1 / c->periods) : 1;
    double spread = stratc_power(deviation * deviation + day * day, c->periods) - year * year;
    double volatility = stratc_sqrt(spread), downside = root_mean(c->samples->negative, returns->n);
    bool sound = out->annual_return.known;
    out->volatility = made(c, c->periods, 1, NAN, sound && returns->n >= 2, volatility);
    out->sharpe = divided(c, c->periods, 1, 0, year - 1, returns->n >= 2 ? volatility : 0);
    out->sortino = divided(c, c->periods, 0, 0, year - 1, downside * stratc_sqrt(c->periods));
    out->calmar = divided(c, c->periods, STRATC_NO_DDOF, NAN, year - 1, deepest);
    out->sharpe.known = out->sharpe.known && sound;
    out->sortino.known = out->sortino.known && sound;
    out->calmar.known = out->calmar.known && sound;
}

/* TradingView: months from three of them on, else days; nothing is annualised. */
static void finish_tradingview(const convention *c, stratc_view_statistics *out) {
    const stratc_moments *returns = &c->samples->returns;
    double excess = returns->mean - c->rf / c->periods;
    out->sharpe = divided(c, 0, 1, c->rf, excess, stratc_moments_deviation(returns, 1));
    out->sortino = divided(c, 0, 0, c->rf, excess, root_mean(c->samples->below, returns->n));
    if (returns->n < ENOUGH) out->sharpe.known = out->sortino.known = false;
}

static void close_samples(stratc_view *view) {
    if (view->bars == 0 || view->kind == STRATC_VIEW_VECTORBT) return;
    take_mark(&view->fine, view->equity, TRADINGVIEW_RF / 365);
    take_mark(&view->coarse, view->equity, TRADINGVIEW_RF / MONTHS);
    if (view->kind == STRATC_VIEW_NAUTILUS) follow_peak(view, view->equity);
}

static convention convention_of(const stratc_view *view) {
    switch (view->kind) {
    case STRATC_VIEW_NAUTILUS:
        return (convention){&view->fine, "1d", 252, 0};
    case STRATC_VIEW_VECTORBT:
        return (convention){&view->fine, "bar", 365.0 * (double)DAY_NS / (double)view->every_ns, 0};
    case STRATC_VIEW_BACKTESTING: {
        bool weekends = (double)view->weekend_bars > (double)view->bars * (2.0 / 7 * 0.6);
        return (convention){&view->fine, "1d", weekends ? 365 : 252, 0};
    }
    default:
        if (view->coarse.returns.n >= ENOUGH) return (convention){&view->coarse, "1mo", MONTHS, TRADINGVIEW_RF};
        return (convention){&view->fine, "1d", 365, TRADINGVIEW_RF};
    }
}

void stratc_view_finish(const stratc_view *view, stratc_view_statistics *out) {
    stratc_view closed = *view;
    close_samples(&closed);
    convention c = convention_of(&closed);
    bool ran = closed.bars > 0, geometric = view->kind == STRATC_VIEW_BACKTESTING;
    double base = (double)(geometric ? closed.first_equity : closed.capital);
    stratc_statistic none = made(&c, 0, STRATC_NO_DDOF, NAN, false, 0);
    *out = (stratc_view_statistics){.engine = stratc_view_name(view->kind), .annual_return = none, .volatility = none,
                                    .sharpe = none, .sortino = none, .max_drawdown = none, .calmar = none};
    out->total_return = stratc_plain_statistic("run", closed.bars, ran && base > 0, ((double)closed.equity - base) / base);
    if (view->kind == STRATC_VIEW_TRADINGVIEW) {
        finish_tradingview(&c, out);
        return;
    }
    const char *sampled = view->kind == STRATC_VIEW_NAUTILUS ? "1d" : "bar";
    out->max_drawdown = stratc_plain_statistic(sampled, closed.bars, ran, closed.deepest);
    if (view->kind == STRATC_VIEW_NAUTILUS) out->max_drawdown.n = closed.fine.returns.n;
    if (!geometric) finish_arithmetic(&closed, &c, out);
    else if (view->every_ns <= DAY_NS) finish_geometric(&c, closed.deepest, out);
}
