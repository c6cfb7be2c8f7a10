/* The journal of a run: every input of the strategy kernel before its instant, and what order kernels hear of venue and clock between.
 * Entries stand one after another, each with its length and CRC-32C, so that the whole ones of a torn file are known. docs/restart.md
 * is the format. */
#ifndef STRATC_JOURNAL_H
#define STRATC_JOURNAL_H

#include "bar_sets.h"
#include "mapped.h"
#include "output.h"
#include "venue.h"

/* Beside the kinds of inputs (enum stratc_input_kind): what only an order kernel hears. */
enum { STRATC_JOURNAL_ANSWER = 16, STRATC_JOURNAL_TICK = 17 };

enum { STRATC_JOURNAL_TAKEN = 8 }; /* instruments */

/* An entry as the host has it; the bars of a BARS input stay where they are. */
typedef struct {
    uint64_t seq;     /* of the input; of an ANSWER or TICK the last input before it */
    int64_t now;
    int64_t deadline; /* TIMER */
    int32_t verb;     /* as in stratc_input */
    uint16_t kind;
    uint16_t instrument; /* ANSWER, TICK: whose order kernel */
    const stratc_bar *bars;
    const stratc_taken *taken; /* CONTROL adopt: so many as the program has instruments */
    uint32_t taken_count;
    union {
        stratc_frame report;  /* REPORT */
        stratc_bar record;    /* DATA */
        stratc_answer answer; /* ANSWER */
    } as;
} stratc_journal_entry;

/* An input as an entry. */
void stratc_journal_of_input(stratc_journal_entry *entry, const stratc_program *program, const stratc_input *input);

/* ---- writing */

typedef struct {
    stratc_output_file file;
} stratc_journal;

/* Of a new run, or after a break (resume): then what is there is compared. data: digest of the data files. */
bool stratc_journal_open(stratc_journal *journal, const char *path, const uint8_t program[32], const uint8_t data[32], bool resume,
                         stratc_error *error);
bool stratc_journal_append(stratc_journal *journal, const stratc_journal_entry *entry);

/* ---- reading */

typedef struct {
    stratc_mapped file;
    size_t at, whole;     /* offset of the next entry; where the whole ones end */
    uint64_t last;        /* seq of the last input among them */
    uint8_t program[32], data[32];
    stratc_bar bars[STRATC_MOST_FEEDS]; /* of the latest BARS */
    stratc_taken taken[STRATC_JOURNAL_TAKEN]; /* of a CONTROL adopt */
} stratc_journal_reader;

/* False: no journal, of another format, or broken before its end. A torn last entry is left out. */
bool stratc_journal_read(stratc_journal_reader *reader, const char *path, stratc_error *error);

/* The next entry; its bars are valid until the next one. False: there is none. */
bool stratc_journal_next(stratc_journal_reader *reader, stratc_journal_entry *entry);
void stratc_journal_free(stratc_journal_reader *reader);

#endif
