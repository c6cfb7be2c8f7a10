/* An output file written in place whose descriptor is led to standard output: opening /dev/stdout would empty a file
 * that the shell appends to. */
#define _XOPEN_SOURCE 700
#include "standard_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool stratc_standard_output_open(stratc_output_file *file, stratc_error *error) {
    if (!stratc_output_open_in_place(file, "/dev/null", error)) return false;
    char *name = malloc(sizeof "standard output");
    if (name && dup2(STDOUT_FILENO, file->descriptor) >= 0) {
        free(file->path);
        file->path = strcpy(name, "standard output");
        return true;
    }
    stratc_fail(error, STRATC_EXIT_OUTPUT, "standard output can't be written: %s", strerror(errno));
    free(name);
    stratc_output_abandon(file);
    return false;
}
