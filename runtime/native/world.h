/* Everything a run consists of at one moment: the strategy's context, the order kernel, the venue and what is between them.
 * A copy of it is a run of its own, which the adverse path needs: it looks how a bar ends before it walks it. */
#ifndef STRATC_WORLD_H
#define STRATC_WORLD_H

#include "bar_sets.h"
#include "order_path.h"
#include "results.h"
#include "signal_rows.h"
#include "venue.h"

/* Where the orders of one instrument go. */
typedef struct {
    stratc_order_path orders;
    stratc_venue venue;
} stratc_leg;

typedef struct {
    const stratc_program *program;
    void *context;
    stratc_output output;
    stratc_leg *legs; /* by instrument */
    uint32_t leg_count;
    uint8_t marks[STRATC_MOST_FEEDS]; /* does the feed mark its instrument? */
    const stratc_signal_rows *signals; /* by feed; NULL: there are none */
    size_t next_row[STRATC_MOST_FEEDS]; /* of each, the one that comes next */
    stratc_frame_queue denials, reports; /* of the strategy's own checks; of the order kernels */
    stratc_results *results; /* who is told of fills and denials, in a run folder of everything; NULL: nobody */
    stratc_tape *tape;       /* a trial tells its tape instead; NULL: this is none */
    uint64_t seq, commands_out, reports_in;
    bool replays; /* a journal says what the venue answers: nothing is asked */
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

/* Delivers what a journal holds, in its order: an input, or what an order kernel hears. A report must be the one that the kernels made. */
bool stratc_world_replay(stratc_world *world, const stratc_journal_entry *entry);

/* Runs what happens not later than `until`: answers of the venues, timers of the order kernels, timers of the strategy; at equal times
 * in this order, and those of instruments as they are declared. */
bool stratc_world_advance(stratc_world *world, int64_t until);

/* Takes the signals of the data, from `time` on; a world that is not given any has none. */
void stratc_world_listen(stratc_world *world, const stratc_signal_rows *signals, int64_t time);

/* Delivers the records of signals that are known at `until`; those of one time as their feeds are declared. */
bool stratc_world_records(stratc_world *world, int64_t until);

/* Can nothing happen while prices stay in the bars, one per instrument (NULL: it has none), up to and with `until`? */
bool stratc_world_idle(stratc_world *world, const stratc_bar *const *bars, int64_t until);

/* Equity if every instrument were marked at the close of its bar, without one as it is: money units. */
int64_t stratc_world_equity(const stratc_world *world, const stratc_bar *const *bars);

const stratc_holding *stratc_world_holdings(const stratc_world *world);

#endif
