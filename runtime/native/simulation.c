/* Parsing of what a backtest assumes. */
#include "simulation.h"

#include <stdio.h>
#include <string.h>

#include "params.h"

static const char *const PATHS[STRATC_PATH_COUNT] = {"adverse", "favourable", "direction", "nearest", "ohlc", "olhc"};
static const int64_t MOST_TICKS = 1000000;

const char *stratc_path_name(enum stratc_path path) { return PATHS[path]; }

stratc_simulation stratc_simulation_default(void) {
    return (stratc_simulation){.path = STRATC_PATH_ADVERSE, .market = {.through = 1, .participation = 10000000}, .bounds = true};
}

stratc_market stratc_market_of(const stratc_simulation *simulation, const stratc_instrument *instrument) {
    stratc_market market = simulation->market;
    market.through *= instrument->tick;
    market.half_spread = (market.half_spread * instrument->tick + 1) / 2;
    if (market.slippage == STRATC_SLIPPAGE_TICKS) market.slip *= instrument->tick;
    return market;
}

static bool wrong(stratc_error *error, const char *option, const char *value, const char *expected) {
    return stratc_fail(error, STRATC_EXIT_USAGE, "%s %.100s: expected %s", option, value, expected);
}

/* text = a decimal number and `suffix`; its value times 10^decimals, whole and not negative. */
static bool parse_number(const char *text, const char *suffix, int decimals, int64_t most, int64_t *out) {
    size_t length = strlen(text), tail = strlen(suffix), digits = 0;
    if (length <= tail || strcmp(text + length - tail, suffix) != 0) return false;
    int64_t value = 0;
    int after = -1; /* decimals read so far; -1: before the point */
    for (size_t i = 0; i < length - tail; i++) {
        if (text[i] == '.' && after < 0) {
            after = 0;
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || after == decimals || value > most) return false;
        value = 10 * value + (text[i] - '0');
        digits++;
        if (after >= 0) after++;
    }
    for (int i = after < 0 ? 0 : after; i < decimals && value <= most; i++) value *= 10;
    *out = value;
    return digits > 0 && value <= most;
}

bool stratc_simulation_path(stratc_simulation *simulation, const char *value, stratc_error *error) {
    for (int path = 0; path < STRATC_PATH_COUNT; path++) {
        if (strcmp(value, PATHS[path]) != 0) continue;
        simulation->path = (enum stratc_path)path;
        return true;
    }
    return wrong(error, "--path", value, "adverse, favourable, direction, nearest, ohlc or olhc");
}

bool stratc_simulation_fill(stratc_simulation *simulation, const char *value, stratc_error *error) {
    simulation->market.at_close = strcmp(value, "close") == 0;
    return simulation->market.at_close || strcmp(value, "next_open") == 0 || wrong(error, "--fill", value, "next_open or close");
}

bool stratc_simulation_through(stratc_simulation *simulation, const char *value, stratc_error *error) {
    int64_t ticks;
    if (!parse_number(value, "", 0, MOST_TICKS, &ticks)) return wrong(error, "--through", value, "a whole number of ticks, 0 or more");
    simulation->market.through = ticks;
    return true;
}

bool stratc_simulation_spread(stratc_simulation *simulation, const char *value, stratc_error *error) {
    int64_t ticks;
    if (!parse_number(value, "", 0, MOST_TICKS, &ticks)) return wrong(error, "--spread", value, "a whole number of ticks, 0 or more");
    simulation->market.half_spread = ticks;
    return true;
}

bool stratc_simulation_slippage(stratc_simulation *simulation, const char *value, stratc_error *error) {
    stratc_market *market = &simulation->market;
    market->slippage = STRATC_SLIPPAGE_NONE;
    market->slip = 0;
    if (strcmp(value, "none") == 0) return true;
    if (parse_number(value, "ticks", 0, MOST_TICKS, &market->slip)) {
        market->slippage = STRATC_SLIPPAGE_TICKS;
        return true;
    }
    bool by_volume = strncmp(value, "volume:", 7) == 0;
    if (parse_number(by_volume ? value + 7 : value, "bps", 4, 100000000, &market->slip)) {
        market->slippage = by_volume ? STRATC_SLIPPAGE_VOLUME : STRATC_SLIPPAGE_SHARE;
        return true;
    }
    return wrong(error, "--slippage", value, "none, 2ticks, 1.5bps or volume:50bps (at a fill as large as the bar's volume)");
}

bool stratc_simulation_participation(stratc_simulation *simulation, const char *value, stratc_error *error) {
    int64_t *parts = &simulation->market.participation;
    if (strcmp(value, "off") == 0) {
        *parts = -1;
        return true;
    }
    if (parse_number(value, "pct", 6, 100000000, parts) || parse_number(value, "%", 6, 100000000, parts)) {
        if (*parts > 0) return true;
    }
    return wrong(error, "--participation", value, "a share of a bar's volume such as 10pct, above 0 and at most 100pct, or off");
}

static bool parse_latency(const char *begin, const char *end, int64_t *ns) {
    char text[32];
    stratc_param param = {.kind = STRATC_PARAM_DURATION};
    stratc_value value;
    stratc_error ignored;
    if (end - begin >= (long)sizeof text || begin == end) return false;
    snprintf(text, sizeof text, "%.*s", (int)(end - begin), begin);
    if (!stratc_param_parse(&param, text, &value, &ignored) || value.i < 0) return false;
    *ns = value.i;
    return true;
}

static bool set_latency(stratc_latency *latency, const char *name, size_t length, int64_t ns) {
    const struct {
        const char *name;
        int64_t *ns;
    } ways[] = {{"new", &latency->new_order}, {"replace", &latency->replace}, {"cancel", &latency->cancel}, {"ack", &latency->ack}, {"fill", &latency->fill}};
    bool all = length == 3 && strncmp(name, "all", 3) == 0, found = false;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!all && (strlen(ways[i].name) != length || strncmp(ways[i].name, name, length) != 0)) continue;
        *ways[i].ns = ns;
        found = true;
    }
    return found;
}

bool stratc_simulation_latency(stratc_simulation *simulation, const char *value, stratc_error *error) {
    static const char EXPECTED[] = "WAY=DURATION, separated by commas; ways are new, replace, cancel, ack, fill and all, as in new=5ms,fill=2ms";
    for (const char *item = value;; item++) {
        size_t length = strcspn(item, ",");
        const char *equals = memchr(item, '=', length);
        int64_t ns;
        if (!equals || !parse_latency(equals + 1, item + length, &ns) || !set_latency(&simulation->latency, item, (size_t)(equals - item), ns))
            return wrong(error, "--latency", value, EXPECTED);
        item += length;
        if (*item == '\0') return true;
    }
}

bool stratc_simulation_bounds(stratc_simulation *simulation, const char *value, stratc_error *error) {
    simulation->bounds = strcmp(value, "on") == 0;
    return simulation->bounds || strcmp(value, "off") == 0 || wrong(error, "--bounds", value, "on or off");
}
