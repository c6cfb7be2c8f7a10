/* The inline functions of the runtime as functions of their own, so that a test can call them from outside. */
#include "../../runtime/native/calendar.h"
#include "../../runtime/native/machine.h"
#include "../../runtime/native/slots.h"
#include "../../runtime/native/standing.h"

#include "kernel_shim.h"

void shim_begin(stratc_core *core, const stratc_input *input, stratc_output *output) { stratc_begin(core, input, output); }

void shim_latch_bar(stratc_core *core, const stratc_instrument *instrument, stratc_holding *holding, const stratc_bar *bar) {
    stratc_latch_bar(core, instrument, holding, 1, 0, bar);
}

int64_t shim_open_leaves(const stratc_view *view, uint8_t side) { return stratc_open_leaves(view, side, 0); }

/* state: the ring's two numbers, then room for `capacity` pairs. */
int64_t shim_highest(int64_t *state, int64_t capacity, int64_t now, int64_t window, int64_t equity) {
    return stratc_highest((stratc_peaks *)state, (stratc_peak *)(state + 2), capacity, now, window, equity);
}
