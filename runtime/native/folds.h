/* Folds over the last `length` values of a stream: compiler/program.py, Window, says what each must give, to the bit.
 *
 * The ring is an array of at least `length` values in the context of the generated program; it is used modulo `length`, so
 * that once it is full the oldest value lies at `head`. Everything is inline: where the length is a constant the compiler
 * unrolls. A NaN loses to every number in min and max.
 */
#ifndef STRATC_FOLDS_H
#define STRATC_FOLDS_H

#include "arithmetic.h"

enum { STRATC_STRIDED_UP_TO = 32 }; /* longer sums run, compensated */

/* ---- how a ring moves */
typedef struct {
    int64_t head;  /* where the next value goes */
    int64_t count; /* values held, at most length */
} stratc_ring;

static inline int64_t stratc_after(int64_t at, int64_t length) { return at + 1 == length ? 0 : at + 1; }

static inline int64_t stratc_oldest(const stratc_ring *ring, int64_t length) { return ring->count == length ? ring->head : 0; }

static inline void stratc_push(stratc_ring *ring, double *values, int64_t length, double value) {
    values[ring->head] = value;
    ring->head = stratc_after(ring->head, length);
    if (ring->count < length) ring->count++;
}

/* ---- sums */
typedef struct {
    double sum, compensation;
} stratc_neumaier;

static inline void stratc_neumaier_add(stratc_neumaier *total, double value) {
    double sum = total->sum + value;
    bool sum_is_larger = stratc_abs(total->sum) >= stratc_abs(value);
    total->compensation += sum_is_larger ? (total->sum - sum) + value : (value - sum) + total->sum;
    total->sum = sum;
}

/* (value - center), squared if asked: what a strided sum adds. */
static inline double stratc_term(double value, double center, bool squared) {
    return squared ? (value - center) * (value - center) : value;
}

/* Value i, oldest first, goes to partial sum i % 4; then (s0 + s1) + (s2 + s3). */
static inline double stratc_strided(const stratc_ring *ring, const double *values, int64_t length, double center, bool squared) {
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0;
    int64_t at = stratc_oldest(ring, length), left = ring->count;
    for (; left >= 4; left -= 4) {
        s0 += stratc_term(values[at], center, squared);
        at = stratc_after(at, length);
        s1 += stratc_term(values[at], center, squared);
        at = stratc_after(at, length);
        s2 += stratc_term(values[at], center, squared);
        at = stratc_after(at, length);
        s3 += stratc_term(values[at], center, squared);
        at = stratc_after(at, length);
    }
    if (left > 0) {
        s0 += stratc_term(values[at], center, squared);
        at = stratc_after(at, length);
    }
    if (left > 1) {
        s1 += stratc_term(values[at], center, squared);
        at = stratc_after(at, length);
    }
    if (left > 2) s2 += stratc_term(values[at], center, squared);
    return (s0 + s1) + (s2 + s3);
}

typedef struct {
    stratc_ring ring;
    stratc_neumaier running; /* of lengths above STRATC_STRIDED_UP_TO */
} stratc_sum;

/* Adds the new value and takes the leaving one away; every `length` values it adds up the ring anew, oldest first. */
static inline void stratc_push_running(stratc_sum *state, double *values, int64_t length, double value) {
    bool full = state->ring.count == length;
    double leaving = values[state->ring.head];
    stratc_push(&state->ring, values, length, value);
    if (state->ring.head == 0) { /* the number of pushes is a multiple of length: the oldest lies at 0 */
        state->running = (stratc_neumaier){0.0, 0.0};
        for (int64_t i = 0; i < length; i++) stratc_neumaier_add(&state->running, values[i]);
    } else {
        stratc_neumaier_add(&state->running, value);
        if (full) stratc_neumaier_add(&state->running, -leaving);
    }
}

/* Takes a value in. What the window holds then is asked for apart: it is not always wanted. */
static inline void stratc_window_push(stratc_sum *state, double *values, int64_t length, double value) {
    if (length > STRATC_STRIDED_UP_TO) {
        stratc_push_running(state, values, length, value);
    } else {
        stratc_push(&state->ring, values, length, value);
    }
}

static inline double stratc_window_sum(const stratc_sum *state, const double *values, int64_t length) {
    if (length > STRATC_STRIDED_UP_TO) return state->running.sum + state->running.compensation;
    return stratc_strided(&state->ring, values, length, 0.0, false);
}

static inline double stratc_window_mean(const stratc_sum *state, const double *values, int64_t length) {
    return stratc_window_sum(state, values, length) / (double)state->ring.count;
}

/* Of the population, in two passes. */
static inline double stratc_window_variance(const stratc_sum *state, const double *values, int64_t length) {
    double mean = stratc_window_mean(state, values, length);
    return stratc_strided(&state->ring, values, length, mean, true) / (double)state->ring.count;
}

/* ---- extremes: the newest of equal ones is kept, so that it expires as late as it can */
typedef struct {
    stratc_ring ring;
    int64_t best; /* where the extreme lies */
} stratc_extreme;

static inline bool stratc_beats(double value, double best, bool largest) {
    return (largest ? value >= best : value <= best) || best != best;
}

static inline double stratc_window_extreme(stratc_extreme *state, double *values, int64_t length, double value, bool largest) {
    bool first = state->ring.count == 0;
    bool expires = state->ring.count == length && state->best == state->ring.head;
    double best = values[state->best];
    int64_t newest = state->ring.head;
    stratc_push(&state->ring, values, length, value);
    if (first || stratc_beats(value, best, largest)) {
        state->best = newest;
    } else if (expires) {
        int64_t at = stratc_oldest(&state->ring, length);
        state->best = at;
        for (int64_t left = state->ring.count - 1; left > 0; left--) {
            at = stratc_after(at, length);
            if (stratc_beats(values[at], values[state->best], largest)) state->best = at;
        }
    }
    return values[state->best];
}

static inline double stratc_window_min(stratc_extreme *state, double *values, int64_t length, double value) {
    return stratc_window_extreme(state, values, length, value, false);
}

static inline double stratc_window_max(stratc_extreme *state, double *values, int64_t length, double value) {
    return stratc_window_extreme(state, values, length, value, true);
}

#endif
