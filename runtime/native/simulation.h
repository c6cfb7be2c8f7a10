/* What a backtest assumes of the market: the options of the simulation, parsed exactly (docs/simulation.md). */
#ifndef STRATC_SIMULATION_H
#define STRATC_SIMULATION_H

#include "kernel.h"
#include "venue.h"

enum stratc_path {
    STRATC_PATH_ADVERSE, STRATC_PATH_FAVOURABLE, STRATC_PATH_DIRECTION, STRATC_PATH_NEAREST, STRATC_PATH_OHLC, STRATC_PATH_OLHC,
    STRATC_PATH_COUNT
};

typedef struct {
    enum stratc_path path;
    stratc_market market; /* its prices in ticks, half_spread: the whole spread; stratc_market_of has an instrument's */
    stratc_latency latency;
    bool bounds; /* run again under the other paths where a bar was ambiguous */
} stratc_simulation;

/* The defaults: adverse path, one tick through, a tenth of the volume, no spread, no slippage, no latency, with bounds. */
stratc_simulation stratc_simulation_default(void);

/* The market of one instrument: in its price units. */
stratc_market stratc_market_of(const stratc_simulation *simulation, const stratc_instrument *instrument);

/* The setters of --path --fill --through --spread --slippage --participation --latency --bounds. False: a usage error. */
bool stratc_simulation_path(stratc_simulation *simulation, const char *value, stratc_error *error);
bool stratc_simulation_fill(stratc_simulation *simulation, const char *value, stratc_error *error);
bool stratc_simulation_through(stratc_simulation *simulation, const char *value, stratc_error *error);
bool stratc_simulation_spread(stratc_simulation *simulation, const char *value, stratc_error *error);
bool stratc_simulation_slippage(stratc_simulation *simulation, const char *value, stratc_error *error);
bool stratc_simulation_participation(stratc_simulation *simulation, const char *value, stratc_error *error);
bool stratc_simulation_latency(stratc_simulation *simulation, const char *value, stratc_error *error);
bool stratc_simulation_bounds(stratc_simulation *simulation, const char *value, stratc_error *error);

const char *stratc_path_name(enum stratc_path path);

#endif
