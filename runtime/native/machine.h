/* What every instant runs through, inline: its begin, the closed bar, timers, and the words in which a machine is written. */
#ifndef STRATC_MACHINE_H
#define STRATC_MACHINE_H

#include "arithmetic.h"
#include "view.h"

/* ---- latch */

static inline void stratc_begin(stratc_core *core, const stratc_input *input, stratc_output *output) {
    core->seq = input->seq;
    core->now = input->now;
    core->entered = UINT64_C(1) << core->state;
    core->input_kind = input->kind;
    core->timer_id = -1;
    core->ticked = 0;
    core->events = core->event_template = 0;
    core->answered = core->filled = 0;
    core->mark_changed = core->resumed = core->interrupted = 0;
    output->frame_count = 0;
    output->record_count = 0;
}

/* kernel.c: a REPORT into slots, position, money, flat and events; faults on a wrong position_after or money overflow. */
void stratc_latch_report(stratc_core *core, const stratc_plan *plan, stratc_holding *holdings, stratc_slot *slots, const stratc_frame *report);

/* kernel.c: the positions of a CONTROL adopt become this program's. */
void stratc_latch_adoption(stratc_core *core, const stratc_plan *plan, stratc_holding *holdings, const stratc_slot *slots,
                           const stratc_input *input);

void stratc_revalue_exactly(stratc_core *core, const stratc_instrument *instruments, const stratc_holding *holdings, uint32_t count);

/* What positions are worth at their marks; false where a step passes what an amount of money may be. */
static inline bool stratc_worth(const stratc_instrument *instruments, const stratc_holding *holdings, uint32_t count, int64_t *value) {
    const int64_t most = INT64_MAX / 2;
    int64_t price, worth;
    *value = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (__builtin_mul_overflow(holdings[i].position, holdings[i].mark, &price) ||
            __builtin_mul_overflow(price, instruments[i].money_per_unit, &worth) || worth > most || worth < -most)
            return false;
        *value += worth;
        if (*value > most || *value < -most) return false;
    }
    return true;
}

/* Equity at the marks: in 64 bits where they hold every step, else the long way, which finds the fault. */
static inline void stratc_revalue(stratc_core *core, const stratc_instrument *instruments, const stratc_holding *holdings, uint32_t count) {
    stratc_account *account = &core->account;
    const int64_t most = INT64_MAX / 2;
    int64_t value, equity;
    bool fits = stratc_worth(instruments, holdings, count, &value) && !__builtin_add_overflow(account->capital, account->realised, &equity) &&
                !__builtin_add_overflow(equity, value, &equity) && !__builtin_sub_overflow(equity, account->cost, &equity) &&
                !__builtin_sub_overflow(equity, account->fees, &equity) && equity <= most && equity >= -most;
    if (!fits) {
        stratc_revalue_exactly(core, instruments, holdings, count);
        return;
    }
    account->equity = equity;
}

/* Latches the close of a bar as the mark of instrument `of`. */
static inline void stratc_latch_bar(stratc_core *core, const stratc_instrument *instruments, stratc_holding *holdings, uint32_t count,
                                    uint32_t of, const stratc_bar *bar) {
    core->mark_changed |= bar->close_px != holdings[of].mark;
    holdings[of].mark = bar->close_px;
    core->ticked |= UINT64_C(1) << bar->feed;
    if (holdings[of].position != 0) stratc_revalue(core, instruments, holdings, count);
}

/* A bar of a feed that marks no instrument. */
static inline void stratc_note_bar(stratc_core *core, const stratc_bar *bar) { core->ticked |= UINT64_C(1) << bar->feed; }

static inline bool stratc_ticked(const stratc_core *core, uint32_t feed) { return (core->ticked >> feed & 1) != 0; }

/* ---- timers: the earliest deadline is kept beside them */

/* Earliest of `count` deadlines (STRATC_NEVER: not armed); ties: lowest index. */
int64_t stratc_earliest(const int64_t *deadlines, uint32_t count, int32_t *timer_id);

static inline void stratc_arm(stratc_core *core, int64_t *deadlines, uint32_t count, uint32_t timer, int64_t due) {
    if (deadlines[timer] == due) return;
    deadlines[timer] = due;
    core->earliest = stratc_earliest(deadlines, count, &core->earliest_timer);
}

/* Those from `first` up to `end`. */
static inline void stratc_disarm(stratc_core *core, int64_t *deadlines, uint32_t count, uint32_t first, uint32_t end) {
    for (uint32_t i = first; i < end; i++) deadlines[i] = STRATC_NEVER;
    core->earliest = stratc_earliest(deadlines, count, &core->earliest_timer);
}

/* Latches a TIMER: it fires once. One that was disarmed or armed anew while it waited in the log is no timer any more. */
static inline bool stratc_latch_timer(stratc_core *core, int64_t *deadlines, uint32_t count, const stratc_input *input) {
    bool due = input->verb >= 0 && (uint32_t)input->verb < count && deadlines[input->verb] == input->deadline;
    if (!due) return false;
    core->timer_id = input->verb;
    stratc_arm(core, deadlines, count, (uint32_t)input->verb, STRATC_NEVER);
    return true;
}

/* ---- the machine: states entered in this instant, events raised by its REPORT */

static inline bool stratc_was_entered(const stratc_core *core, int32_t state) { return (core->entered >> state & 1) != 0; }

static inline void stratc_enter(stratc_core *core, int32_t state) {
    core->state = state;
    core->entered |= UINT64_C(1) << state;
}

static inline bool stratc_raised(const stratc_core *core, uint32_t event) { return (core->events & event) != 0; }

static inline bool stratc_raised_by(const stratc_core *core, uint32_t event, uint32_t template_id) {
    return (core->events & event) != 0 && core->event_template == template_id;
}

/* An event that was taken is gone for this instant. */
static inline void stratc_take(stratc_core *core, uint32_t event) { core->events &= ~event; }

/* A cooldown that still runs is never cut short by another. */
static inline int64_t stratc_cooled(int64_t until, int64_t now, int64_t delay) {
    return stratc_max_int(until, stratc_deadline(now, delay));
}

#endif
