/* Headers of frames: made, sealed with seq, time and CRC, and checked on arrival. */
#ifndef STRATC_FRAME_CHECK_H
#define STRATC_FRAME_CHECK_H

#include "kernel.h"

/* Fills version, type and length of a zeroed frame. */
void stratc_frame_begin(stratc_frame *frame, uint16_t type);

/* Numbers a frame in its direction, stamps it and closes it with its CRC. */
void stratc_frame_seal(stratc_frame *frame, uint64_t seq, int64_t now, uint32_t instrument);

/* False, with the reason, unless version, length, type (a command or report of 128 bytes) and CRC are right. */
bool stratc_frame_check(const stratc_frame *frame, stratc_error *error);

/* Is every field in the range its message declares, and used only as far as orders here go: no schedules, no displayed part? */
bool stratc_submit_in_range(const stratc_submit_frame *submit);

#endif
