/* A regular file, read-only in memory. Reads nothing until its bytes are touched, so the file must not shrink
 * meanwhile: the system then ends the process (SIGBUS). */
#ifndef STRATC_MAPPED_H
#define STRATC_MAPPED_H

#include "base.h"

typedef struct {
    const uint8_t *bytes; /* NULL when size is 0 */
    size_t size;
} stratc_mapped;

/* Directories, pipes and devices are refused (STRATC_EXIT_INPUT) and never waited for. */
bool stratc_map_file(const char *path, stratc_mapped *out, stratc_error *error);
void stratc_unmap_file(stratc_mapped *file);

#endif
