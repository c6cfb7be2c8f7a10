/* Entries of a journal as bytes and back. */
#include "journal.h"

#include <string.h>

#include "crc32c.h"

enum { VERSION = 1 };

static const char MAGIC[8] = "STRATJNL";

typedef struct {
    char magic[8];
    uint16_t version, bar_size;
    uint8_t program[32], data[32];
    uint32_t crc32c; /* over what stands before it */
} file_header;

typedef struct {
    uint32_t size;   /* of the whole entry */
    uint32_t crc32c; /* over the whole entry with this member zero */
    uint64_t seq;
    int64_t now, deadline;
    int32_t verb;
    uint16_t kind, instrument;
} entry_head;

/* stratc_answer without holes. */
typedef struct {
    int64_t at;
    uint64_t id;
    int64_t time, px, qty;
    uint64_t exec_seq;
    int64_t cum;
    uint32_t kind, seq, match_kind, how;
    uint16_t tag;
    uint8_t side, maker, reason, open, unused[2];
} flat_answer;

_Static_assert(sizeof(file_header) == 80, "the header of a journal is 80 bytes");
_Static_assert(sizeof(entry_head) == 40, "the head of an entry is 40 bytes");
_Static_assert(sizeof(flat_answer) == 80, "an answer is 80 bytes");
_Static_assert(sizeof(stratc_bar) == 104, "a bar has no holes");

void stratc_journal_of_input(stratc_journal_entry *entry, const stratc_program *program, const stratc_input *input) {
    bool adopts = input->kind == STRATC_CONTROL && input->verb == STRATC_ADOPT;
    entry->seq = input->seq;
    entry->now = input->now;
    entry->deadline = input->deadline;
    entry->verb = input->verb;
    entry->kind = (uint16_t)input->kind;
    entry->instrument = 0;
    entry->bars = input->bars;
    entry->taken = input->taken;
    entry->taken_count = adopts ? program->instrument_count : 0;
    if (input->kind == STRATC_REPORT) entry->as.report = *input->report;
    if (input->kind == STRATC_DATA) entry->as.record = *input->bars;
}

/* ---- writing */

bool stratc_journal_open(stratc_journal *journal, const char *path, const uint8_t program[32], const uint8_t data[32], bool resume,
                         stratc_error *error) {
    file_header header = {.version = VERSION, .bar_size = sizeof(stratc_bar)};
    bool good = resume ? stratc_output_resume(&journal->file, path, error) : stratc_output_open_in_place(&journal->file, path, error);
    if (!good) return false;
    memcpy(header.magic, MAGIC, sizeof header.magic);
    memcpy(header.program, program, sizeof header.program);
    memcpy(header.data, data, sizeof header.data);
    header.crc32c = stratc_crc32c(&header, offsetof(file_header, crc32c));
    (void)stratc_output_write(&journal->file, &header, sizeof header); /* a failure sticks: append and commit tell it */
    return true;
}

static flat_answer flattened(const stratc_answer *answer) {
    const stratc_match *match = &answer->match;
    return (flat_answer){.at = answer->at, .id = match->id, .time = match->time, .px = match->px, .qty = match->qty, .exec_seq = match->exec_seq,
                         .cum = match->cum, .kind = answer->kind, .seq = answer->seq, .match_kind = match->kind, .how = match->how,
                         .tag = match->tag, .side = match->side, .maker = match->maker, .reason = answer->reason, .open = answer->open};
}

static stratc_answer unfolded(const flat_answer *flat) {
    return (stratc_answer){.kind = (enum stratc_answer_kind)flat->kind, .at = flat->at, .seq = flat->seq, .reason = flat->reason, .open = flat->open,
                           .match = {.kind = (enum stratc_match_kind)flat->match_kind, .id = flat->id, .time = flat->time, .px = flat->px,
                                     .qty = flat->qty, .exec_seq = flat->exec_seq, .cum = flat->cum, .tag = flat->tag, .side = flat->side,
                                     .how = (enum stratc_fill_how)flat->how, .maker = flat->maker}};
}

bool stratc_journal_append(stratc_journal *journal, const stratc_journal_entry *entry) {
    flat_answer answer;
    const void *body = NULL;
    size_t size = 0;
    if (entry->kind == STRATC_BARS) body = entry->bars, size = (size_t)entry->verb * sizeof *entry->bars;
    if (entry->kind == STRATC_CONTROL) body = entry->taken, size = entry->taken_count * sizeof *entry->taken;
    if (entry->kind == STRATC_REPORT) body = &entry->as.report, size = sizeof entry->as.report;
    if (entry->kind == STRATC_DATA) body = &entry->as.record, size = sizeof entry->as.record;
    if (entry->kind == STRATC_JOURNAL_ANSWER) {
        answer = flattened(&entry->as.answer);
        body = &answer, size = sizeof answer;
    }
    entry_head head = {.size = (uint32_t)(sizeof head + size), .seq = entry->seq, .now = entry->now, .deadline = entry->deadline,
                       .verb = entry->verb, .kind = entry->kind, .instrument = entry->instrument};
    head.crc32c = stratc_crc32c(&head, sizeof head);
    if (size > 0) head.crc32c = stratc_crc32c_extend(head.crc32c, body, size);
    return stratc_output_write(&journal->file, &head, sizeof head) && (size == 0 || stratc_output_write(&journal->file, body, size));
}

/* ---- reading */

/* A size that is none: the entry is broken. */
static size_t taken_size(const entry_head *head) {
    size_t size = head->size - sizeof *head;
    if (head->verb != STRATC_ADOPT) return 0;
    return size > 0 && size <= STRATC_JOURNAL_TAKEN * sizeof(stratc_taken) && size % sizeof(stratc_taken) == 0 ? size : SIZE_MAX;
}

static size_t body_size(const entry_head *head) {
    switch (head->kind) {
        case STRATC_BARS: return head->verb >= 0 && head->verb <= STRATC_MOST_FEEDS ? (size_t)head->verb * sizeof(stratc_bar) : SIZE_MAX;
        case STRATC_REPORT: return sizeof(stratc_frame);
        case STRATC_DATA: return sizeof(stratc_bar);
        case STRATC_JOURNAL_ANSWER: return sizeof(flat_answer);
        case STRATC_CONTROL: return taken_size(head);
        case STRATC_TIMER: case STRATC_JOURNAL_TICK: return 0;
        default: return SIZE_MAX;
    }
}

/* The head of the entry at `at`, if the whole entry is there. */
static bool whole_entry(const stratc_journal_reader *reader, size_t at, entry_head *head) {
    size_t left = reader->file.size - at;
    if (left < sizeof *head) return false;
    memcpy(head, reader->file.bytes + at, sizeof *head);
    return head->size >= sizeof *head && head->size <= left;
}

static bool sound(const stratc_journal_reader *reader, size_t at, const entry_head *head) {
    entry_head blank = *head;
    blank.crc32c = 0;
    uint32_t crc = stratc_crc32c(&blank, sizeof blank);
    if (body_size(head) != head->size - sizeof *head) return false;
    return stratc_crc32c_extend(crc, reader->file.bytes + at + sizeof *head, head->size - sizeof *head) == head->crc32c;
}

static bool broken(const char *path, size_t at, stratc_error *error) {
    stratc_fail(error, STRATC_EXIT_INPUT, "%.700s: the journal is broken at byte %zu", path, at);
    return stratc_help(error, "it was changed after it was written: run the backtest again");
}

/* Finds the end of the whole entries; inputs are numbered without a gap. */
static bool scan(stratc_journal_reader *reader, const char *path, stratc_error *error) {
    entry_head head;
    for (reader->whole = reader->at; whole_entry(reader, reader->whole, &head); reader->whole += head.size) {
        bool is_input = head.kind < STRATC_JOURNAL_ANSWER;
        if (!sound(reader, reader->whole, &head) || head.seq != reader->last + is_input) return broken(path, reader->whole, error);
        reader->last = head.seq;
    }
    return true;
}

bool stratc_journal_read(stratc_journal_reader *reader, const char *path, stratc_error *error) {
    file_header header;
    reader->last = 0;
    if (!stratc_map_file(path, &reader->file, error)) return false;
    if (reader->file.size < sizeof header) return broken(path, 0, error);
    memcpy(&header, reader->file.bytes, sizeof header);
    bool known = memcmp(header.magic, MAGIC, sizeof header.magic) == 0 && header.version == VERSION && header.bar_size == sizeof(stratc_bar) &&
                 header.crc32c == stratc_crc32c(&header, offsetof(file_header, crc32c));
    if (!known) return broken(path, 0, error);
    memcpy(reader->program, header.program, sizeof header.program);
    memcpy(reader->data, header.data, sizeof header.data);
    reader->at = sizeof header;
    return scan(reader, path, error);
}

bool stratc_journal_next(stratc_journal_reader *reader, stratc_journal_entry *entry) {
    entry_head head;
    flat_answer answer;
    if (reader->at >= reader->whole) return false;
    const unsigned char *bytes = reader->file.bytes + reader->at;
    memcpy(&head, bytes, sizeof head);
    bytes += sizeof head;
    *entry = (stratc_journal_entry){.seq = head.seq, .now = head.now, .deadline = head.deadline, .verb = head.verb, .kind = head.kind,
                                    .instrument = head.instrument, .bars = reader->bars, .taken = reader->taken};
    if (head.kind == STRATC_BARS) memcpy(reader->bars, bytes, (size_t)head.verb * sizeof *reader->bars);
    if (head.kind == STRATC_CONTROL) {
        entry->taken_count = (uint32_t)((head.size - sizeof head) / sizeof *reader->taken);
        memcpy(reader->taken, bytes, head.size - sizeof head);
    }
    if (head.kind == STRATC_DATA) memcpy(&entry->as.record, bytes, sizeof entry->as.record);
    if (head.kind == STRATC_REPORT) memcpy(&entry->as.report, bytes, sizeof entry->as.report);
    if (head.kind == STRATC_JOURNAL_ANSWER) {
        memcpy(&answer, bytes, sizeof answer);
        entry->as.answer = unfolded(&answer);
    }
    reader->at += head.size;
    return true;
}

void stratc_journal_free(stratc_journal_reader *reader) { stratc_unmap_file(&reader->file); }
