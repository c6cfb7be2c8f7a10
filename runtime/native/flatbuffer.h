/* Reading of flatbuffers from untrusted bytes, as far as Arrow files need it.
 * Every access is checked: a bad offset sets `broken` and reads as 0, so callers test once, before they believe
 * anything. */
#ifndef STRATC_FLATBUFFER_H
#define STRATC_FLATBUFFER_H

#include <string.h>

#include "base.h"

typedef struct {
    const uint8_t *bytes;
    size_t size;
    bool broken;
} stratc_flat;

/* Copies `length` bytes at `at`; zeros and `broken` outside the buffer. */
static inline void stratc_flat_copy(stratc_flat *flat, size_t at, void *out, size_t length) {
    if (at <= flat->size && length <= flat->size - at) {
        memcpy(out, flat->bytes + at, length);
    } else {
        flat->broken = true;
        memset(out, 0, length);
    }
}

static inline uint32_t stratc_flat_u32(stratc_flat *flat, size_t at) {
    uint32_t value;
    stratc_flat_copy(flat, at, &value, sizeof value);
    return value;
}

/* Where the offset stored at `at` leads; 0 when broken. */
static inline size_t stratc_flat_follow(stratc_flat *flat, size_t at) {
    size_t target = at + stratc_flat_u32(flat, at);
    if (target >= flat->size) flat->broken = true;
    return flat->broken ? 0 : target;
}

static inline size_t stratc_flat_root(stratc_flat *flat) { return stratc_flat_follow(flat, 0); }

/* Position of field `index` of a table; 0 if the table leaves it out. */
static inline size_t stratc_flat_field(stratc_flat *flat, size_t table, int index) {
    int32_t back;
    uint16_t length, offset;
    stratc_flat_copy(flat, table, &back, sizeof back);
    int64_t vtable = (int64_t)table - back;
    if (vtable < 0) flat->broken = true;
    if (flat->broken) return 0;
    stratc_flat_copy(flat, (size_t)vtable, &length, sizeof length);
    size_t slot = 4 + 2 * (size_t)index;
    if (slot + 2 > length) return 0;
    stratc_flat_copy(flat, (size_t)vtable + slot, &offset, sizeof offset);
    return offset == 0 ? 0 : table + offset;
}

/* A little-endian signed integer field of `width` bytes (1, 2, 4, 8), or `absent`. */
static inline int64_t stratc_flat_int(stratc_flat *flat, size_t table, int index, size_t width, int64_t absent) {
    size_t at = stratc_flat_field(flat, table, index);
    if (at == 0) return absent;
    int64_t value = 0;
    stratc_flat_copy(flat, at, &value, width);
    unsigned spare = 64 - 8 * (unsigned)width;
    return (int64_t)((uint64_t)value << spare) >> spare;
}

/* The table, string or vector a field refers to; 0 if absent. */
static inline size_t stratc_flat_child(stratc_flat *flat, size_t table, int index) {
    size_t at = stratc_flat_field(flat, table, index);
    return at == 0 ? 0 : stratc_flat_follow(flat, at);
}

/* First element of a vector field, all of which lies inside the buffer; *count is 0 if absent or broken. */
static inline size_t stratc_flat_vector(stratc_flat *flat, size_t table, int index, size_t element, size_t *count) {
    size_t at = stratc_flat_child(flat, table, index);
    *count = at == 0 ? 0 : stratc_flat_u32(flat, at);
    if (at == 0 || flat->broken) return *count = 0;
    if (*count > (flat->size - at - 4) / element) {
        flat->broken = true;
        return *count = 0;
    }
    return at + 4;
}

#endif
