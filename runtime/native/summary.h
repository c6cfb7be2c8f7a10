/* summary.json: everything that says what a run was and what came of it. No clock, no path, no machine in it. */
#ifndef STRATC_SUMMARY_H
#define STRATC_SUMMARY_H

#include "bars.h"
#include "host.h"
#include "results.h"

/* What was read, for the record. */
typedef struct {
    const char *file; /* its name without folders */
    uint8_t sha256[32];
    bool hashed;
    stratc_bar_faults faults;
    uint64_t rows;
    int64_t first, last; /* start of the first and end of the last bar in the file */
    bool has_volume;
} stratc_source;

/* Writes the JSON object to an open file; a failed write sticks in it. */
void stratc_summary_write(stratc_output_file *file, const stratc_results *results, const stratc_source *source,
                          stratc_period period);

/* Writes FOLDER/summary.json; only then is the folder a whole run. */
bool stratc_summary_save(const char *folder, const stratc_results *results, const stratc_source *source,
                         stratc_period period, stratc_error *error);

#endif
