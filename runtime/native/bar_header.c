/* Column names of bar files. */
#include <stdio.h>
#include <string.h>

#include "bar_rows.h"

const char *const stratc_bar_column_names[STRATC_BAR_COLUMNS] = {"time", "open", "high", "low", "close", "volume"};

static const struct {
    const char *name;
    enum stratc_bar_column column;
} ALIASES[] = {{"ts_event", STRATC_COLUMN_TIME}, {"timestamp", STRATC_COLUMN_TIME}, {"time", STRATC_COLUMN_TIME},
               {"ts", STRATC_COLUMN_TIME},       {"open_time", STRATC_COLUMN_TIME}, {"open", STRATC_COLUMN_OPEN},
               {"high", STRATC_COLUMN_HIGH},     {"low", STRATC_COLUMN_LOW},        {"close", STRATC_COLUMN_CLOSE},
               {"volume", STRATC_COLUMN_VOLUME}};

void stratc_bar_quote(const char *begin, const char *end, char *out, size_t room) {
    size_t length = (size_t)(end - begin), fits = length < room ? length : room - 4;
    for (size_t i = 0; i < fits; i++) out[i] = begin[i] >= ' ' && begin[i] != 127 ? begin[i] : '?';
    strcpy(out + fits, fits < length ? "..." : "");
}

static bool same_name(const char *name, size_t length, const char *wanted) {
    if (strlen(wanted) != length) return false;
    for (size_t i = 0; i < length; i++) {
        char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
        if (c != wanted[i]) return false;
    }
    return true;
}

static enum stratc_bar_column column_of(const char *name, size_t length) {
    for (size_t a = 0; a < sizeof ALIASES / sizeof *ALIASES; a++)
        if (same_name(name, length, ALIASES[a].name)) return ALIASES[a].column;
    return STRATC_COLUMN_IGNORED;
}

static void remember(stratc_bar_header *header, const char *text) {
    size_t used = strlen(header->seen);
    snprintf(header->seen + used, sizeof header->seen - used, "%s%s", used > 0 ? ", " : "", text);
}

bool stratc_bar_header_add(stratc_bar_header *header, const char *path, const char *name, size_t length,
                           enum stratc_bar_column *column, stratc_error *error) {
    char text[40];
    stratc_bar_quote(name, name + length, text, sizeof text);
    remember(header, text);
    *column = column_of(name, length);
    if (*column == STRATC_COLUMN_IGNORED) return true;
    if (header->present[*column]) {
        stratc_fail(error, STRATC_EXIT_DATA, "%.400s: column '%s' is a second %s column", path, text,
                    stratc_bar_column_names[*column]);
        return stratc_help(error, "keep one of them; columns found: %s", header->seen);
    }
    header->present[*column] = true;
    return true;
}

bool stratc_bar_header_check(const stratc_bar_header *header, const char *path, stratc_error *error) {
    char missing[64] = "";
    for (int c = STRATC_COLUMN_TIME; c < STRATC_COLUMN_VOLUME; c++) {
        if (header->present[c]) continue;
        size_t used = strlen(missing);
        snprintf(missing + used, sizeof missing - used, "%s%s", used > 0 ? ", " : "", stratc_bar_column_names[c]);
    }
    if (missing[0] == '\0') return true;
    stratc_fail(error, STRATC_EXIT_DATA, "%.400s: missing column: %s; columns found: %s", path, missing, header->seen);
    return stratc_help(error, "name the columns open, high, low, close, volume (optional) and, for the bar's start, "
                              "ts_event, timestamp, time, ts or open_time; separate them with commas");
}
