/* Reads every file named on the command line as hourly bars and prints its exit code and message, one line each.
 * It brings its own stratc_map_file, into memory of exactly the size of the file, so that the sanitizers see a byte read
 * too far. */
#include <stdio.h>
#include <stdlib.h>

#include "bars.h"
#include "mapped.h"

bool stratc_map_file(const char *path, stratc_mapped *out, stratc_error *error) {
    *out = (stratc_mapped){0};
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) return stratc_fail(error, STRATC_EXIT_INPUT, "can't open");
    out->size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = out->size > 0 ? malloc(out->size) : NULL;
    bool whole = out->size == 0 || (bytes != NULL && fread(bytes, 1, out->size, file) == out->size);
    out->bytes = bytes;
    fclose(file);
    return whole || stratc_fail(error, STRATC_EXIT_INPUT, "can't read");
}

void stratc_unmap_file(stratc_mapped *file) { free((void *)file->bytes); }

int main(int count, char **paths) {
    const stratc_bar_schema schema = {.price = {1, 2}, .every_ns = INT64_C(3600000000000), .repair = true};
    for (int i = 1; i < count; i++) {
        stratc_bars bars;
        stratc_bar_faults faults;
        stratc_error error = {0};
        bool done = stratc_bars_read(paths[i], &schema, &bars, &faults, &error);
        printf("%d %s\n", done ? STRATC_EXIT_OK : error.code, error.message);
        stratc_bars_free(&bars);
    }
    return 0;
}
