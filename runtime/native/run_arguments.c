/* A command line, a line each. */
#define _XOPEN_SOURCE 700
#include "run_arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapped.h"
#include "output.h"
#include "run_folder.h"

static void put(stratc_output_file *file, const char *text) { (void)stratc_output_write(file, text, strlen(text)); /* a failure sticks */ }

static void put_path(stratc_output_file *file, const char *path) {
    char *whole = realpath(path, NULL);
    put(file, whole ? whole : path);
    put(file, "\n");
    free(whole);
}

/* Does the argument name this option? *alone: its value is the next argument. */
static bool is_option(const char *argument, const char *name, bool *alone) {
    size_t length = strlen(name);
    bool named = strncmp(argument, name, length) == 0 && (argument[length] == '\0' || argument[length] == '=');
    *alone = named && argument[length] == '\0';
    return named;
}

static bool put_arguments(stratc_output_file *file, const stratc_options *options, stratc_error *error) {
    for (int i = 2; i < options->count; i++) {
        bool alone;
        if (is_option(options->arguments[i], "--data", &alone) || is_option(options->arguments[i], "--out", &alone)) {
            i += alone;
            continue;
        }
        if (strchr(options->arguments[i], '\n'))
            return stratc_fail(error, STRATC_EXIT_USAGE, "--journal: an argument of the run holds the end of a line");
        put(file, options->arguments[i]);
        put(file, "\n");
    }
    return true;
}

bool stratc_run_arguments_save(const stratc_options *options, const stratc_program *program, stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    stratc_output_file file;
    if (!stratc_run_folder_path(options->out, "arguments.txt", path, error) || !stratc_output_open(&file, path, error)) return false;
    put_path(&file, options->arguments[0]);
    put(&file, "backtest\n");
    if (!put_arguments(&file, options, error)) {
        stratc_output_abandon(&file);
        return false;
    }
    for (uint32_t f = 0; f < program->feed_count; f++) {
        if (!options->data[f]) continue;
        put(&file, "--data\n");
        put(&file, program->feeds[f].name);
        put(&file, "=");
        put_path(&file, options->data[f]);
    }
    return stratc_output_commit(&file, error);
}

static bool no_run(const char *folder, stratc_error *error) {
    stratc_fail(error, STRATC_EXIT_INPUT, "%.700s: holds no run with a journal", folder);
    return stratc_help(error, "name the folder of a run that was begun with --journal --out FOLDER");
}

bool stratc_run_arguments_load(stratc_run_arguments *arguments, const char *folder, stratc_error *error) {
    char path[STRATC_PATH_TEXT];
    stratc_mapped file;
    static char out[] = "--out";
    *arguments = (stratc_run_arguments){0};
    if (!stratc_run_folder_path(folder, "arguments.txt", path, error)) return false;
    if (!stratc_map_file(path, &file, error)) return no_run(folder, error);
    arguments->text = malloc(file.size + 1);
    arguments->items = calloc(file.size + 4, sizeof *arguments->items);
    bool good = arguments->text && arguments->items;
    if (good && file.size > 0) memcpy(arguments->text, file.bytes, file.size);
    if (good) arguments->text[file.size] = '\0';
    stratc_unmap_file(&file);
    if (!good) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the arguments of the run");
    for (char *line = arguments->text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        arguments->items[arguments->count++] = line;
    }
    if (arguments->count < 2) return no_run(folder, error);
    arguments->items[arguments->count++] = out;
    arguments->items[arguments->count++] = (char *)(uintptr_t)folder; /* only read */
    return true;
}

void stratc_run_arguments_free(stratc_run_arguments *arguments) {
    free(arguments->text);
    free(arguments->items);
    *arguments = (stratc_run_arguments){0};
}
