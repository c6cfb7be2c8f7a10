/* ISO-8601 instants on the proleptic Gregorian calendar. */
#include "instants_text.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *at, *end;
} cursor;

static bool read_digits(cursor *c, int count, int64_t *value) {
    if (c->end - c->at < count) return false;
    *value = 0;
    for (int i = 0; i < count; i++) {
        char digit = *c->at++;
        if (digit < '0' || digit > '9') return false;
        *value = *value * 10 + (digit - '0');
    }
    return true;
}

static bool skip(cursor *c, char wanted) {
    if (c->at == c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

/* Days since 1970-01-01, counting years from March so that the leap day is the last one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    int64_t y = year - (month <= 2), m = (month + 9) % 12;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static int64_t days_in_month(int64_t year, int64_t month) {
    static const int64_t DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : DAYS[month - 1];
}

static bool read_date(cursor *c, int64_t *days) {
    int64_t year, month, day;
    if (!read_digits(c, 4, &year) || !skip(c, '-') || !read_digits(c, 2, &month) || !skip(c, '-') ||
        !read_digits(c, 2, &day))
        return false;
    if (year < 1600 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
    *days = days_of(year, month, day);
    return true;
}

static bool read_fraction(cursor *c, int64_t *ns) {
    int64_t weight = STRATC_SECOND / 10;
    const char *first = c->at;
    *ns = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (weight == 0) return false;
        *ns += (*c->at - '0') * weight;
        weight /= 10;
    }
    return c->at > first;
}

static bool read_clock(cursor *c, int64_t *seconds, int64_t *ns) {
    int64_t hour, minute, second = 0;
    if (!read_digits(c, 2, &hour) || !skip(c, ':') || !read_digits(c, 2, &minute)) return false;
    if (skip(c, ':')) {
        if (!read_digits(c, 2, &second)) return false;
        if (skip(c, '.') && !read_fraction(c, ns)) return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

static bool read_offset(cursor *c, int64_t *seconds) {
    *seconds = 0;
    if (c->at == c->end || skip(c, 'Z')) return true;
    int64_t sign = *c->at == '-' ? -1 : 1, hour, minute = 0;
    if (!skip(c, '+') && !skip(c, '-')) return false;
    if (!read_digits(c, 2, &hour)) return false;
    if (c->at < c->end) {
        skip(c, ':');
        if (!read_digits(c, 2, &minute)) return false;
    }
    *seconds = sign * (hour * 3600 + minute * 60);
    return hour < 24 && minute < 60;
}

bool stratc_instant_parse_range(const char *begin, const char *end, int64_t *ns) {
    cursor c = {begin, end};
    int64_t days, seconds = 0, offset = 0, fraction = 0;
    if (!read_date(&c, &days)) return false;
    if (skip(&c, 'T') || skip(&c, ' ')) {
        if (!read_clock(&c, &seconds, &fraction) || !read_offset(&c, &offset)) return false;
    }
    if (c.at != c.end) return false;
    seconds += days * 86400 - offset;
    if (seconds < 0 && fraction > 0) { /* keep both parts of one sign: the product may fit only together */
        seconds++;
        fraction -= STRATC_SECOND;
    }
    int64_t whole;
    return !__builtin_mul_overflow(seconds, STRATC_SECOND, &whole) && !__builtin_add_overflow(whole, fraction, ns);
}

bool stratc_instant_parse(const char *text, int64_t *ns) {
    return stratc_instant_parse_range(text, text + strlen(text), ns);
}

void stratc_instant_format(int64_t ns, char out[STRATC_INSTANT_TEXT]) {
    int64_t days = ns / STRATC_DAY, rest = ns % STRATC_DAY;
    if (rest < 0) {
        days--;
        rest += STRATC_DAY;
    }
    int64_t shifted = days + 719468, era = shifted / 146097, in_era = shifted % 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t march = (5 * in_year + 2) / 153, month = march < 10 ? march + 3 : march - 9;
    int64_t second = rest / STRATC_SECOND;
    unsigned fraction = (unsigned)(rest % STRATC_SECOND);
    int used = snprintf(out, STRATC_INSTANT_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u",
                        (unsigned)(year + era * 400 + (month <= 2)) % 10000, (unsigned)month % 100,
                        (unsigned)(in_year - (153 * march + 2) / 5 + 1) % 100, (unsigned)(second / 3600) % 100,
                        (unsigned)(second / 60 % 60), (unsigned)(second % 60));
    if (fraction != 0) {
        used += snprintf(out + used, (size_t)(STRATC_INSTANT_TEXT - used), ".%09u", fraction);
        while (out[used - 1] == '0') used--;
    }
    out[used++] = 'Z';
    out[used] = '\0';
}

int64_t stratc_epoch_unit(int64_t value) {
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (size >= 100000000000000000u) return 1;
    if (size >= 100000000000000u) return 1000;
    return size >= 100000000000u ? 1000000 : STRATC_SECOND;
}

void stratc_duration_format(int64_t ns, char out[STRATC_INSTANT_TEXT]) {
    static const struct {
        int64_t ns;
        const char *name;
    } UNITS[] = {{STRATC_DAY, "d"},     {3600 * STRATC_SECOND, "h"}, {60 * STRATC_SECOND, "min"}, {STRATC_SECOND, "s"},
                 {1000000, "ms"}, {1000, "us"}};
    for (size_t u = 0; u < sizeof UNITS / sizeof *UNITS; u++)
        if (ns % UNITS[u].ns == 0) {
            snprintf(out, STRATC_INSTANT_TEXT, "%lld%s", (long long)(ns / UNITS[u].ns), UNITS[u].name);
            return;
        }
    snprintf(out, STRATC_INSTANT_TEXT, "%lldns", (long long)ns);
}
