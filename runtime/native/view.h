/* What generated code calls to act: commands on orders, flatten and halt, log records.
 *
 * Each of these functions works on a view: the constants of the program and the parts of its context, put together on the
 * stack where they are needed. What every BARS input runs through stands in machine.h, latched.h and standing.h, inline.
 */
#ifndef STRATC_VIEW_H
#define STRATC_VIEW_H

#include "kernel.h"

/* ---- constants of a program for which its host has no use */
enum stratc_measure {
    STRATC_MEASURE_POSITION, STRATC_MEASURE_GROSS, STRATC_MEASURE_NET, STRATC_MEASURE_NOTIONAL, STRATC_MEASURE_COLLAR,
    STRATC_MEASURE_OPEN_ORDERS, STRATC_MEASURE_ORDER_RATE, STRATC_MEASURE_LEVERAGE
};

typedef struct { /* a pre-trade bound; its index is its id in RISK records */
    uint8_t measure;  /* enum stratc_measure */
    uint8_t relative; /* a collar that is a share of the mark */
    uint8_t clamp;    /* else reject */
    int64_t window;   /* ns, of an order rate */
    int32_t instrument; /* whose orders it is about, and its part alone; -1: of the account */
} stratc_bound;

typedef struct {
    const stratc_instrument *instruments;
    uint32_t instrument_count;
    const stratc_template *templates; /* the reserved ones last */
    uint32_t template_count;
    const stratc_bound *bounds;
    uint32_t bound_count;
    uint32_t slot_count;
    uint32_t rows;            /* 16, 64 or 256: an order id is generation * rows + slot */
    uint32_t machine_timers;  /* then FLATTEN, HALT, and what standing rules and sessions need */
    uint32_t timer_count;
    uint32_t rate_capacity;   /* send times that are remembered */
} stratc_plan;

/* ---- parts of the context */
typedef struct { /* the limit of a bound or standing rule, as init found it */
    int64_t steps; /* lots, price units, money units or a number */
    double share;  /* of the mark, of equity or of a peak */
} stratc_limit;

typedef struct { /* of a ring that keeps the latest */
    int64_t head, count;
} stratc_latest;

typedef struct {
    const stratc_plan *plan;
    stratc_core *core;
    stratc_holding *holdings; /* by instrument */
    stratc_slot *slots;
    int64_t *deadlines;
    const stratc_limit *limits;
    stratc_latest *sends; /* and when those command frames went out; NULL where no bound asks */
    int64_t *sent_at;
    stratc_output *output;
    bool refusing; /* a standing rule fires, or cannot be told yet */
} stratc_view;

/* ---- orders */

/* A value as evaluated: a number and whether there is one (na otherwise). */
typedef struct {
    double value;
    int32_t ok;
} stratc_optional;

/* A duration as evaluated, in ns. */
typedef struct {
    int64_t value;
    int32_t ok;
} stratc_optional_time;

/* The fields of a template as evaluated; one that its kind or time in force has no use for is not looked at. */
typedef struct {
    stratc_optional qty;             /* base units */
    stratc_optional price, trigger;  /* quote currency */
    stratc_optional_time expires;    /* from now on */
} stratc_fields;

/* submit(T): rounds, checks (NA, RANGE, MIN_QTY, SLOT, RISK, REDUCE_ONLY, bounds) and emits a SUBMIT frame or a DENY report
 * frame, with the records of the bounds and of the command. */
void stratc_submit(const stratc_view *view, uint32_t template_id, const stratc_fields *fields, uint32_t line);

/* replace(T): asks for the fields on every open order of the template. */
void stratc_replace(const stratc_view *view, uint32_t template_id, const stratc_fields *fields, uint32_t line);

/* The replace that the REPORT of this instant answered: sends what was wished since, or forgets it. */
void stratc_grant(const stratc_view *view, bool may);

/* cancel(T): a CANCEL frame per open order of the template; -1: of every template. */
void stratc_cancel(const stratc_view *view, int32_t template_id, uint32_t line);

/* Whether the template has an open order. */
bool stratc_has_open(const stratc_view *view, uint32_t template_id);

/* ---- flatten and halt: the procedure's end is told once, its caller enters the initial state then */

/* False where a flatten runs already. Else its owner calls stratc_advance at once. */
bool stratc_flatten(const stratc_view *view, uint32_t line);

/* One step on; true when the end was reached. */
bool stratc_advance(const stratc_view *view);

/* Refuses what adds risk until then; a halt that lasts longer already is never cut short. */
void stratc_halt(const stratc_view *view, int64_t until, uint32_t line);

/* CONTROL resume. */
void stratc_resume(const stratc_view *view);

/* ---- log records */
void stratc_note(stratc_core *core, uint32_t text, uint32_t line, stratc_output *output);
void stratc_log_transition(stratc_core *core, int32_t from, int32_t to, uint32_t transition, int32_t cause, uint32_t line,
                           stratc_output *output);
void stratc_log_standing(stratc_core *core, uint32_t rule, bool fires, int64_t measured, int64_t limit, uint32_t line,
                         stratc_output *output);

/* ---- limits of rules */

/* A limit in whole steps, rounded down; na, NaN and a negative limit let nothing pass. */
int64_t stratc_limit_steps(stratc_optional limit, stratc_scale step);

/* The same for a share. */
double stratc_limit_share(stratc_optional limit);

#endif
