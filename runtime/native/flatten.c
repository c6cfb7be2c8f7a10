/* Account-wide actions: flatten (cancel everything, then close every position by market orders until flat) and halt. */
#include "emit.h"
#include "machine.h"
#include "orders.h"

static const int64_t RETRY = INT64_C(1000000000);

static uint32_t flatten_timer(const stratc_view *view) { return view->plan->machine_timers; }
static uint32_t halt_timer(const stratc_view *view) { return view->plan->machine_timers + 1; }

static void arm(const stratc_view *view, uint32_t timer, int64_t due) {
    stratc_arm(view->core, view->deadlines, view->plan->timer_count, timer, due);
}

/* A denial, and what an order leaves open, is tried again when the timer comes due. */
static void wait(const stratc_view *view) { arm(view, flatten_timer(view), stratc_deadline(view->core->now, RETRY)); }

static bool any_open(const stratc_view *view) {
    for (uint32_t i = 0; i < view->plan->slot_count; i++) {
        if (view->slots[i].open) {
            return true;
        }
    }
    return false;
}

bool stratc_flatten(const stratc_view *view, uint32_t line) {
    stratc_core *core = view->core;
    if (core->flatten != STRATC_FLATTEN_OFF) {
        return false;
    }
    stratc_record *made =
        stratc_new_record(core, view->output, STRATC_COMMAND, STRATC_ACCOUNT_WIDE, line, STRATC_COMMAND_FLATTEN);
    if (made != NULL) {
        made->payload[3].i = view->plan->instrument_count == 1 ? view->holdings[0].position : 0;
    }
    core->flatten = STRATC_FLATTEN_CANCELLING;
    stratc_disarm(core, view->deadlines, view->plan->timer_count, 0, view->plan->machine_timers);
    stratc_cancel(view, -1, line);
    wait(view);
    return true;
}

static void close_positions(const stratc_view *view) {
    for (uint32_t i = view->plan->template_count - view->plan->instrument_count; i < view->plan->template_count; i++) {
        const stratc_template *t = &view->plan->templates[i];
        if (view->holdings[t->instrument].position != 0 && !view->slots[t->first_slot].open) {
            stratc_close_position(view, i);
        }
    }
}

bool stratc_advance(const stratc_view *view) {
    stratc_core *core = view->core;
    bool open = any_open(view), fired = core->timer_id == (int32_t)flatten_timer(view);
    if (!open && core->flat) {
        core->flatten = STRATC_FLATTEN_OFF;
        arm(view, flatten_timer(view), STRATC_NEVER);
        return true;
    }
    if (fired || (core->flatten == STRATC_FLATTEN_CANCELLING && !open)) {
        core->flatten = STRATC_FLATTEN_CLOSING;
        close_positions(view);
        wait(view);
    }
    return false;
}

void stratc_halt(const stratc_view *view, int64_t until, uint32_t line) {
    stratc_core *core = view->core;
    core->halted_until = core->halted_until > until ? core->halted_until : until;
    arm(view, halt_timer(view), core->halted_until > core->now ? core->halted_until : STRATC_NEVER);
    stratc_record *made = stratc_new_record(core, view->output, STRATC_COMMAND, STRATC_ACCOUNT_WIDE, line, STRATC_COMMAND_HALT);
    if (made != NULL) {
        made->payload[0].i = core->halted_until;
    }
}

void stratc_resume(const stratc_view *view) {
    stratc_core *core = view->core;
    core->paused = 0;
    core->resumed = 1;
    core->halted_until = 0;
    core->account.streak = 0;
    arm(view, halt_timer(view), STRATC_NEVER);
}
