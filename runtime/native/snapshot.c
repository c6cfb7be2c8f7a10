/* Snapshots as files: a header with its checksum, then the context. */
#include "snapshot.h"

#include <stdio.h>
#include <string.h>

#include "crc32c.h"
#include "mapped.h"
#include "output.h"
#include "run_folder.h"

static const char MAGIC[8] = "STRATSNP";

typedef struct {
    char magic[8];
    uint64_t seq, size;
    int64_t now;
    uint8_t program[32];
    uint32_t crc32c; /* over the header with this member zero, then the context */
    uint32_t unused;
} header;

static uint32_t checksum(const header *head, const void *context) {
    header blank = *head;
    blank.crc32c = 0;
    return stratc_crc32c_extend(stratc_crc32c(&blank, sizeof blank), context, (size_t)head->size);
}

static bool path_of(const char *folder, int turn, char path[STRATC_PATH_TEXT], stratc_error *error) {
    return stratc_run_folder_path(folder, turn ? "snapshot.1.bin" : "snapshot.0.bin", path, error);
}

bool stratc_snapshot_save(const char *folder, int turn, const stratc_program *program, const void *context, uint64_t seq, int64_t now,
                          stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    stratc_output_file file;
    header head = {.seq = seq, .now = now, .size = program->context_size};
    memcpy(head.magic, MAGIC, sizeof head.magic);
    memcpy(head.program, program->hash, sizeof head.program);
    head.crc32c = checksum(&head, context);
    if (!path_of(folder, turn, path, error) || !stratc_output_open_in_place(&file, path, error)) return false;
    (void)(stratc_output_write(&file, &head, sizeof head) && stratc_output_write(&file, context, program->context_size));
    return stratc_output_commit(&file, error); /* a failed write has stuck: commit reports it */
}

/* Is the file a whole snapshot of this program, later than `seq`? */
static bool is_later(const stratc_mapped *file, const stratc_program *program, uint64_t seq, header *head) {
    if (file->size != sizeof *head + program->context_size) return false;
    memcpy(head, file->bytes, sizeof *head);
    return memcmp(head->magic, MAGIC, sizeof head->magic) == 0 && memcmp(head->program, program->hash, sizeof head->program) == 0 &&
           head->size == program->context_size && head->seq > seq && head->crc32c == checksum(head, file->bytes + sizeof *head);
}

bool stratc_snapshot_load(const char *folder, const stratc_program *program, void *context, uint64_t *seq, int64_t *now) {
    bool found = false;
    *seq = 0;
    for (int turn = 0; turn < 2; turn++) {
        char path[STRATC_PATH_TEXT];
        stratc_mapped file;
        stratc_error ignored; /* a run that was broken early has none, or half of one */
        header head;
        if (!path_of(folder, turn, path, &ignored) || !stratc_map_file(path, &file, &ignored)) continue;
        if (is_later(&file, program, *seq, &head)) {
            memcpy(context, file.bytes + sizeof head, program->context_size);
            *seq = head.seq;
            *now = head.now;
            found = true;
        }
        stratc_unmap_file(&file);
    }
    return found;
}
