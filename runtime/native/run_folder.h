/* The folder that --out names: made if missing, emptied if it holds an earlier run, refused if it holds anything else.
 * summary.json goes first and is written last, so a folder with one holds a whole run. */
#ifndef STRATC_RUN_FOLDER_H
#define STRATC_RUN_FOLDER_H

#include "base.h"

#define STRATC_PATH_TEXT 4096

bool stratc_run_folder_prepare(const char *folder, stratc_error *error);

/* FOLDER/NAME. */
bool stratc_run_folder_path(const char *folder, const char *name, char out[STRATC_PATH_TEXT], stratc_error *error);

#endif
