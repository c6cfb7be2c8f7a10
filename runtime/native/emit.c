/* Output of an instant: records of the strategy log and frames for the order kernel. */
#include "emit.h"

#include <string.h>

#include "account.h"
#include "view.h"

stratc_frame *stratc_new_frame(stratc_core *core, stratc_output *output, uint16_t type, uint32_t line) {
    if (output->frame_count == output->frame_capacity) {
        stratc_fault(core, STRATC_FAULT_OUTPUT, line);
        return NULL;
    }
    stratc_frame *made = &output->frames[output->frame_count++];
    memset(made, 0, sizeof *made);
    made->header.version = STRATC_FRAME_VERSION;
    made->header.type = type;
    made->header.length = sizeof *made;
    made->header.ts_ns = (uint64_t)core->now;
    return made;
}

void stratc_note(stratc_core *core, uint32_t text, uint32_t line, stratc_output *output) {
    stratc_new_record(core, output, STRATC_NOTE, (uint16_t)text, line, 0);
}

void stratc_log_transition(stratc_core *core, int32_t from, int32_t to, uint32_t transition, int32_t cause, uint32_t line,
                           stratc_output *output) {
    stratc_record *made = stratc_new_record(core, output, STRATC_TRANSITION, (uint16_t)from, line, (uint32_t)to);
    if (made != NULL) {
        made->payload[0].i = cause;
        made->payload[1].i = transition;
    }
}

void stratc_log_standing(stratc_core *core, uint32_t rule, bool fires, int64_t measured, int64_t limit, uint32_t line,
                         stratc_output *output) {
    stratc_record *made = stratc_new_record(core, output, STRATC_RISK, (uint16_t)rule, line, fires);
    if (made != NULL) {
        made->payload[0].i = measured;
        made->payload[1].i = limit;
    }
}
