/* The context of a strategy kernel as it was after an input: one flat struct, tagged with the program's hash and the input's number.
 * Two files take turns, so that a kill while one is written leaves the other whole. */
#ifndef STRATC_SNAPSHOT_H
#define STRATC_SNAPSHOT_H

#include "kernel.h"

/* Writes the context into the older of the folder's two. `turn`: 0 or 1, alternately. */
bool stratc_snapshot_save(const char *folder, int turn, const stratc_program *program, const void *context, uint64_t seq, int64_t now,
                          stratc_error *error);

/* The latest whole one of this program: fills the context and says after which input it was. False: there is none, and nothing was
 * changed. */
bool stratc_snapshot_load(const char *folder, const stratc_program *program, void *context, uint64_t *seq, int64_t *now);

#endif
