/* A queue as an array that starts over whenever it runs empty, which it does in every instant. */
#include "frame_queue.h"

#include <stdlib.h>

bool stratc_frame_queue_push(stratc_frame_queue *queue, const stratc_frame *frame, stratc_error *error) {
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity ? 2 * queue->capacity : 16;
        stratc_frame *frames = realloc(queue->frames, capacity * sizeof *frames);
        if (!frames) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for %zu waiting frames", capacity);
        queue->frames = frames;
        queue->capacity = capacity;
    }
    queue->frames[queue->count++] = *frame;
    return true;
}

bool stratc_frame_queue_pop(stratc_frame_queue *queue, stratc_frame *frame) {
    if (queue->head == queue->count) return false;
    *frame = queue->frames[queue->head++];
    if (queue->head == queue->count) queue->head = queue->count = 0;
    return true;
}

void stratc_frame_queue_free(stratc_frame_queue *queue) {
    free(queue->frames);
    *queue = (stratc_frame_queue){0};
}
