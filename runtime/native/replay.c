/* A run again, from its journal alone. */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run_folder.h"
#include "standard_output.h"
#include "world.h"

/* ---- the first difference */

/* What the eight bytes of a record that begin at `offset` hold (docs/logs.md). */
static const char *member(uint64_t offset) {
    static const char *const WORDS[] = {"seq", "now", "kind, id and line", "checksum and aux", "payload 0", "payload 1", "payload 2", "payload 3"};
    return offset / 8 < sizeof WORDS / sizeof *WORDS ? WORDS[offset / 8] : "frame";
}

static bool tell_difference(const stratc_log *log, const char *name, stratc_error *error) {
    enum { HEADER = 64 };
    const stratc_output_file *file = &log->file;
    if (file->differs_at < HEADER)
        stratc_fail(error, STRATC_EXIT_DIFFERS, "%s: its header is of another program", name);
    else if (file->differs_at >= file->known)
        stratc_fail(error, STRATC_EXIT_DIFFERS, "%s: ends after %llu records, the replay has more", name,
                    (unsigned long long)((file->known - HEADER) / log->record_size));
    else {
        uint64_t record = (file->differs_at - HEADER) / log->record_size, offset = (file->differs_at - HEADER) % log->record_size;
        stratc_fail(error, STRATC_EXIT_DIFFERS, "%s: record %llu differs at byte %llu of it (%s): %lld in the file, %lld in the replay", name,
                    (unsigned long long)record, (unsigned long long)offset, member(offset), (long long)file->there, (long long)file->given);
    }
    return stratc_help(error, "the log was changed after the run, or the program is of another build");
}

/* A log that differs says more than whatever came of it. */
static bool explain(const stratc_results *results, stratc_error *error) {
    const stratc_run_files *files = &results->files;
    if (files->strategy_log.file.differs) return tell_difference(&files->strategy_log, "strategy.log", error);
    if (files->order_log.file.differs) return tell_difference(&files->order_log, "order.log", error);
    return false;
}

/* ---- the run */

typedef struct {
    stratc_journal_reader journal;
    stratc_world world;
    stratc_results results;
    uint64_t inputs;
} replay;

static bool is_finished(const char *folder, stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    if (!stratc_run_folder_path(folder, "summary.json", path, error)) return false;
    if (access(path, F_OK) == 0) return true;
    stratc_fail(error, STRATC_EXIT_INPUT, "%.700s: the run did not finish", folder);
    return stratc_help(error, "`resume` it first");
}

static bool open_replay(replay *r, const stratc_program *program, const stratc_options *options, stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    if (!is_finished(options->out, error) || !stratc_run_folder_path(options->out, "journal.bin", path, error) ||
        !stratc_journal_read(&r->journal, path, error))
        return false;
    if (memcmp(r->journal.program, program->hash, sizeof r->journal.program) != 0) {
        stratc_fail(error, STRATC_EXIT_INPUT, "%.700s: the journal is of another program than this %s", path, program->name);
        return stratc_help(error, "replay with the program that made the run, or with one built from the same manifest");
    }
    if (!stratc_results_compare(&r->results, program, options, error) || !stratc_world_open(&r->world, program, options, error)) return false;
    r->world.results = &r->results;
    return r->world.replays = true;
}

static bool run(replay *r) {
    stratc_journal_entry entry;
    bool good = true;
    while (good && stratc_journal_next(&r->journal, &entry)) {
        good = stratc_world_replay(&r->world, &entry);
        r->inputs += entry.kind < STRATC_JOURNAL_ANSWER;
    }
    return good && stratc_results_finish_logs(&r->results);
}

static bool print(const replay *r, stratc_error *error) {
    stratc_output_file file;
    char text[256];
    const stratc_run_files *files = &r->results.files;
    snprintf(text, sizeof text, "identical: %llu inputs, %llu bytes of strategy.log, %llu bytes of order.log\n", (unsigned long long)r->inputs,
             (unsigned long long)files->strategy_log.file.size, (unsigned long long)files->order_log.file.size);
    if (!stratc_standard_output_open(&file, error)) return false;
    (void)stratc_output_write(&file, text, strlen(text)); /* a failure sticks */
    return stratc_output_commit(&file, error);
}

bool stratc_replay(const stratc_program *program, const stratc_options *options, stratc_error *error) {
    replay *r = calloc(1, sizeof *r);
    if (!r) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the replay");
    bool good = open_replay(r, program, options, error) && (run(r) || explain(&r->results, error)) && print(r, error);
    stratc_world_close(&r->world);
    stratc_results_close(&r->results);
    stratc_journal_free(&r->journal);
    free(r);
    return good;
}
