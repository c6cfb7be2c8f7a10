/* The strategy log and the order log: append-only files of fixed-size records, each with its CRC-32C, in pages
 * sealed by a SHA-256 hash chain. docs/logs.md is the format. Written in place: what a broken run leaves is evidence. */
#ifndef STRATC_LOG_H
#define STRATC_LOG_H

#include "output.h"
#include "sha256.h"

#define STRATC_LOG_PAGE 4096

/* ANEW; or the file is there already: RESUME compares what it has and goes on, COMPARE only compares. */
enum stratc_log_mode { STRATC_LOG_ANEW, STRATC_LOG_RESUME, STRATC_LOG_COMPARE };

enum stratc_log_kind { STRATC_LOG_STRATEGY = 1, STRATC_LOG_ORDER = 2 };

/* Kinds of the order log; those of the strategy log are enum stratc_record_kind of kernel.h. SEAL is of both. */
enum stratc_log_record_kind { STRATC_LOG_IN = 8, STRATC_LOG_OUT = 9, STRATC_LOG_SEAL = 15 };

/* A record of the strategy log, as bytes the same as stratc_record of kernel.h; payloads may be doubles. */
typedef struct {
    uint64_t seq;
    int64_t now;
    uint16_t kind, id;
    uint32_t line;
    uint32_t crc32c; /* over the whole record with this member zero; the log fills it */
    uint32_t aux;
    int64_t payload[4];
} stratc_log_record;

/* A record of the order log. aux: phase | reason << 8 | flags << 16 of the order after the frame.
 * payload: order id, cum, leaves, position after. */
typedef struct {
    stratc_log_record head;
    unsigned char frame[128];
} stratc_order_record;

typedef struct {
    stratc_output_file file;
    stratc_sha256 hash;
    size_t record_size;       /* 64 or 192 */
    size_t page_records;      /* records before a seal: 63 or 20 */
    size_t held;              /* records of this page so far */
    unsigned char chain[32];  /* digest of the last seal; before the first, of the file header */
    unsigned char page[STRATC_LOG_PAGE];
} stratc_log;

bool stratc_log_open(stratc_log *log, const char *path, enum stratc_log_kind kind, const uint8_t program_hash[32], enum stratc_log_mode mode,
                     stratc_error *error);

/* Appends a stratc_log_record (strategy) or stratc_order_record (order). False once the file has failed: see close. */
bool stratc_log_append(stratc_log *log, const void *record);

/* Appends `count` records that stand one after another. */
bool stratc_log_append_all(stratc_log *log, const void *records, size_t count);

/* Writes the final seal, whose digest is then log->chain, and closes. */
bool stratc_log_close(stratc_log *log, stratc_error *error);

/* Closes without a seal: the records so far stay in the file, marked as unfinished by the seal they lack. */
void stratc_log_abandon(stratc_log *log);

#endif
