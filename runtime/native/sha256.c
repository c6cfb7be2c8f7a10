/* SHA-256: the portable rounds, and those of the x86 SHA instructions. */
#include "sha256.h"

#include <string.h>

/* Fractional parts of the square roots of the first 8 primes, and of the cube roots of the first 64. */
static const uint32_t START[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};
static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate(uint32_t x, int by) {
    return x >> by | x << (32 - by);
}

static inline uint32_t big_endian(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

static void expand(uint32_t words[64], const unsigned char *block) {
    for (int i = 0; i < 16; i++) words[i] = big_endian(block + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t a = words[i - 15], b = words[i - 2];
        words[i] = words[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + words[i - 7] +
                   (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
}

static void compress_portable(uint32_t state[8], const unsigned char *blocks, size_t count) {
    for (; count > 0; count--, blocks += 64) {
        uint32_t words[64];
        expand(words, blocks);
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 64; i++) {
            uint32_t first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ (e & (f ^ g)));
            first += ROUND[i] + words[i];
            uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b)));
            h = g, g = f, f = e, e = d + first;
            d = c, c = b, b = a, a = first + second;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>

/* Four rounds, from words w0; then the words 16 further on take the place of w0 (unused in the last rounds). */
#define FOUR_ROUNDS(i, w0, w1, w2, w3)                                                                       \
    do {                                                                                                     \
        __m128i sum = _mm_add_epi32(w0, _mm_loadu_si128((const __m128i *)&ROUND[4 * (i)]));                  \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                                       \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));                              \
        sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));                       \
        w0 = _mm_sha256msg2_epu32(sum, w3);                                                                  \
    } while (0)

/* The instructions do two rounds each on the vectors (a, b, e, f) and (c, d, g, h), highest lane first. */
__attribute__((target("sha,sse4.1")))
static void compress_x86(uint32_t state[8], const unsigned char *blocks, size_t count) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[0]), 0x1b);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state[4]), 0x1b);
    __m128i abef = _mm_unpackhi_epi64(efgh, abcd), cdgh = _mm_unpacklo_epi64(efgh, abcd);
    for (; count > 0; count--, blocks += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        const __m128i *words = (const __m128i *)blocks;
        __m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(words), swap);
        __m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(words + 1), swap);
        __m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(words + 2), swap);
        __m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(words + 3), swap);
        for (int i = 0; i < 16; i += 4) {
            FOUR_ROUNDS(i, w0, w1, w2, w3);
            FOUR_ROUNDS(i + 1, w1, w2, w3, w0);
            FOUR_ROUNDS(i + 2, w2, w3, w0, w1);
            FOUR_ROUNDS(i + 3, w3, w0, w1, w2);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    abcd = _mm_unpackhi_epi64(cdgh, abef), efgh = _mm_unpacklo_epi64(cdgh, abef);
    _mm_storeu_si128((__m128i *)&state[0], _mm_shuffle_epi32(abcd, 0x1b));
    _mm_storeu_si128((__m128i *)&state[4], _mm_shuffle_epi32(efgh, 0x1b));
}

static int has_x86_instructions(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);
}
#endif

void stratc_sha256_init_portable(stratc_sha256 *hash) {
    hash->compress = compress_portable;
    stratc_sha256_restart(hash);
}

void stratc_sha256_init(stratc_sha256 *hash) {
    stratc_sha256_init_portable(hash);
#if defined(__x86_64__) && defined(__GNUC__)
    if (has_x86_instructions()) hash->compress = compress_x86;
#endif
}

void stratc_sha256_restart(stratc_sha256 *hash) {
    memcpy(hash->state, START, sizeof START);
    hash->size = 0;
}

void stratc_sha256_update(stratc_sha256 *hash, const void *data, size_t size) {
    const unsigned char *bytes = data;
    size_t held = hash->size % 64;
    hash->size += size;
    if (held > 0) {
        size_t taken = size < 64 - held ? size : 64 - held;
        memcpy(hash->block + held, bytes, taken);
        bytes += taken, size -= taken;
        if (held + taken < 64) return;
        hash->compress(hash->state, hash->block, 1);
    }
    hash->compress(hash->state, bytes, size / 64);
    if (size % 64 > 0) memcpy(hash->block, bytes + size / 64 * 64, size % 64);
}

void stratc_sha256_final(stratc_sha256 *hash, unsigned char digest[32]) {
    static const unsigned char padding[64] = {0x80};
    uint64_t bits = hash->size * 8;
    unsigned char length[8];
    for (int i = 0; i < 8; i++) length[i] = (unsigned char)(bits >> (56 - 8 * i));
    stratc_sha256_update(hash, padding, 1 + (119 - hash->size % 64) % 64);
    stratc_sha256_update(hash, length, 8);
    for (int i = 0; i < 32; i++) digest[i] = (unsigned char)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
