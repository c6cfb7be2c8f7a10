/* The strategy log and the order log: records gather in a page; a full page is sealed and handed to the file. */
#include "log.h"

#include <string.h>

#include "crc32c.h"

enum { HEADER_SIZE = 64, VERSION = 1, SEAL_FINAL = 1 };
enum { STRATEGY_PAGE = 63, ORDER_PAGE = 20 }; /* with its seal a page of either log fits 4096 bytes */

typedef struct {
    char magic[8];
    uint16_t version, kind;
    uint32_t record_size;
    uint8_t program_hash[32];
    uint8_t reserved[12];
    uint32_t crc32c; /* over the 60 bytes before it */
} log_header;

_Static_assert(sizeof(log_header) == HEADER_SIZE, "the file header is 64 bytes");
_Static_assert(sizeof(stratc_log_record) == 64, "a strategy record is 64 bytes");
_Static_assert(offsetof(stratc_log_record, crc32c) == 24 && offsetof(stratc_log_record, aux) == 28, "checksum and aux are one word");
_Static_assert(sizeof(stratc_order_record) == 192, "an order record is 192 bytes");
_Static_assert((STRATEGY_PAGE + 1) * sizeof(stratc_log_record) <= STRATC_LOG_PAGE, "a strategy page fits");
_Static_assert((ORDER_PAGE + 1) * sizeof(stratc_order_record) <= STRATC_LOG_PAGE, "an order page fits");

static bool open_file(stratc_output_file *file, const char *path, enum stratc_log_mode mode, stratc_error *error) {
    if (mode == STRATC_LOG_ANEW) return stratc_output_open_in_place(file, path, error);
    return mode == STRATC_LOG_RESUME ? stratc_output_resume(file, path, error) : stratc_output_compare(file, path, error);
}

bool stratc_log_open(stratc_log *log, const char *path, enum stratc_log_kind kind, const uint8_t program_hash[32], enum stratc_log_mode mode,
                     stratc_error *error) {
    if (!open_file(&log->file, path, mode, error)) return false;
    bool order = kind == STRATC_LOG_ORDER;
    log->record_size = order ? sizeof(stratc_order_record) : sizeof(stratc_log_record);
    log->page_records = order ? ORDER_PAGE : STRATEGY_PAGE;
    log->held = 0;
    log_header header = {.version = VERSION, .kind = (uint16_t)kind, .record_size = (uint32_t)log->record_size};
    memcpy(header.magic, "STRATLOG", sizeof header.magic);
    memcpy(header.program_hash, program_hash, sizeof header.program_hash);
    header.crc32c = stratc_crc32c(&header, HEADER_SIZE - sizeof header.crc32c);
    stratc_sha256_init(&log->hash);
    stratc_sha256_update(&log->hash, &header, sizeof header);
    stratc_sha256_final(&log->hash, log->chain);
    (void)stratc_output_write(&log->file, &header, sizeof header); /* a failure sticks: append and close tell it */
    return true;
}

/* Puts a record behind those of the page and fills its CRC. It is copied in three parts so that the checksum's eight bytes at a
 * time never have to wait for a store of fewer. */
static void place(stratc_log *log, const void *record) {
    enum { BEFORE = offsetof(stratc_log_record, crc32c), AFTER = BEFORE + 8 };
    const unsigned char *from = record;
    unsigned char *at = log->page + log->held * log->record_size;
    uint32_t checked[2] = {0}; /* crc32c, aux */
    memcpy(&checked[1], from + BEFORE + 4, sizeof checked[1]);
    memcpy(at, from, BEFORE);
    memcpy(at + BEFORE, checked, sizeof checked);
    memcpy(at + AFTER, from + AFTER, log->record_size - AFTER);
    uint32_t crc = stratc_crc32c(at, log->record_size);
    memcpy(at + BEFORE, &crc, sizeof crc);
    log->held++;
}

/* Ends the page with a record that repeats seq and now of the last one and holds the digest of
 * the previous seal's digest followed by the records of this page. */
static bool seal(stratc_log *log, uint32_t flags) {
    size_t size = log->held * log->record_size;
    stratc_order_record record;
    memset(&record, 0, sizeof record);
    if (log->held > 0) memcpy(&record.head, log->page + size - log->record_size, offsetof(stratc_log_record, kind));
    record.head.kind = STRATC_LOG_SEAL;
    record.head.id = (uint16_t)log->held;
    record.head.aux = flags;
    stratc_sha256_restart(&log->hash);
    stratc_sha256_update(&log->hash, log->chain, sizeof log->chain);
    stratc_sha256_update(&log->hash, log->page, size);
    stratc_sha256_final(&log->hash, log->chain);
    memcpy(record.head.payload, log->chain, sizeof log->chain);
    place(log, &record);
    log->held = 0;
    return stratc_output_write(&log->file, log->page, size + log->record_size);
}

bool stratc_log_append(stratc_log *log, const void *record) {
    place(log, record);
    return log->held < log->page_records ? log->file.failure.code == STRATC_EXIT_OK : seal(log, 0);
}

bool stratc_log_append_all(stratc_log *log, const void *records, size_t count) {
    const unsigned char *at = records;
    bool good = true;
    for (size_t i = 0; i < count; i++) good = stratc_log_append(log, at + i * log->record_size);
    return good;
}

bool stratc_log_close(stratc_log *log, stratc_error *error) {
    (void)seal(log, SEAL_FINAL); /* a failure sticks, and commit tells it */
    return stratc_output_commit(&log->file, error);
}

void stratc_log_abandon(stratc_log *log) {
    (void)stratc_output_write(&log->file, log->page, log->held * log->record_size);
    stratc_output_abandon(&log->file);
}
