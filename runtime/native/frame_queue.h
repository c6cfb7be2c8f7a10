/* Frames waiting to be taken, first in, first out; grows as needed. */
#ifndef STRATC_FRAME_QUEUE_H
#define STRATC_FRAME_QUEUE_H

#include "kernel.h"

typedef struct {
    stratc_frame *frames; /* the waiting ones are frames[head .. count) */
    size_t head, count, capacity;
} stratc_frame_queue;

bool stratc_frame_queue_push(stratc_frame_queue *queue, const stratc_frame *frame, stratc_error *error);
bool stratc_frame_queue_pop(stratc_frame_queue *queue, stratc_frame *frame);
void stratc_frame_queue_free(stratc_frame_queue *queue);

#endif
