/* Standard output as a checked output file, so that a full disk or a size limit is noticed there too. */
#ifndef STRATC_STANDARD_OUTPUT_H
#define STRATC_STANDARD_OUTPUT_H

#include "output.h"

bool stratc_standard_output_open(stratc_output_file *file, stratc_error *error);

#endif
