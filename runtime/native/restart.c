/* Snapshot and journal back into a context. */
#include "restart.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run_folder.h"
#include "snapshot.h"

static bool no_memory(const stratc_program *program, stratc_error *error) {
    return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the state of %s", program->name);
}

static bool allocate(stratc_restart *restart, stratc_error *error) {
    const stratc_program *program = restart->program;
    restart->context = calloc(1, program->context_size);
    restart->output.frame_capacity = program->max_frames;
    restart->output.record_capacity = program->max_records;
    restart->output.frames = calloc((size_t)program->max_frames + 1, sizeof *restart->output.frames);
    restart->output.records = calloc((size_t)program->max_records + 1, sizeof *restart->output.records);
    return (restart->context && restart->output.frames && restart->output.records) || no_memory(program, error);
}

bool stratc_restart_step(stratc_restart *restart, const stratc_journal_entry *entry) {
    stratc_input input = {.seq = entry->seq, .now = entry->now, .kind = entry->kind, .verb = entry->verb, .deadline = entry->deadline,
                          .bars = entry->kind == STRATC_DATA ? &entry->as.record : entry->bars, .taken = entry->taken, .report = &entry->as.report};
    restart->seq = entry->seq;
    return restart->program->step(restart->context, &input, &restart->output) == STRATC_FAULT_NONE;
}

static bool is_of_this_run(const stratc_journal_reader *reader, const stratc_program *program, const uint8_t data[32], const char *path,
                           stratc_error *error) {
    if (memcmp(reader->program, program->hash, sizeof reader->program) != 0) {
        stratc_fail(error, STRATC_EXIT_INPUT, "%.700s: the journal is of another program than this %s", path, program->name);
        return stratc_help(error, "build the strategy as it was, or begin a new run");
    }
    if (memcmp(reader->data, data, sizeof reader->data) == 0) return true;
    stratc_fail(error, STRATC_EXIT_INPUT, "%.700s: the data files are not those that the run began with", path);
    return stratc_help(error, "bring the files back as they were, or begin a new run");
}

/* The inputs after the snapshot. */
static bool take_tail(stratc_restart *restart, stratc_journal_reader *reader, stratc_error *error) {
    stratc_journal_entry entry;
    while (stratc_journal_next(reader, &entry)) {
        if (entry.kind >= STRATC_JOURNAL_ANSWER || entry.seq <= restart->seq) continue;
        if (!stratc_restart_step(restart, &entry))
            return stratc_fail(error, STRATC_EXIT_INTERNAL, "%s stops with a fault at input %llu of its journal", restart->program->name,
                               (unsigned long long)entry.seq);
    }
    return true;
}

bool stratc_restart_open(stratc_restart *restart, const stratc_program *program, const stratc_options *options, const uint8_t data[32],
                         stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    int64_t now;
    *restart = (stratc_restart){.program = program};
    if (!allocate(restart, error) || !stratc_run_folder_path(options->out, "journal.bin", path, error)) return false;
    program->init(restart->context, options->params, options->capital);
    if (access(path, F_OK) != 0) return true;
    stratc_journal_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return no_memory(program, error);
    bool good = stratc_journal_read(reader, path, error) && is_of_this_run(reader, program, data, path, error);
    if (good && stratc_snapshot_load(options->out, program, restart->context, &restart->snapshot_seq, &now)) restart->seq = restart->snapshot_seq;
    restart->journal_seq = reader->last;
    good = good && take_tail(restart, reader, error);
    stratc_journal_free(reader);
    free(reader);
    return good;
}

/* `copy` moves all that is in use and may change without bars; what it leaves alone is taken from the other side. */
bool stratc_restart_agrees(const stratc_restart *restart, const void *context, stratc_error *error) {
    const stratc_program *program = restart->program;
    void *merged = malloc(program->context_size);
    if (!merged) return no_memory(program, error);
    memcpy(merged, context, program->context_size);
    program->copy(merged, restart->context);
    bool same = memcmp(merged, context, program->context_size) == 0;
    free(merged);
    if (same) return true;
    stratc_fail(error, STRATC_EXIT_INTERNAL, "%s: after input %llu the state from snapshot and journal is not the state of the run", program->name,
                (unsigned long long)restart->seq);
    return stratc_help(error, "this should not be possible: please report it with the strategy and the data");
}

void stratc_restart_close(stratc_restart *restart) {
    free(restart->context);
    free(restart->output.frames);
    free(restart->output.records);
    *restart = (stratc_restart){0};
}
