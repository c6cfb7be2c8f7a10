/* Preparing a run folder. */
#define _XOPEN_SOURCE 700
#include "run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a run writes; the first is the sign of a whole run. The last is what `stratc report` makes of it. */
static const char *const NAMES[] = {"summary.json",  "fills.csv",    "trades.csv", "equity.arrow",
                                    "signals.arrow", "strategy.log", "order.log",  "manifest.yaml",
                                    "report.html",   "journal.bin",  "snapshot.0.bin", "snapshot.1.bin",
                                    "arguments.txt"};
enum { NAME_COUNT = sizeof NAMES / sizeof *NAMES };

static bool fail(stratc_error *error, const char *path, const char *what) {
    return stratc_fail(error, STRATC_EXIT_OUTPUT, "--out %.600s: %s: %s", path, what, strerror(errno));
}

bool stratc_run_folder_path(const char *folder, const char *name, char out[STRATC_PATH_TEXT], stratc_error *error) {
    int length = snprintf(out, STRATC_PATH_TEXT, "%s/%s", folder, name);
    if (length > 0 && length < STRATC_PATH_TEXT - 8) return true;
    return stratc_fail(error, STRATC_EXIT_OUTPUT, "--out: the folder's name is longer than %d bytes", STRATC_PATH_TEXT - 32);
}

/* Is `name` one of ours, or the unfinished form that an interrupted run left? */
static bool is_ours(const char *name) {
    for (int i = 0; i < NAME_COUNT; i++) {
        size_t length = strlen(NAMES[i]);
        if (strncmp(name, NAMES[i], length) == 0 && (name[length] == '\0' || strcmp(name + length, ".tmp") == 0)) return true;
    }
    return false;
}

/* The folder and those above it that are missing. */
static bool make_folders(const char *folder, stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    if (!stratc_run_folder_path(folder, "", path, error)) return false;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) return fail(error, path, "the folder can't be made");
        *slash = '/';
    }
    return true;
}

static bool check_contents(const char *folder, stratc_error *error) {
    DIR *handle = opendir(folder);
    if (!handle) return fail(error, folder, "is no folder that can be read");
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(handle));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_ours(name)) continue;
        good = stratc_fail(error, STRATC_EXIT_OUTPUT, "--out %.600s: holds `%.100s`, which is no file of a run", folder, name);
        stratc_help(error, "name a folder that is new, empty or holds an earlier run, which is then replaced");
    }
    closedir(handle);
    return good;
}

static bool remove_file(const char *folder, const char *name, const char *suffix, stratc_error *error) {
    char full[64], path[STRATC_PATH_TEXT];
    snprintf(full, sizeof full, "%s%s", name, suffix);
    if (!stratc_run_folder_path(folder, full, path, error)) return false;
    return unlink(path) == 0 || errno == ENOENT || fail(error, path, "can't be removed");
}

bool stratc_run_folder_prepare(const char *folder, stratc_error *error) {
    if (!make_folders(folder, error) || !check_contents(folder, error)) return false;
    for (int i = 0; i < NAME_COUNT; i++)
        if (!remove_file(folder, NAMES[i], "", error) || !remove_file(folder, NAMES[i], ".tmp", error)) return false;
    if (access(folder, W_OK | X_OK) == 0) return true;
    fail(error, folder, "can't be written");
    return stratc_help(error, "choose a folder that you may write to");
}
