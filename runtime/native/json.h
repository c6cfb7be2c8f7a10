/* A small JSON writer: indented, deterministic, into a checked output file, whose sticky failure is its only error.
 * Members of an object: key, then one value. Nesting is at most 31 deep. */
#ifndef STRATC_JSON_H
#define STRATC_JSON_H

#include "output.h"

typedef struct {
    stratc_output_file *file;
    int depth;
    uint32_t filled;    /* bit per open level: it has a member already */
    bool after_key;
} stratc_json;

void stratc_json_begin(stratc_json *json, stratc_output_file *file);
/* Ends the text with a newline. */
void stratc_json_end(stratc_json *json);

void stratc_json_open_object(stratc_json *json);
void stratc_json_close_object(stratc_json *json);
void stratc_json_open_array(stratc_json *json);
void stratc_json_close_array(stratc_json *json);

void stratc_json_key(stratc_json *json, const char *name);
void stratc_json_text(stratc_json *json, const char *text); /* NULL: null; a byte that is not UTF-8 becomes U+FFFD */
void stratc_json_integer(stratc_json *json, int64_t value);
void stratc_json_number(stratc_json *json, double value); /* as stratc_format_number; not finite: null */
void stratc_json_decimal(stratc_json *json, int64_t count, int decimals); /* count * 10^-decimals, exact */
void stratc_json_bool(stratc_json *json, bool value);
void stratc_json_null(stratc_json *json);

/* The first of 15, 16 and 17 digits that reads back the same. `value` must be finite. */
void stratc_format_number(char text[32], double value);

#endif
