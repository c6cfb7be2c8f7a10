/* CRC-32C, eight bytes a step: by the processor's instruction where it has one, else by tables ("slicing by 8").
 * A CRC is linear: a table entry is the XOR of the entries of its set bits. So only the eight one-bit entries of each
 * table are written here, and the C compiler builds the rest. Little-endian machines only. */
#include "crc32c.h"

#include <string.h>

#define BIT(n, bit, entry) ((((n) >> (bit)) & 1u) ? (entry) : 0u)
#define ENTRY(n, a, b, c, d, e, f, g, h)                                                            \
    (BIT(n, 0, a) ^ BIT(n, 1, b) ^ BIT(n, 2, c) ^ BIT(n, 3, d) ^                                    \
     BIT(n, 4, e) ^ BIT(n, 5, f) ^ BIT(n, 6, g) ^ BIT(n, 7, h))
#define FOUR(n, ...)                                                                                \
    ENTRY(n, __VA_ARGS__), ENTRY((n) + 1u, __VA_ARGS__), ENTRY((n) + 2u, __VA_ARGS__), ENTRY((n) + 3u, __VA_ARGS__)
#define SIXTEEN(n, ...)                                                                             \
    FOUR(n, __VA_ARGS__), FOUR((n) + 4u, __VA_ARGS__), FOUR((n) + 8u, __VA_ARGS__), FOUR((n) + 12u, __VA_ARGS__)
#define SIXTY_FOUR(n, ...)                                                                          \
    SIXTEEN(n, __VA_ARGS__), SIXTEEN((n) + 16u, __VA_ARGS__),                                       \
    SIXTEEN((n) + 32u, __VA_ARGS__), SIXTEEN((n) + 48u, __VA_ARGS__)
#define TABLE(...)                                                                                  \
    {SIXTY_FOUR(0u, __VA_ARGS__), SIXTY_FOUR(64u, __VA_ARGS__),                                     \
     SIXTY_FOUR(128u, __VA_ARGS__), SIXTY_FOUR(192u, __VA_ARGS__)}

/* TABLES[k][n]: what byte n adds to the CRC when k more bytes of the same step follow it. */
static const uint32_t TABLES[8][256] = {
    TABLE(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
    TABLE(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
    TABLE(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
    TABLE(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
    TABLE(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c),
    TABLE(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6),
    TABLE(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4),
    TABLE(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664),
};

uint32_t stratc_crc32c_extend_portable(uint32_t crc, const void *data, size_t size) {
    const unsigned char *bytes = data;
    crc = ~crc;
    for (; size >= 8; size -= 8, bytes += 8) {
        uint32_t low, high;
        memcpy(&low, bytes, 4);
        memcpy(&high, bytes + 4, 4);
        low ^= crc;
        crc = TABLES[7][low & 255] ^ TABLES[6][low >> 8 & 255] ^ TABLES[5][low >> 16 & 255] ^ TABLES[4][low >> 24] ^
              TABLES[3][high & 255] ^ TABLES[2][high >> 8 & 255] ^ TABLES[1][high >> 16 & 255] ^ TABLES[0][high >> 24];
    }
    for (; size > 0; size--, bytes++) crc = TABLES[0][(crc ^ *bytes) & 255] ^ crc >> 8;
    return ~crc;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <nmmintrin.h>

__attribute__((target("sse4.2")))
static uint32_t extend_x86(uint32_t crc, const void *data, size_t size) {
    const unsigned char *bytes = data;
    uint64_t state = ~crc;
    for (; size >= 8; size -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        state = _mm_crc32_u64(state, word);
    }
    for (; size > 0; size--, bytes++) state = _mm_crc32_u8((uint32_t)state, *bytes);
    return ~(uint32_t)state;
}
#endif

uint32_t stratc_crc32c_extend(uint32_t crc, const void *data, size_t size) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("sse4.2")) return extend_x86(crc, data, size);
#endif
    return stratc_crc32c_extend_portable(crc, data, size);
}

uint32_t stratc_crc32c(const void *data, size_t size) {
    return stratc_crc32c_extend(0, data, size);
}
