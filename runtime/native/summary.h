/* summary.json: everything that says what a run was and what came of it. No clock, no path, no machine in it. */
#ifndef STRATC_SUMMARY_H
#define STRATC_SUMMARY_H

#include "data.h"
#include "host.h"
#include "results.h"

/* Writes the JSON object to an open file; a failed write sticks in it. */
void stratc_summary_write(stratc_output_file *file, const stratc_results *results, const stratc_data *data);

/* Writes FOLDER/summary.json; only then is the folder a whole run. */
bool stratc_summary_save(const char *folder, const stratc_results *results, const stratc_data *data, stratc_error *error);

#endif
