/* What a strategy's binary says of itself: help, version, manifest. A failed write sticks in the file. */
#ifndef STRATC_HELP_H
#define STRATC_HELP_H

#include "kernel.h"
#include "output.h"

void stratc_help_write(stratc_output_file *file, const stratc_program *program);
void stratc_version_write(stratc_output_file *file, const stratc_program *program);
void stratc_manifest_write(stratc_output_file *file, const stratc_program *program);

#endif
