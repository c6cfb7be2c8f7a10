/* The data of a run: the bars of every feed that has a file of its own, what is known of the files, and which rows are run. */
#ifndef STRATC_DATA_H
#define STRATC_DATA_H

#include "bar_sets.h"
#include "bars.h"
#include "options.h"
#include "signal_rows.h"

/* What was read, for the record. */
typedef struct {
    const char *file; /* its name without folders; NULL: the feed has none */
    uint8_t sha256[32];
    bool hashed;
    stratc_bar_faults faults;
    uint64_t rows;
    int64_t first, last; /* start of the first and end of the last bar in the file */
    bool has_volume;
} stratc_source;

typedef struct {
    uint32_t main; /* the feed that marks the first instrument: its bars begin and end the run */
    stratc_bars bars[STRATC_MOST_FEEDS];
    stratc_source sources[STRATC_MOST_FEEDS];
    stratc_period periods[STRATC_MOST_FEEDS]; /* rows of each feed of bars */
    stratc_signal_rows signals[STRATC_MOST_FEEDS];
} stratc_data;

/* Reads and checks every file and selects the rows between --from and --to. False: `error` says why. */
bool stratc_data_read(stratc_data *data, const stratc_program *program, const stratc_options *options, stratc_error *error);
/* One digest of all files; zero where none was hashed. */
void stratc_data_digest(const stratc_data *data, const stratc_program *program, uint8_t digest[32]);
void stratc_data_free(stratc_data *data);

/* All that the run is to see, set by set. */
stratc_bar_sets stratc_data_sets(const stratc_data *data, const stratc_program *program);

#endif
