/* Everything a run consists of at one moment: the strategy's context, the order kernel, the venue and what is between them.
 * A copy of it is a run of its own, which the adverse path needs: it looks how a bar ends before it walks it. */
#ifndef STRATC_WORLD_H
#define STRATC_WORLD_H

#include "order_path.h"
#include "results.h"
#include "venue.h"

typedef struct {
    const stratc_program *program;
    void *context;
    stratc_output output;
    stratc_order_path orders;
    stratc_venue venue;
    stratc_frame_queue denials;
    stratc_results *results; /* who is told of fills and denials, in a run folder of everything; NULL: nobody */
    stratc_tape *tape;       /* a trial tells its tape instead; NULL: this is none */
    uint64_t seq, commands_out, reports_in;
    int64_t now;
    uint32_t reports_at_once;
    stratc_error *error;
} stratc_world;

/* Allocates what the program needs and begins at the start of time. */
bool stratc_world_open(stratc_world *world, const stratc_program *program, const stratc_options *options, stratc_error *error);
void stratc_world_close(stratc_world *world);

/* Copies the state of a world at rest (nothing waits in its queues); `to` was opened for the same program and keeps its results. */
void stratc_world_copy(stratc_world *to, const stratc_world *from);

/* Delivers one input that the host makes itself, and everything it causes at once; gives it its number, and a time not before the last. */
bool stratc_world_instant(stratc_world *world, stratc_input *input);

/* Runs what happens not later than `until`: answers of the venue, timers of the order kernel, timers of the strategy; at equal times
 * in this order. */
bool stratc_world_advance(stratc_world *world, int64_t until);

/* Can nothing happen while the price stays in [low, high], up to and with `until`? */
bool stratc_world_idle(stratc_world *world, int64_t low, int64_t high, int64_t until);

/* Equity if everything were marked at `px`: money units. */
int64_t stratc_world_equity(const stratc_world *world, int64_t px);

#endif
