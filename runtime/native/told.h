/* What a world tells of itself while it runs, and a tape that keeps it: a trial walk is told only if it becomes the run. */
#ifndef STRATC_TOLD_H
#define STRATC_TOLD_H

#include "journal.h"
#include "log.h"
#include "order_path.h"

enum stratc_told_kind { STRATC_TOLD_RECORD, STRATC_TOLD_COMMAND, STRATC_TOLD_REPORT, STRATC_TOLD_FILL, STRATC_TOLD_ENTRY };

typedef struct {
    enum stratc_told_kind kind;
    union {
        stratc_record record;     /* RECORD: of the strategy */
        stratc_order_record order; /* COMMAND, REPORT: a frame, with the state of its order after it */
        stratc_match match;       /* FILL */
        stratc_journal_entry entry; /* ENTRY: of the journal, if there is one */
    } as;
} stratc_told;

/* A command after the order kernel has taken it; a report on its way in (`seq` of its own instant). */
void stratc_told_command(stratc_told *told, uint64_t seq, int64_t now, const stratc_frame *frame, const stratc_order_path *orders);
void stratc_told_report(stratc_told *told, uint64_t seq, int64_t now, const stratc_frame *frame);

typedef struct {
    stratc_told *items;
    size_t count, capacity;
} stratc_tape;

bool stratc_tape_add(stratc_tape *tape, const stratc_told *told, stratc_error *error);
void stratc_tape_free(stratc_tape *tape);

#endif
