/* Frame headers and ranges. */
#include "frame_check.h"

#include <string.h>

#include "crc32c.h"

#define MAX_QTY INT64_C(1073741823)
#define MAX_PX INT64_C(2147483647)

static uint32_t checksum(const stratc_frame *frame) {
    stratc_frame copy = *frame;
    copy.header.crc32c = 0;
    return stratc_crc32c(&copy, sizeof copy);
}

void stratc_frame_begin(stratc_frame *frame, uint16_t type) {
    frame->header.version = STRATC_FRAME_VERSION;
    frame->header.type = type;
    frame->header.length = sizeof *frame;
}

void stratc_frame_seal(stratc_frame *frame, uint64_t seq, int64_t now, uint32_t instrument) {
    frame->header.seq = seq;
    frame->header.ts_ns = (uint64_t)now;
    frame->header.instrument = instrument;
    frame->header.crc32c = checksum(frame);
}

bool stratc_frame_check(const stratc_frame *frame, stratc_error *error) {
    const stratc_frame_header *header = &frame->header;
    const char *wrong = NULL;
    bool known = header->type == STRATC_FRAME_SUBMIT || header->type == STRATC_FRAME_REPLACE ||
                 header->type == STRATC_FRAME_CANCEL || header->type == STRATC_FRAME_REPORT;
    if (header->version != STRATC_FRAME_VERSION)
        wrong = "version";
    else if (!known)
        wrong = "type";
    else if (header->length != sizeof *frame)
        wrong = "length";
    else if (header->crc32c != checksum(frame))
        wrong = "checksum";
    return !wrong || stratc_fail(error, STRATC_EXIT_INTERNAL, "frame %llu of type %u has a wrong %s",
                                 (unsigned long long)header->seq, (unsigned)header->type, wrong);
}

static bool all_zero(const uint8_t *bytes, size_t size) {
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++) any |= bytes[i];
    return any == 0;
}

/* What nobody carries out must be zero, so that no wish is silently dropped. */
static bool without_extras(const stratc_submit_frame *submit) {
    return submit->display == 0 && submit->gap == 0 && submit->slices == 0 && all_zero(submit->unused, sizeof submit->unused);
}

static bool price_in_range(bool needed, int64_t px) { return needed ? px >= 1 && px <= MAX_PX : px == 0; }

bool stratc_submit_in_range(const stratc_submit_frame *submit) {
    bool stop = submit->kind == STRATC_KIND_STOP || submit->kind == STRATC_KIND_STOP_LIMIT;
    bool limit = submit->kind == STRATC_KIND_LIMIT || submit->kind == STRATC_KIND_STOP_LIMIT;
    bool enums = (stop || limit || submit->kind == STRATC_KIND_MARKET) && submit->side < STRATC_SIDE_COUNT &&
                 submit->tif < STRATC_TIF_COUNT && submit->urgency < STRATC_URGENCY_COUNT && submit->reduce_only <= 1 &&
                 submit->post_only <= limit && submit->held <= 1;
    return enums && price_in_range(stop, submit->trigger) && price_in_range(limit, submit->px) && submit->id >= 1 &&
           submit->id <= UINT32_MAX && submit->sibling <= UINT32_MAX && submit->child_a <= UINT32_MAX && submit->child_b <= UINT32_MAX &&
           submit->qty >= 1 && submit->qty <= MAX_QTY && submit->expires >= 0 && without_extras(submit);
}
