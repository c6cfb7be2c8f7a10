/* Mapping of input files. */
#define _POSIX_C_SOURCE 200809L
#include "mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool map_open(int descriptor, const char *path, stratc_mapped *out, stratc_error *error) {
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: can't be read: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) return stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: is a directory, not a file", path);
    if (!S_ISREG(info.st_mode)) {
        stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: is a pipe or a device, not a regular file", path);
        return stratc_help(error, "copy it into a file first");
    }
    out->size = (size_t)info.st_size;
    if (out->size == 0) return true;
    void *bytes = mmap(NULL, out->size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (bytes == MAP_FAILED)
        return stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: can't be mapped: %s", path, strerror(errno));
    posix_madvise(bytes, out->size, POSIX_MADV_SEQUENTIAL);
    out->bytes = bytes;
    return true;
}

bool stratc_map_file(const char *path, stratc_mapped *out, stratc_error *error) {
    *out = (stratc_mapped){0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not make us wait */
    if (descriptor < 0)
        return stratc_fail(error, STRATC_EXIT_INPUT, "%.400s: can't be opened: %s", path, strerror(errno));
    bool mapped = map_open(descriptor, path, out, error);
    close(descriptor);
    return mapped;
}

void stratc_unmap_file(stratc_mapped *file) {
    if (file->bytes != NULL) munmap((void *)file->bytes, file->size);
    *file = (stratc_mapped){0};
}
