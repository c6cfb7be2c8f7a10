/* CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), the check of every frame and log record. */
#ifndef STRATC_CRC32C_H
#define STRATC_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of `size` bytes. */
uint32_t stratc_crc32c(const void *data, size_t size);

/* The CRC of the bytes that gave `crc` followed by these: extend(0, ...) is the plain CRC. */
uint32_t stratc_crc32c_extend(uint32_t crc, const void *data, size_t size);

/* The same without instructions that only some processors have. */
uint32_t stratc_crc32c_extend_portable(uint32_t crc, const void *data, size_t size);

#endif
