/* The strategy's binary: commands, help, errors and exit codes. Links with one generated STRATC_PROGRAM. */
#define _XOPEN_SOURCE 700
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "backtest.h"
#include "help.h"
#include "replay.h"
#include "run_arguments.h"
#include "standard_output.h"

extern const stratc_program STRATC_PROGRAM;

static volatile sig_atomic_t stopped; /* the one word a signal handler may write */

static void stop(int signal_number) {
    (void)signal_number;
    stopped = 1;
}

/* A stop is noted and ends the run cleanly; a file-size limit becomes an error of write; a closed pipe ends us quietly. */
static void handle_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = stop;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &action, NULL);
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, NULL);
}

static bool print_text(const stratc_program *program, void (*write)(stratc_output_file *, const stratc_program *),
                       stratc_error *error) {
    stratc_output_file file;
    if (!stratc_standard_output_open(&file, error)) return false;
    write(&file, program);
    return stratc_output_commit(&file, error);
}

/* The options that a run began with. */
static bool recall(const stratc_program *program, const char *folder, stratc_run_arguments *arguments, stratc_options *options,
                   stratc_error *error) {
    return stratc_run_arguments_load(arguments, folder, error) &&
           stratc_options_parse(arguments->count, arguments->items, program, options, error);
}

static bool again(const stratc_program *program, const stratc_options *asked, stratc_error *error) {
    stratc_run_arguments arguments;
    stratc_options options = {0};
    bool good = recall(program, asked->out, &arguments, &options, error);
    if (good && asked->command == STRATC_COMMAND_RESUME) {
        options.resume = true;
        good = stratc_backtest(program, &options, &stopped, error);
    } else if (good) {
        good = stratc_replay(program, &options, error);
    }
    stratc_options_free(&options);
    stratc_run_arguments_free(&arguments);
    return good;
}

static bool obey(const stratc_program *program, const stratc_options *options, stratc_error *error) {
    switch (options->command) {
        case STRATC_COMMAND_BACKTEST: return stratc_backtest(program, options, &stopped, error);
        case STRATC_COMMAND_RESUME:
        case STRATC_COMMAND_REPLAY: return again(program, options, error);
        case STRATC_COMMAND_MANIFEST: return print_text(program, stratc_manifest_write, error);
        case STRATC_COMMAND_VERSION: return print_text(program, stratc_version_write, error);
        default: return print_text(program, stratc_help_write, error);
    }
}

int main(int count, char **arguments) {
    stratc_options options = {0};
    stratc_error error = {0};
    handle_signals();
    bool good = stratc_options_parse(count, arguments, &STRATC_PROGRAM, &options, &error) &&
                obey(&STRATC_PROGRAM, &options, &error);
    stratc_options_free(&options);
    if (good) return STRATC_EXIT_OK;
    fprintf(stderr, "error: %s\n", error.message);
    if (error.help[0] != '\0') fprintf(stderr, "help: %s\n", error.help);
    return error.code;
}
