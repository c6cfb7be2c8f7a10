/* The few words in which generated code writes a machine: states entered in this instant, events raised by its REPORT, its timer. */
#ifndef STRATC_MACHINE_H
#define STRATC_MACHINE_H

#include "arithmetic.h"
#include "kernel.h"

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

/* Latches a TIMER: it fires once. One that was disarmed or armed anew while it waited in the log is no timer any more. */
static inline void stratc_latch_timer(stratc_core *core, int64_t *deadlines, uint32_t count, const stratc_input *input) {
    bool due = input->verb >= 0 && (uint32_t)input->verb < count && deadlines[input->verb] == input->deadline;
    core->timer_id = due ? input->verb : -1;
    if (due) deadlines[input->verb] = STRATC_NEVER;
}

static inline void stratc_disarm_all(int64_t *deadlines, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) deadlines[i] = STRATC_NEVER;
}

#endif
