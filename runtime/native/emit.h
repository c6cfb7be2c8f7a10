/* New records and frames of an instant; NULL, and an OUTPUT fault, where the buffer is full. */
#ifndef STRATC_EMIT_H
#define STRATC_EMIT_H

#include "latched.h"

enum { STRATC_ACCOUNT_WIDE = 0xFFFF }; /* id of a COMMAND record that is about no template */
enum { STRATC_COMMAND_FLATTEN = 128, STRATC_COMMAND_HALT = 129 }; /* its aux, beside the types of command frames */

/* The first fault of a run stands. */
void stratc_fault(stratc_core *core, uint32_t code, uint32_t line);

static inline stratc_record *stratc_new_record(stratc_core *core, stratc_output *output, uint16_t kind, uint16_t id, uint32_t line,
                                               uint32_t aux) {
    if (output->record_count == output->record_capacity) {
        stratc_fault(core, STRATC_FAULT_OUTPUT, line);
        return NULL;
    }
    stratc_record *made = &output->records[output->record_count++];
    *made = (stratc_record){.seq = core->seq, .now = core->now, .kind = kind, .id = id, .line = line, .aux = aux};
    return made;
}

/* The value of a signal, 0.0 where it is not there. */
static inline void stratc_log_signal(stratc_core *core, uint32_t signal, double value, bool ok, uint32_t line, stratc_output *output) {
    stratc_record *made = stratc_new_record(core, output, STRATC_SIGNAL, (uint16_t)signal, line, ok);
    if (made != NULL) made->payload[0].f = stratc_canonical(value);
}

stratc_frame *stratc_new_frame(stratc_core *core, stratc_output *output, uint16_t type, uint32_t line);

#endif
