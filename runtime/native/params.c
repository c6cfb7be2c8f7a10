/* Text <-> parameter values. */
#include "params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arithmetic.h"
#include "decimal.h"
#include "instants_text.h"

__extension__ typedef __int128 wide;

#define MONEY_LIMIT INT64_C(1000000000000000000) /* a ninth of 64 bits stays free for what a run earns */

/* digits * 10^exponent when that is a whole number within 10^18. */
static bool whole(const stratc_decimal *decimal, int32_t exponent, int64_t *out) {
    wide value = decimal->digits;
    if (decimal->cut) return false;
    for (; exponent > 0 && value != 0; exponent--)
        if ((value *= 10) > MONEY_LIMIT) return false;
    for (; exponent < 0 && value != 0; exponent++) {
        if (value % 10 != 0) return false;
        value /= 10;
    }
    if (value > MONEY_LIMIT) return false;
    *out = (int64_t)(decimal->negative ? -value : value);
    return true;
}

bool stratc_money_parse(const char *text, int32_t decimals, int64_t *money) {
    stratc_decimal decimal;
    return stratc_decimal_parse(text, text + strlen(text), &decimal) && whole(&decimal, decimal.exponent + decimals, money) &&
           *money > 0;
}

static bool parse_count(const char *text, const char *end, int64_t *count) {
    stratc_decimal decimal;
    return stratc_decimal_parse(text, end, &decimal) && whole(&decimal, decimal.exponent, count);
}

/* A number; of a ratio also with the unit pct or bps, which shift the decimal point before anything is rounded. */
static bool parse_number(const stratc_param *param, const char *text, double *number) {
    static const struct {
        const char *unit;
        int32_t shift;
    } UNITS[] = {{"pct", -2}, {"bps", -4}};
    const char *end = text + strlen(text);
    int32_t shift = 0;
    for (size_t u = 0; u < sizeof UNITS / sizeof *UNITS && strcmp(param->unit, "ratio") == 0; u++) {
        if (end - text <= 3 || strcmp(end - 3, UNITS[u].unit) != 0) continue;
        end -= 3;
        shift = UNITS[u].shift;
        break;
    }
    stratc_decimal decimal;
    char shifted[STRATC_NUMBER_TEXT];
    if (!stratc_decimal_parse(text, end, &decimal)) return false;
    if (shift != 0) {
        decimal.exponent += shift;
        int length = snprintf(shifted, sizeof shifted, "%s%llue%d", decimal.negative ? "-" : "",
                              (unsigned long long)decimal.digits, (int)decimal.exponent);
        text = shifted;
        end = shifted + length;
    }
    *number = stratc_decimal_double(&decimal, text, end);
    return isfinite(*number);
}

/* 5min, 1h, 250ms: a whole count and its unit. */
static bool parse_duration(const char *text, int64_t *ns) {
    static const struct {
        const char *unit;
        int64_t ns;
    } UNITS[] = {{"ns", 1},
                 {"us", 1000},
                 {"ms", 1000000},
                 {"s", STRATC_SECOND},
                 {"min", 60 * STRATC_SECOND},
                 {"h", 3600 * STRATC_SECOND},
                 {"d", STRATC_DAY}};
    size_t digits = strspn(text, "0123456789");
    int64_t count;
    if (digits == 0 || !parse_count(text, text + digits, &count)) return false;
    for (size_t u = 0; u < sizeof UNITS / sizeof *UNITS; u++) {
        if (strcmp(text + digits, UNITS[u].unit) != 0) continue;
        if (count > MONEY_LIMIT / UNITS[u].ns) return false;
        *ns = count * UNITS[u].ns;
        return true;
    }
    return false;
}

static bool parse_bool(const char *text, int64_t *flag) {
    *flag = strcmp(text, "true") == 0;
    return *flag || strcmp(text, "false") == 0;
}

/* The names of an enumeration: the one at `place`, and how long it is; NULL behind the last. */
static const char *member_at(const char *members, int64_t place, size_t *length) {
    for (; place > 0 && *members != '\0'; place--) {
        members += strcspn(members, " ");
        members += *members == ' ';
    }
    *length = strcspn(members, " ");
    return *length > 0 ? members : NULL;
}

static bool parse_member(const stratc_param *param, const char *text, int64_t *place) {
    size_t length;
    const char *name;
    for (*place = 0; (name = member_at(param->members, *place, &length)) != NULL; ++*place)
        if (strlen(text) == length && strncmp(text, name, length) == 0) return true;
    return false;
}

/* "one of FAST, SLOW" */
static void members_text(const stratc_param *param, char *out, size_t size) {
    size_t used = (size_t)snprintf(out, size, "one of "), length;
    const char *name;
    for (int64_t place = 0; (name = member_at(param->members, place, &length)) != NULL && used < size; place++)
        used += (size_t)snprintf(out + used, size - used, "%s%.*s", place == 0 ? "" : ", ", (int)length, name);
}

static const char *kind_text(const stratc_param *param) {
    switch (param->kind) {
        case STRATC_PARAM_COUNT: return "a whole number";
        case STRATC_PARAM_BOOL: return "true or false";
        case STRATC_PARAM_ENUM: return "one of its members";
        case STRATC_PARAM_DURATION: return "a duration such as 5min, 1h or 30s";
        default: return strcmp(param->unit, "ratio") == 0 ? "a number such as 0.5, 2pct or 5bps" : "a number such as 0.5";
    }
}

static bool parse_value(const stratc_param *param, const char *text, stratc_value *value) {
    switch (param->kind) {
        case STRATC_PARAM_COUNT: return parse_count(text, text + strlen(text), &value->i);
        case STRATC_PARAM_BOOL: return parse_bool(text, &value->i);
        case STRATC_PARAM_DURATION: return parse_duration(text, &value->i);
        case STRATC_PARAM_ENUM: return parse_member(param, text, &value->i);
        default: return parse_number(param, text, &value->f);
    }
}

static bool in_range(const stratc_param *param, stratc_value value) {
    if (!param->bounded) return true;
    if (param->kind == STRATC_PARAM_NUMBER) return value.f >= param->low.f && value.f <= param->high.f;
    return value.i >= param->low.i && value.i <= param->high.i;
}

static bool on_step(const stratc_param *param, stratc_value value) {
    if (!param->stepped) return true;
    if (param->kind != STRATC_PARAM_NUMBER) return ((wide)value.i - param->low.i) % param->step.i == 0;
    /* Decimal steps are not binary ones: 0.7 is the second step of 0.1 above 0.5 though no double says so exactly. */
    double steps = (value.f - param->low.f) / param->step.f;
    return stratc_abs(steps - stratc_floor(steps + 0.5)) <= 1e-6;
}

bool stratc_param_parse(const stratc_param *param, const char *text, stratc_value *value, stratc_error *error) {
    char range[4 * STRATC_PARAM_TEXT];
    stratc_param_range(param, range, sizeof range);
    if (!parse_value(param, text, value)) {
        stratc_fail(error, STRATC_EXIT_USAGE, "--set %s=%.100s: expected %s", param->name, text, kind_text(param));
        return stratc_help(error, "parameter `%s` (%s): %s", param->name, param->unit, range);
    }
    if (in_range(param, *value) && on_step(param, *value)) return true;
    stratc_fail(error, STRATC_EXIT_USAGE, "--set %s=%.100s: %s", param->name, text,
                in_range(param, *value) ? "is not on a step of its range" : "is out of range");
    return stratc_help(error, "parameter `%s` (%s): %s", param->name, param->unit, range);
}

void stratc_param_format(const stratc_param *param, stratc_value value, char out[STRATC_PARAM_TEXT]) {
    if (param->kind == STRATC_PARAM_NUMBER)
        stratc_double_format(value.f, out);
    else if (param->kind == STRATC_PARAM_DURATION)
        stratc_duration_format(value.i, out);
    else if (param->kind == STRATC_PARAM_BOOL)
        snprintf(out, STRATC_PARAM_TEXT, "%s", value.i ? "true" : "false");
    else if (param->kind == STRATC_PARAM_ENUM) {
        size_t length;
        const char *name = member_at(param->members, value.i, &length);
        snprintf(out, STRATC_PARAM_TEXT, "%.*s", (int)length, name == NULL ? "" : name);
    } else
        snprintf(out, STRATC_PARAM_TEXT, "%lld", (long long)value.i);
}

void stratc_param_range(const stratc_param *param, char *out, size_t size) {
    char low[STRATC_PARAM_TEXT], high[STRATC_PARAM_TEXT], step[STRATC_PARAM_TEXT];
    if (param->kind == STRATC_PARAM_ENUM) {
        members_text(param, out, size);
        return;
    }
    if (!param->bounded) {
        snprintf(out, size, "%s", kind_text(param));
        return;
    }
    stratc_param_format(param, param->low, low);
    stratc_param_format(param, param->high, high);
    stratc_param_format(param, param->step, step);
    snprintf(out, size, "in %s .. %s%s%s", low, high, param->stepped ? " step " : "", param->stepped ? step : "");
}
