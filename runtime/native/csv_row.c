/* Every cell brings a comma behind it; the last one becomes the line end. */
#include "csv_row.h"

#include <string.h>

#include "decimal.h"

void stratc_csv_text(stratc_csv_row *row, const char *text) {
    size_t room = sizeof row->text - row->used - 1, size = strlen(text);
    if (size > room) size = room;
    memcpy(row->text + row->used, text, size);
    row->used += size;
    if (size < room) row->text[row->used++] = ',';
}

void stratc_csv_units(stratc_csv_row *row, int64_t units, stratc_scale scale) {
    char text[STRATC_NUMBER_TEXT];
    stratc_units_format(units, scale, text);
    stratc_csv_text(row, text);
}

void stratc_csv_integer(stratc_csv_row *row, int64_t value) { stratc_csv_units(row, value, (stratc_scale){1, 0}); }

bool stratc_csv_end(stratc_csv_row *row, stratc_output_file *file) {
    size_t size = row->used;
    row->text[size > 0 ? size - 1 : size++] = '\n';
    row->used = 0;
    return stratc_output_write(file, row->text, size);
}
