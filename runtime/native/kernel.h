/* The contract between a generated program and its host; view.h holds what generated code calls.
 *
 * A generated program fills one `const stratc_program` and two functions, init and step. One call of step is one instant:
 * latch, signals, standing risk, machine, order fields, bounds, commit. The host owns the input log, the clock and all files.
 * The context is one flat struct without pointers; it begins with a stratc_core.
 */
#ifndef STRATC_KERNEL_H
#define STRATC_KERNEL_H

#include "../schemas/frames.h"
#include "base.h"

/* ---- inputs: one input = one instant */
enum stratc_input_kind { STRATC_CONTROL = 1, STRATC_REPORT = 2, STRATC_TIMER = 3, STRATC_BARS = 4, STRATC_DATA = 5 };
enum stratc_control { STRATC_START = 1, STRATC_STOP = 2, STRATC_PAUSE = 3, STRATC_RESUME = 4, STRATC_FLATTEN = 5, STRATC_KILL = 6,
                      STRATC_ADOPT = 7 /* instead of START: takes over a position; faults where no rule of the program does */ };

enum stratc_bar_flag { STRATC_BAR_NO_VOLUME = 1, STRATC_BAR_LATE = 2 }; /* late: its set was closed without it */

typedef struct {
    int64_t start, end;                     /* ns UTC; a bar is visible at its end */
    int64_t open_px, high_px, low_px, close_px; /* whole price units */
    double open, high, low, close;          /* the same as correctly rounded doubles of the quote currency */
    double volume;                          /* base units; 0 when the source has none */
    double trades;
    uint32_t feed;                          /* index of the feed in the program */
    uint32_t flags;                         /* enum stratc_bar_flag */
} stratc_bar;

typedef struct { /* a position that another program left open */
    int64_t position, cost; /* lots, signed; what was paid for them, in money units, as stratc_holding has it */
} stratc_taken;

typedef struct {
    uint64_t seq; /* gapless from 1 */
    int64_t now;  /* ns UTC, never decreasing */
    int32_t kind; /* enum stratc_input_kind */
    int32_t verb; /* CONTROL: enum stratc_control; TIMER: timer id; BARS: number of bars; DATA: 1 */
    int64_t deadline;            /* TIMER: the deadline that came due */
    const stratc_bar *bars;      /* BARS: the set that ended at one boundary, by feed; DATA: the record of one feed */
    const stratc_frame *report;  /* REPORT: one report frame */
    const stratc_taken *taken;   /* CONTROL adopt: of each instrument of the program */
} stratc_input;

/* ---- outputs of one instant: written by step into buffers of the host */
enum stratc_record_kind { STRATC_SIGNAL = 1, STRATC_RISK = 2, STRATC_TRANSITION = 3, STRATC_COMMAND = 4, STRATC_NOTE = 5, STRATC_FAULT = 6 };

typedef union {
    int64_t i;
    double f;
} stratc_value;

/* A strategy-log record; log.h writes it as 64 bytes with its checksum (same member order). */
typedef struct {
    uint64_t seq;
    int64_t now;
    uint16_t kind; /* enum stratc_record_kind */
    uint16_t id;
    uint32_t line; /* of the strategy text */
    uint32_t crc32c;
    uint32_t aux;
    stratc_value payload[4];
} stratc_record;

typedef struct {
    stratc_frame *frames; /* in order; a REPORT frame here is a denial that the host returns as the next input */
    uint32_t frame_count, frame_capacity;
    stratc_record *records;
    uint32_t record_count, record_capacity;
} stratc_output;

/* ---- the part of the context every program has */
typedef struct { /* what the account holds of one instrument; an array of them, by instrument, follows the core */
    int64_t realised; /* money units (10^-money_decimals of the quote currency), as all money below; of closed quantity, before fees */
    int64_t fees;
    int64_t cost;     /* paid for the open position: sum of signed lots * price, pro rata on reduction */
    int64_t position; /* lots, signed; the order kernel's truth */
    int64_t mark;     /* price units of the last close; 0 before the first bar */
    int64_t dust;     /* fees in the base asset that are less than a lot, in its smallest units */
    int64_t trip_base; /* realised - fees where the round trip began: from flat to flat, or to the other side */
    uint32_t trip_open;
    uint32_t unused;
} stratc_holding;

typedef struct { /* realised, fees, cost: of all instruments together */
    int64_t capital, realised, fees, cost;
    int64_t equity;  /* capital + realised + sum of (position * mark * unit) - cost - fees */
    uint32_t streak; /* round trips in a row that lost */
    uint32_t unused;
} stratc_account;

typedef struct { /* what of an order a replace can change; 0 where its kind has none */
    int64_t qty, px, trigger; /* lots, price units */
} stratc_terms;

typedef struct { /* one order that a template has, or had last, open */
    uint64_t order_id; /* generation * rows + index of the slot, the generation counting from 1; 0: never used */
    stratc_terms stands;
    stratc_terms asked; /* by the replace in flight */
    stratc_terms wish;  /* to be asked for after that one */
    int64_t cum;        /* lots */
    int64_t value;      /* sum of lots * price units over its fills: avg_px = value / cum */
    uint16_t template_id;
    uint8_t open; /* its leaves count */
    uint8_t side; /* STRATC_SIDE_BUY / SELL */
    uint8_t reduce_only;
    uint8_t in_flight, has_wish;
    uint8_t unused;
} stratc_slot;

enum stratc_event { /* bits of stratc_core.events: what the REPORT of this instant raised and no transition has taken */
    STRATC_EVENT_PARTIAL = 1, STRATC_EVENT_FILLED = 2, STRATC_EVENT_CLOSED = 4, STRATC_EVENT_DENIED = 8,
    STRATC_EVENT_LATE = 16, STRATC_EVENT_FLAT = 32
};

enum stratc_flatten_phase { STRATC_FLATTEN_OFF = 0, STRATC_FLATTEN_CANCELLING = 1, STRATC_FLATTEN_CLOSING = 2 };

typedef struct {
    /* ---- of this instant */
    uint64_t seq;
    int64_t now;
    uint64_t entered;        /* bit per state entered */
    int32_t input_kind;
    int32_t timer_id;        /* that fired, else -1 */
    uint64_t ticked;         /* bit per feed that ticked */
    uint32_t events;         /* bits of enum stratc_event */
    uint32_t event_template; /* the template the REPORT is about */
    uint32_t answered;       /* slot + 1 whose replace the REPORT answered, else 0 */
    uint32_t filled;         /* template + 1 of an open order that the REPORT filled, else 0 */
    uint8_t mark_changed, resumed;
    uint8_t interrupted; /* a flatten started while the machine was tested: nothing more is tested */

    /* ---- held */
    uint8_t running;  /* CONTROL start was seen, CONTROL stop was not, or a flatten goes on after it */
    uint8_t stopping; /* CONTROL stop was seen */
    uint8_t paused;
    uint8_t flatten;         /* enum stratc_flatten_phase */
    uint8_t flat;            /* predicate: no open leaves and |position| below one lot, min_qty or min_notional */
    int32_t state;           /* machine state */
    int32_t earliest_timer;  /* of the deadline below, -1: none */
    int64_t earliest;        /* deadline of the timers, STRATC_NEVER where none is armed */
    int64_t halted_until;    /* risk-adding commands are refused before it */
    int64_t started_at; /* when CONTROL start came; STRATC_NEVER: not yet */
    int64_t day_equity, day_ends;  /* equity at the start of the trading day; the last instant of that day */
    uint32_t fault;          /* enum stratc_fault_code, 0 = none; the host stops the run on one */
    uint32_t fault_line;
    stratc_account account;
} stratc_core;

enum stratc_fault_code { STRATC_FAULT_NONE = 0, STRATC_FAULT_POSITION = 1, STRATC_FAULT_MONEY = 2, STRATC_FAULT_OUTPUT = 3, STRATC_FAULT_REPORT = 4,
                         STRATC_FAULT_ADOPT = 5 /* a position that this program can't take over, or not now */ };

/* ---- what a program says of itself (all constant) */
typedef struct { /* open in [opens, closes), in ns */
    int64_t opens, closes;
} stratc_session;

typedef struct {
    const char *name, *venue, *base, *quote;
    stratc_scale price;          /* price unit: the finest grid of data and orders */
    int64_t tick;                /* order tick in price units (>= 1) */
    stratc_scale lot;            /* base units of one lot */
    int64_t money_per_unit;      /* money units of one lot * one price unit (>= 1) */
    int32_t money_decimals;      /* a money unit is 10^-money_decimals of the quote currency */
    int64_t min_qty;             /* lots, >= 1 */
    int64_t min_notional;        /* money units, 0 = none */
    int64_t max_qty;             /* lots */
    int64_t maker_fee, taker_fee; /* parts per 10^8 of notional */
    int32_t trades_all_days;     /* 1: ALWAYS calendar (365 days), 0: sessions (252) */
    int32_t fee_in_base;         /* 1: a buy's fee is charged in the base asset; a sell's is always in the quote */
    int32_t base_decimals;       /* a smallest base unit is 10^-base_decimals of the base asset */
    int64_t lot_units;           /* smallest base units of one lot */
    const stratc_session *sessions; /* ascending, never overlapping; NULL: always open */
    uint32_t session_count;
    uint32_t day_count;
    const stratc_session *days;  /* first open and last close of each trading day; NULL: each session is one */
    const char *exchange;        /* whose sessions these are: of the time before and after them nothing is known; NULL: a file's */
    int32_t allowed;             /* positions: 1 long only, -1 short only, 0 both */
} stratc_instrument;

typedef struct { /* constants of an instrument's hard gate in the order kernel: never below the bounds of the risk block */
    int64_t max_qty;      /* lots */
    int64_t max_notional; /* price units * lots */
    int64_t collar;       /* price units */
    int64_t max_open;
    int64_t max_position; /* lots */
    int64_t pace, burst;  /* ns: of one message; of a full bucket */
} stratc_gate;

typedef struct {
    const char *name, *schema;
    uint32_t schema_version, instrument;
    int64_t every; /* ns */
    int32_t source; /* resampled: of which feed; -1: it has data of its own */
    const char *type; /* of an `extern signal` (schema signal, every 0): of its values, which come as the close of a bar by itself; else NULL */
} stratc_feed;

enum stratc_param_kind { STRATC_PARAM_COUNT = 1, STRATC_PARAM_NUMBER = 2, STRATC_PARAM_BOOL = 3, STRATC_PARAM_DURATION = 4,
                         STRATC_PARAM_ENUM = 5 };

typedef struct {
    const char *name, *unit; /* unit as text for people: "count", "ratio", "USDT/BTC" … */
    int32_t kind;            /* enum: NUMBER uses .f, the others .i; of an ENUM it is the place of a member, from 0 on */
    stratc_value value, low, high, step;
    int32_t bounded, stepped;
    uint32_t line;
    const char *members; /* of an ENUM: their names in order, a blank between two */
} stratc_param;

typedef struct {
    const char *name, *type;
    int32_t is_bool;
    int32_t logged;
    uint32_t line;
} stratc_signal;

typedef struct {
    const char *name;
    uint8_t side, kind, tif, reduce_only; /* enums of frames.h */
    uint32_t first_slot, max_open, line;
    uint8_t post_only;
    uint8_t reserved;    /* the last templates of every program, `flatten`, one per instrument: its side is chosen when it is sent */
    uint8_t urgency;     /* enum of frames.h: how a new price joins the book; a hint, as is the route */
    uint16_t route;      /* numbered from 1 in the order of the text; 0: none */
    uint32_t instrument;
    int32_t sibling;     /* OCO: template, -1 none */
    int32_t children[2]; /* bracket: templates, -1 none */
} stratc_template;

typedef struct {
    const char *text; /* as written: abs(position) <= 5 BTC else reject */
    uint32_t line;
} stratc_rule;

typedef struct {
    const char *name;
    uint32_t line;
} stratc_named;

typedef struct stratc_program {
    const char *name, *title, *compiler;
    uint32_t semantics;
    uint8_t hash[32];        /* SHA-256 of the manifest text */
    const char *manifest;    /* the YAML text */
    size_t context_size;
    size_t holdings; /* where in the context the holdings begin, one per instrument */
    uint32_t max_frames, max_records; /* of one instant */
    stratc_scale capital_scale;       /* declared capital = capital * money unit; kept as */
    int64_t capital;                  /* money units */
    const stratc_instrument *instruments; uint32_t instrument_count;
    const stratc_feed *feeds;             uint32_t feed_count;
    const stratc_param *params;           uint32_t param_count;
    const stratc_signal *signals;         uint32_t signal_count;
    const stratc_named *states;           uint32_t state_count;
    const stratc_template *templates;     uint32_t template_count;
    const stratc_rule *rules;             uint32_t rule_count; /* bounds, then standing rules: ids of RISK records */
    const stratc_named *notes;            uint32_t note_count; /* texts of notify */
    uint32_t slot_count, timer_count;
    const stratc_gate *gates; /* one per instrument */

    /* Bars of the first feed after which every signal is ready, for these parameters; what counts from an event on is left out. */
    int64_t (*warm_up)(const stratc_value *params);
    /* context: context_size bytes, zeroed by init. params: param_count values, already checked against their ranges. */
    void (*init)(void *context, const stratc_value *params, int64_t capital);
    /* Makes `to` what `from` is, but for what only BARS read or change: there and back, with instants without BARS between, is as if
     * `from` had had them. Both were made by init. */
    void (*copy)(void *to, const void *from);
    /* Runs one instant; output counts are reset by step itself. Returns 0, or a stratc_fault_code. */
    uint32_t (*step)(void *context, const stratc_input *input, stratc_output *output);
    /* Current (held) value of every signal; ok[i] = 0 where it is na or not ready. bool signals are 0.0 / 1.0. */
    void (*signal_values)(const void *context, double *values, uint8_t *ok);
    /* Earliest armed deadline (ties: lowest id), or STRATC_NEVER; *timer_id gets its id. */
    int64_t (*next_deadline)(const void *context, int32_t *timer_id);
} stratc_program;

#endif
