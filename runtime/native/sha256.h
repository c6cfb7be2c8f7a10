/* SHA-256 (FIPS 180-4), streaming; uses the processor's SHA instructions where it has them, with the same result. */
#ifndef STRATC_SHA256_H
#define STRATC_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t state[8];
    uint64_t size; /* bytes taken so far */
    unsigned char block[64];
    /* Hashes `count` whole blocks into `state`: chosen once, by init. */
    void (*compress)(uint32_t state[8], const unsigned char *blocks, size_t count);
} stratc_sha256;

void stratc_sha256_init(stratc_sha256 *hash);
/* The same without special instructions, so that a test can compare both on one machine. */
void stratc_sha256_init_portable(stratc_sha256 *hash);
/* Starts anew without asking the processor again. */
void stratc_sha256_restart(stratc_sha256 *hash);
void stratc_sha256_update(stratc_sha256 *hash, const void *data, size_t size);
void stratc_sha256_final(stratc_sha256 *hash, unsigned char digest[32]);

#endif
