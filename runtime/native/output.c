/* Checked writing of result files. */
#define _XOPEN_SOURCE 700
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 16 };

static const char *help_for(int reason) {
    switch (reason) {
    case ENOSPC:
    case EDQUOT: return "free some space, or write to another disk";
    case EFBIG: return "raise the limit on file sizes (ulimit -f), or write less";
    case EACCES:
    case EPERM:
    case EROFS: return "choose a folder that you may write to";
    case ENOENT:
    case ENOTDIR: return "make the folder first";
    case EISDIR: return "give the name of a file, not of a folder";
    case EMFILE:
    case ENFILE: return "raise the limit on open files (ulimit -n)";
    default: return "";
    }
}

static bool fail(stratc_error *error, const char *path, int reason) {
    stratc_fail(error, STRATC_EXIT_OUTPUT, "%.700s: can't be written: %s", path, strerror(reason));
    return stratc_help(error, "%s", help_for(reason));
}

/* Frees everything and keeps the failure, so that a second commit or abandon is harmless. */
static void release(stratc_output_file *file) {
    free(file->path);
    free(file->temporary);
    free(file->buffer);
    file->path = file->temporary = NULL;
    file->buffer = NULL;
    file->descriptor = -1;
}

static char *joined(const char *path, const char *suffix) {
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *text = malloc(size);
    if (text) snprintf(text, size, "%s%s", path, suffix);
    return text;
}

static bool open_file(stratc_output_file *file, const char *path, bool in_place, int flags, stratc_error *error) {
    memset(file, 0, sizeof *file);
    file->descriptor = -1;
    struct stat info;
    bool exists = stat(path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return fail(error, path, EISDIR);
    if (exists && !S_ISREG(info.st_mode)) in_place = true;
    /* Renaming over a symbolic link would replace the link, so the file it leads to is written. */
    file->path = exists && !in_place ? realpath(path, NULL) : joined(path, "");
    if (file->path && !in_place) file->temporary = joined(file->path, ".tmp");
    file->buffer = malloc(BUFFER_SIZE);
    if (!file->path || !file->buffer || (!in_place && !file->temporary)) {
        fail(error, path, errno);
        release(file);
        return false;
    }
    do file->descriptor = open(in_place ? file->path : file->temporary, flags | O_CLOEXEC, 0666);
    while (file->descriptor < 0 && errno == EINTR);
    if (file->descriptor >= 0) return true;
    fail(error, path, errno);
    release(file);
    return false;
}

static const int ANEW = O_WRONLY | O_CREAT | O_TRUNC;

bool stratc_output_open(stratc_output_file *file, const char *path, stratc_error *error) {
    return open_file(file, path, false, ANEW, error);
}

bool stratc_output_open_in_place(stratc_output_file *file, const char *path, stratc_error *error) {
    return open_file(file, path, true, ANEW, error);
}

static bool open_known(stratc_output_file *file, const char *path, int flags, stratc_error *error) {
    struct stat info;
    if (!open_file(file, path, true, flags, error)) return false;
    if (fstat(file->descriptor, &info) == 0) file->known = (uint64_t)info.st_size;
    file->checks_only = flags == O_RDONLY;
    return true;
}

bool stratc_output_resume(stratc_output_file *file, const char *path, stratc_error *error) {
    return open_known(file, path, O_RDWR | O_CREAT, error);
}

bool stratc_output_compare(stratc_output_file *file, const char *path, stratc_error *error) {
    return open_known(file, path, O_RDONLY, error);
}

static bool differ(stratc_output_file *file, uint64_t at) {
    file->differs = true;
    file->differs_at = at;
    stratc_fail(&file->failure, STRATC_EXIT_OUTPUT, "%.700s: is not what this run writes, from byte %llu on", file->path,
                (unsigned long long)at);
    return stratc_help(&file->failure, "the file was changed, or it is of another run");
}

/* Compares the next bytes with those of the file. */
static bool check_known(stratc_output_file *file, const unsigned char *bytes, size_t size) {
    unsigned char there[4096];
    for (size_t done = 0; done < size;) {
        size_t part = size - done < sizeof there ? size - done : sizeof there;
        ssize_t count = pread(file->descriptor, there, part, (off_t)(file->flushed + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(&file->failure, file->path, errno);
        for (size_t i = 0; i < part; i++) {
            if (i < (size_t)count && there[i] == bytes[done + i]) continue;
            size_t word = i & ~(size_t)7;
            if (word + 8 <= part) memcpy(&file->given, bytes + done + word, 8);
            if (word + 8 <= (size_t)count) memcpy(&file->there, there + word, 8);
            return differ(file, file->flushed + done + i);
        }
        done += part;
    }
    return true;
}

/* What of the bytes the file has already; the rest is written behind it. */
static bool pass_known(stratc_output_file *file, const unsigned char **bytes, size_t *size) {
    uint64_t left = file->known > file->flushed ? file->known - file->flushed : 0;
    size_t part = *size < left ? *size : (size_t)left;
    if (part > 0 && !check_known(file, *bytes, part)) return false;
    file->flushed += part;
    *bytes += part, *size -= part;
    if (*size == 0) return true;
    if (file->checks_only) return differ(file, file->flushed);
    return file->known == 0 || lseek(file->descriptor, (off_t)file->flushed, SEEK_SET) >= 0 || fail(&file->failure, file->path, errno);
}

static bool write_all(stratc_output_file *file, const unsigned char *bytes, size_t size) {
    if ((file->known > 0 || file->checks_only) && !pass_known(file, &bytes, &size)) return false;
    file->flushed += size;
    while (size > 0) {
        ssize_t count = write(file->descriptor, bytes, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(&file->failure, file->path, errno);
        bytes += count, size -= (size_t)count;
    }
    return true;
}

bool stratc_output_flush(stratc_output_file *file) {
    size_t size = file->used;
    file->used = 0;
    return write_all(file, file->buffer, size);
}

bool stratc_output_write(stratc_output_file *file, const void *data, size_t size) {
    if (file->failure.code != STRATC_EXIT_OK) return false;
    file->size += size;
    if (file->used + size > BUFFER_SIZE && !stratc_output_flush(file)) return false;
    if (size >= BUFFER_SIZE) return write_all(file, data, size);
    if (size > 0) memcpy(file->buffer + file->used, data, size);
    file->used += size;
    return true;
}

bool stratc_output_commit(stratc_output_file *file, stratc_error *error) {
    if (file->failure.code == STRATC_EXIT_OK && stratc_output_flush(file) && (file->known <= file->flushed || differ(file, file->flushed))) {
        /* An interrupted close has closed; any other failure may be the first word of a write that was delayed. */
        if (close(file->descriptor) != 0 && errno != EINTR) fail(&file->failure, file->path, errno);
        file->descriptor = -1;
    }
    if (file->failure.code == STRATC_EXIT_OK && file->temporary && rename(file->temporary, file->path) != 0)
        fail(&file->failure, file->path, errno);
    if (file->failure.code != STRATC_EXIT_OK) {
        *error = file->failure;
        stratc_output_abandon(file);
        return false;
    }
    release(file);
    return true;
}

void stratc_output_abandon(stratc_output_file *file) {
    if (!file->path) return; /* never opened, or over */
    bool in_place = !file->temporary;
    if (file->descriptor >= 0) {
        if (in_place && file->failure.code == STRATC_EXIT_OK) (void)stratc_output_flush(file);
        (void)close(file->descriptor);
    }
    if (!in_place) (void)unlink(file->temporary);
    release(file);
}
