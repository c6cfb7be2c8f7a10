/* Writing of flatbuffers front to back, as far as Arrow files need it: a table is placed with its references zero, and
 * each reference is pointed when its target is placed. Without memory `failed` is set and nothing more happens. */
#ifndef STRATC_FLATBUFFER_WRITER_H
#define STRATC_FLATBUFFER_WRITER_H

#include <stdlib.h>
#include <string.h>

#include "base.h"

typedef struct {
    unsigned char *bytes;
    size_t size, capacity;
    bool failed;
} stratc_flat_writer;

/* A table's member `index`, `width` bytes wide (1, 2, 4, 8); a reference is 4 wide and 0 until it is pointed. */
typedef struct {
    int index;
    size_t width;
    int64_t value;
} stratc_flat_member;

enum { STRATC_FLAT_MEMBERS = 8 }; /* of the largest table */

/* Appends bytes (zeros where data is NULL) and returns their position. */
static inline size_t stratc_flat_put(stratc_flat_writer *flat, const void *data, size_t size) {
    size_t at = flat->size;
    if (at + size > flat->capacity) {
        size_t capacity = 2 * (at + size) + 1024;
        unsigned char *bytes = flat->failed ? NULL : realloc(flat->bytes, capacity);
        if (!bytes) {
            flat->failed = true;
            return 0;
        }
        flat->bytes = bytes;
        flat->capacity = capacity;
    }
    if (data) memcpy(flat->bytes + at, data, size);
    else memset(flat->bytes + at, 0, size);
    flat->size += size;
    return at;
}

/* Zeros until size % alignment == rest. */
static inline void stratc_flat_pad(stratc_flat_writer *flat, size_t alignment, size_t rest) {
    stratc_flat_put(flat, NULL, (alignment + rest - flat->size % alignment) % alignment);
}

/* Writes into the reference at `at` where its target lies. */
static inline void stratc_flat_point(stratc_flat_writer *flat, size_t at, size_t target) {
    uint32_t distance = (uint32_t)(target - at);
    if (!flat->failed) memcpy(flat->bytes + at, &distance, sizeof distance);
}

/* Places a table; members of equal width keep their order, wider ones come first, so that all are aligned. */
static inline size_t stratc_flat_table(stratc_flat_writer *flat, const stratc_flat_member *members, size_t count) {
    uint16_t vtable[2 + STRATC_FLAT_MEMBERS] = {0};
    unsigned char body[4 + 8 * STRATC_FLAT_MEMBERS];
    size_t size = 4, slots = 0;
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t i = 0; i < count; i++) {
            if ((size_t)members[i].index >= slots) slots = (size_t)members[i].index + 1;
            if (members[i].width != width) continue;
            vtable[2 + members[i].index] = (uint16_t)size;
            memcpy(body + size, &members[i].value, width);
            size += width;
        }
    vtable[0] = (uint16_t)(4 + 2 * slots);
    vtable[1] = (uint16_t)size;
    stratc_flat_pad(flat, 2, 0);
    size_t vtable_at = stratc_flat_put(flat, vtable, vtable[0]);
    stratc_flat_pad(flat, 8, 4);
    int32_t back = (int32_t)(flat->size - vtable_at);
    memcpy(body, &back, sizeof back);
    return stratc_flat_put(flat, body, size);
}

/* Where a table that was placed keeps its member `index`, which it must have. */
static inline size_t stratc_flat_member_at(const stratc_flat_writer *flat, size_t table, int index) {
    int32_t back;
    uint16_t offset;
    if (flat->failed) return 0;
    memcpy(&back, flat->bytes + table, sizeof back);
    memcpy(&offset, flat->bytes + table - back + 4 + 2 * index, sizeof offset);
    return table + offset;
}

/* Places a string and points the table's member at it. */
static inline void stratc_flat_string(stratc_flat_writer *flat, size_t table, int index, const char *text) {
    uint32_t length = (uint32_t)strlen(text);
    stratc_flat_pad(flat, 4, 0);
    stratc_flat_point(flat, stratc_flat_member_at(flat, table, index), flat->size);
    stratc_flat_put(flat, &length, sizeof length);
    stratc_flat_put(flat, text, length + 1);
}

/* Places a vector whose elements are aligned to 8 bytes (zeros where data is NULL), points the table's member at it,
 * and returns the position of its first element. */
static inline size_t stratc_flat_array(stratc_flat_writer *flat, size_t table, int index, const void *data,
                                       size_t element, uint32_t count) {
    stratc_flat_pad(flat, 8, 4);
    stratc_flat_point(flat, stratc_flat_member_at(flat, table, index), flat->size);
    stratc_flat_put(flat, &count, sizeof count);
    return stratc_flat_put(flat, data, element * count);
}

#endif
