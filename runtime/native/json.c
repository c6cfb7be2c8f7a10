/* A small JSON writer. */
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(stratc_json *json, const char *text) {
    (void)stratc_output_write(json->file, text, strlen(text)); /* the failure sticks in the file */
}

static void new_line(stratc_json *json) {
    static const char blanks[] = "\n                                                              ";
    (void)stratc_output_write(json->file, blanks, 1 + 2 * (size_t)json->depth);
}

/* What stands before a key or a value. */
static void separate(stratc_json *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    uint32_t level = 1u << json->depth;
    if (json->filled & level) put(json, ",");
    json->filled |= level;
    if (json->depth > 0) new_line(json);
}

static void open_level(stratc_json *json, const char *bracket) {
    separate(json);
    put(json, bracket);
    json->depth++;
    json->filled &= ~(1u << json->depth);
}

static void close_level(stratc_json *json, const char *bracket) {
    bool filled = json->filled & 1u << json->depth;
    json->depth--;
    if (filled) new_line(json);
    put(json, bracket);
}

void stratc_json_begin(stratc_json *json, stratc_output_file *file) {
    *json = (stratc_json){.file = file};
}

void stratc_json_end(stratc_json *json) {
    put(json, "\n");
}

void stratc_json_open_object(stratc_json *json) {
    open_level(json, "{");
}

void stratc_json_close_object(stratc_json *json) {
    close_level(json, "}");
}

void stratc_json_open_array(stratc_json *json) {
    open_level(json, "[");
}

void stratc_json_close_array(stratc_json *json) {
    close_level(json, "]");
}

/* Length of the UTF-8 character that begins here; 0 for overlong forms, surrogates and values past U+10FFFF. */
static int character_length(const unsigned char *text) {
    if (text[0] < 0x80) return 1;
    int length = text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : text[0] < 0xf5 ? 4 : 0;
    for (int i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    bool wrong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
                 (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f);
    return wrong ? 0 : length;
}

static void put_escaped(stratc_json *json, const char *text) {
    put(json, "\"");
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        int length = character_length(at);
        char escape[8] = "\\ufffd";
        if (*at == '"' || *at == '\\') snprintf(escape, sizeof escape, "\\%c", *at);
        else if (*at < 0x20 || *at == 0x7f) snprintf(escape, sizeof escape, "\\u%04x", *at);
        else if (length > 0) escape[0] = '\0';
        if (escape[0]) put(json, escape);
        else (void)stratc_output_write(json->file, at, (size_t)length);
        at += length > 0 ? length : 1;
    }
    put(json, "\"");
}

void stratc_json_key(stratc_json *json, const char *name) {
    separate(json);
    put_escaped(json, name);
    put(json, ": ");
    json->after_key = true;
}

void stratc_json_text(stratc_json *json, const char *text) {
    separate(json);
    if (text) put_escaped(json, text);
    else put(json, "null");
}

void stratc_json_integer(stratc_json *json, int64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    separate(json);
    put(json, text);
}

void stratc_format_number(char text[32], double value) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    if (!strpbrk(text, ".e")) strcat(text, ".0"); /* so that readers that tell integers apart get a float */
}

void stratc_json_number(stratc_json *json, double value) {
    char text[32] = "null";
    if (isfinite(value)) stratc_format_number(text, value);
    separate(json);
    put(json, text);
}

void stratc_json_decimal(stratc_json *json, int64_t count, int decimals) {
    uint64_t size = count < 0 ? 0 - (uint64_t)count : (uint64_t)count;
    for (; decimals > 0 && size % 10 == 0; decimals--) size /= 10;
    char digits[48], text[56];
    int length = snprintf(digits, sizeof digits, "%0*" PRIu64, decimals + 1, size);
    const char *sign = count < 0 ? "-" : "", *point = decimals > 0 ? "." : "";
    snprintf(text, sizeof text, "%s%.*s%s%s", sign, length - decimals, digits, point, digits + length - decimals);
    separate(json);
    put(json, text);
}

void stratc_json_bool(stratc_json *json, bool value) {
    separate(json);
    put(json, value ? "true" : "false");
}

void stratc_json_null(stratc_json *json) {
    separate(json);
    put(json, "null");
}
