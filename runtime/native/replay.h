/* Feeds the journal of a finished run through strategy kernel and order kernels again and compares both logs, byte for byte. */
#ifndef STRATC_REPLAY_H
#define STRATC_REPLAY_H

#include "options.h"

/* options: of the run, out: its folder. Prints how much was compared; false: the first difference. */
bool stratc_replay(const stratc_program *program, const stratc_options *options, stratc_error *error);

#endif
