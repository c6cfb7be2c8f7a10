/* Parameters of a program as people write and read them. */
#ifndef STRATC_PARAMS_H
#define STRATC_PARAMS_H

#include "kernel.h"

#define STRATC_PARAM_TEXT 64

/* Parses `text` exactly as the parameter's kind and checks range and step. False: a usage error that shows them. */
bool stratc_param_parse(const stratc_param *param, const char *text, stratc_value *value, stratc_error *error);

/* A value of the parameter's kind as text that parses back to it. */
void stratc_param_format(const stratc_param *param, stratc_value value, char out[STRATC_PARAM_TEXT]);

/* "in 2 .. 200 step 2", or "any whole number" where nothing bounds it. */
void stratc_param_range(const stratc_param *param, char *out, size_t size);

/* Money such as 100000 or 2.5e4 as whole money units of 10^-decimals. False: no number, too fine, not positive or too large. */
bool stratc_money_parse(const char *text, int32_t decimals, int64_t *money);

#endif
