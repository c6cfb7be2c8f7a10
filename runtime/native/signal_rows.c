/* Signal files: a header of 128 bytes, then rows of 16. */
#include "signal_rows.h"

#include <math.h>
#include <string.h>

#include "crc32c.h"
#include "sha256.h"

enum { VERSION = 1, TYPE_TEXT = 36 };

typedef struct {
    char magic[8];
    uint32_t version;
    uint32_t unused;
    uint64_t count;
    uint8_t hash[32];
    uint8_t rows[32]; /* SHA-256 of the rows */
    char type[TYPE_TEXT]; /* zero-terminated */
    uint32_t header_crc32c; /* over what stands before it */
} header;

_Static_assert(sizeof(header) == 128 && sizeof(stratc_signal_row) == 16, "header and rows have no holes");

static bool no_signal(const char *path, const char *what, const stratc_feed *feed, stratc_error *error) {
    stratc_fail(error, STRATC_EXIT_INPUT, "%.600s: %s", path, what);
    return stratc_help(error, "make the values of `%s` with `stratc signals`", feed->name);
}

static bool rows_fit(const stratc_mapped *file, const header *head) {
    uint8_t digest[32];
    stratc_sha256 hash;
    stratc_sha256_init(&hash);
    stratc_sha256_update(&hash, file->bytes + sizeof *head, file->size - sizeof *head);
    stratc_sha256_final(&hash, digest);
    return memcmp(digest, head->rows, sizeof digest) == 0;
}

static bool read_header(const stratc_mapped *file, header *head, const char *path, const stratc_feed *feed, stratc_error *error) {
    if (file->size < sizeof *head) return no_signal(path, "is no file of a signal, or cut short", feed, error);
    memcpy(head, file->bytes, sizeof *head);
    if (memcmp(head->magic, "STRATSIG", 8) != 0 || head->header_crc32c != stratc_crc32c(head, offsetof(header, header_crc32c)))
        return no_signal(path, "is no file of a signal", feed, error);
    if (head->version != VERSION) return no_signal(path, "is a signal of another version", feed, error);
    if ((file->size - sizeof *head) / sizeof(stratc_signal_row) != head->count || (file->size - sizeof *head) % sizeof(stratc_signal_row) != 0)
        return no_signal(path, "is not whole", feed, error);
    if (!rows_fit(file, head))
        return no_signal(path, "was changed: its checksum does not fit", feed, error);
    if (head->type[TYPE_TEXT - 1] == '\0' && strcmp(head->type, feed->type) == 0) return true;
    stratc_fail(error, STRATC_EXIT_DATA, "%.600s: holds values of `%.63s`, `%s` is `%s`", path, head->type, feed->name, feed->type);
    return stratc_help(error, "make them again with `stratc signals`");
}

static bool check_rows(const stratc_signal_rows *rows, const char *path, const stratc_feed *feed, stratc_error *error) {
    bool is_bool = strcmp(feed->type, "bool") == 0;
    for (size_t i = 0; i < rows->count; i++) {
        const stratc_signal_row *row = &rows->rows[i];
        bool good = isfinite(row->value) && (!is_bool || row->value == 0.0 || row->value == 1.0) && (i == 0 || row->time > row[-1].time);
        if (good && row->time >= 0 && row->time < INT64_MAX / 2) continue;
        stratc_fail(error, STRATC_EXIT_DATA, "%.600s: row %zu is not later than the one before, or no value of `%s`", path, i + 1, feed->type);
        return stratc_help(error, "make them again with `stratc signals`");
    }
    return true;
}

bool stratc_signal_rows_read(stratc_signal_rows *rows, const char *path, const stratc_feed *feed, stratc_error *error) {
    header head;
    if (!stratc_map_file(path, &rows->file, error)) return false;
    if (!read_header(&rows->file, &head, path, feed, error)) return false;
    rows->rows = (const stratc_signal_row *)(const void *)(rows->file.bytes + sizeof head);
    rows->count = (size_t)head.count;
    memcpy(rows->hash, head.hash, sizeof rows->hash);
    return check_rows(rows, path, feed, error);
}

void stratc_signal_rows_free(stratc_signal_rows *rows) {
    stratc_unmap_file(&rows->file);
    *rows = (stratc_signal_rows){0};
}

size_t stratc_signal_rows_after(const stratc_signal_rows *rows, int64_t time) {
    size_t low = 0, high = rows->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->rows[middle].time <= time) low = middle + 1;
        else high = middle;
    }
    return low;
}

stratc_bar stratc_signal_record(const stratc_signal_row *row, uint32_t feed) {
    return (stratc_bar){.start = row->time, .end = row->time, .close = row->value, .feed = feed};
}
