/* The strategy kernel as a broken run left it: its last snapshot and, through step, the inputs that the journal holds after it
 * (docs/restart.md). What these instants put out is not sent again. */
#ifndef STRATC_RESTART_H
#define STRATC_RESTART_H

#include "journal.h"
#include "options.h"

typedef struct {
    const stratc_program *program;
    void *context;
    uint64_t seq;          /* of the last input it has seen */
    uint64_t snapshot_seq; /* 0: there was no snapshot */
    uint64_t journal_seq;  /* of the last whole input in the journal; 0: there is none */
    stratc_output output;
} stratc_restart;

/* False: the journal is of another program or other data, or broken. A folder without a journal gives a kernel that has seen nothing. */
bool stratc_restart_open(stratc_restart *restart, const stratc_program *program, const stratc_options *options, const uint8_t data[32],
                         stratc_error *error);

/* An input after those of the journal. False: a fault, which the run itself meets too. */
bool stratc_restart_step(stratc_restart *restart, const stratc_journal_entry *entry);

/* Has the other context, after the same input, the same state? */
bool stratc_restart_agrees(const stratc_restart *restart, const void *context, stratc_error *error);

void stratc_restart_close(stratc_restart *restart);

#endif
