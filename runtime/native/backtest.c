/* A backtest from file to printed result. */
#include "backtest.h"

#include "data.h"
#include "host.h"
#include "standard_output.h"
#include "summary.h"
#include "table.h"

static bool print_results(const stratc_results *results, const stratc_data *data, stratc_error *error) {
    stratc_output_file file;
    if (!stratc_standard_output_open(&file, error)) return false;
    (results->options->json ? stratc_summary_write : stratc_table_write)(&file, results, data);
    return stratc_output_commit(&file, error);
}

static bool finish(stratc_results *results, const stratc_data *data, const volatile sig_atomic_t *stop, stratc_error *error) {
    if (!stratc_results_finish(results)) return false;
    if (*stop) return stratc_fail(error, STRATC_EXIT_INTERRUPT, "interrupted: nothing of this run is complete");
    return !results->in_folder || stratc_summary_save(results->options->out, results, data, error);
}

bool stratc_backtest(const stratc_program *program, const stratc_options *options, const volatile sig_atomic_t *stop,
                     stratc_error *error) {
    stratc_data data;
    stratc_results results = {0};
    uint8_t digest[32] = {0};
    bool good = stratc_data_read(&data, program, options, error);
    if (good) stratc_data_digest(&data, program, digest);
    good = good && stratc_results_open(&results, program, options, digest, error) &&
                stratc_host_run(program, options, &data, &results, stop, error) && finish(&results, &data, stop, error) &&
                print_results(&results, &data, error);
    stratc_results_close(&results);
    stratc_data_free(&data);
    return good;
}
