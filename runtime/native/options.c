/* Parsing of arguments: one table of options, one small setter each. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instants_text.h"
#include "params.h"

typedef struct {
    const stratc_program *program;
    stratc_options *options;
    bool *was_set; /* per parameter */
    uint32_t given; /* bit per option of the table */
    stratc_error *error;
} parser;

typedef struct {
    const char *name;
    bool takes_value, repeats;
    bool (*set)(parser *, const char *value);
} option;

/* ---- did you mean */

#define LONGEST 63

/* Edits (insert, delete, replace) between two names; names longer than LONGEST are far from everything. */
static size_t distance(const char *a, const char *b) {
    size_t row[LONGEST + 1], n = strlen(b);
    if (strlen(a) > LONGEST || n > LONGEST) return LONGEST;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

typedef struct {
    const char *name;
    size_t edits;
} nearest;

static void consider(nearest *best, const char *wanted, const char *name) {
    size_t edits = distance(wanted, name), most = strlen(name) / 3 + 1;
    if (edits <= most && (!best->name || edits < best->edits)) *best = (nearest){name, edits};
}

static bool suggest(stratc_error *error, const nearest *best, const char *otherwise) {
    return best->name ? stratc_help(error, "did you mean `%s`?", best->name) : stratc_help(error, "%s", otherwise);
}

/* ---- one setter per option */

/* The first feed that has data of its own. */
static const stratc_feed *own_feed(const stratc_program *program) {
    const stratc_feed *feed = program->feeds;
    while (feed->source >= 0) feed = &program->feeds[feed->source];
    return feed;
}

static bool refuse_resampled(parser *p, const stratc_feed *feed) {
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--data %s=: this feed is made of the bars of `%s`", feed->name,
                p->program->feeds[feed->source].name);
    return stratc_help(p->error, "write --data %s=FILE only", p->program->feeds[feed->source].name);
}

static bool refuse_feed(parser *p, const char *value) {
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--data %.400s: names no feed of %s", value, p->program->name);
    return stratc_help(p->error, "write --data %s=FILE", own_feed(p->program)->name);
}

static bool set_data(parser *p, const char *value) {
    for (uint32_t f = 0; f < p->program->feed_count; f++) {
        const stratc_feed *feed = &p->program->feeds[f];
        size_t length = strlen(feed->name);
        if (strncmp(value, feed->name, length) != 0 || value[length] != '=') continue;
        if (value[length + 1] == '\0')
            return stratc_fail(p->error, STRATC_EXIT_USAGE, "--data %s=: the file is missing", feed->name);
        if (feed->source >= 0) return refuse_resampled(p, feed);
        if (p->options->data[f]) return stratc_fail(p->error, STRATC_EXIT_USAGE, "--data %s=: given twice", feed->name);
        p->options->data[f] = value + length + 1;
        return true;
    }
    return refuse_feed(p, value);
}

static bool unknown_param(parser *p, const char *name) {
    nearest best = {0};
    for (uint32_t i = 0; i < p->program->param_count; i++) consider(&best, name, p->program->params[i].name);
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--set: %s has no parameter `%.100s`", p->program->name, name);
    return suggest(p->error, &best, p->program->param_count ? "--help lists the parameters" : "it has no parameters at all");
}

static bool set_param(parser *p, const char *value) {
    const char *equals = strchr(value, '=');
    if (!equals) {
        stratc_fail(p->error, STRATC_EXIT_USAGE, "--set %.100s: expected NAME=VALUE", value);
        return stratc_help(p->error, "--help lists the parameters");
    }
    char name[LONGEST + 1];
    snprintf(name, sizeof name, "%.*s", (int)(equals - value < LONGEST ? equals - value : LONGEST), value);
    for (uint32_t i = 0; i < p->program->param_count; i++) {
        if (strcmp(p->program->params[i].name, name) != 0) continue;
        if (p->was_set[i]) return stratc_fail(p->error, STRATC_EXIT_USAGE, "--set %s: given twice", name);
        p->was_set[i] = true;
        return stratc_param_parse(&p->program->params[i], equals + 1, &p->options->params[i], p->error);
    }
    return unknown_param(p, name);
}

static bool is_integer(const char *text) {
    size_t digits = strspn(text + (*text == '-'), "0123456789");
    return digits > 0 && text[(*text == '-') + digits] == '\0';
}

static bool set_instant(parser *p, const char *name, const char *value, int64_t *out) {
    errno = 0;
    if (is_integer(value)) {
        *out = strtoll(value, NULL, 10);
        if (errno == 0) return true;
    } else if (stratc_instant_parse(value, out)) {
        return true;
    }
    stratc_fail(p->error, STRATC_EXIT_USAGE, "%s %.100s: is no time", name, value);
    return stratc_help(p->error, "write 2021-01-01, 2021-01-01T09:30 (both UTC) or whole nanoseconds since 1970");
}

static bool set_from(parser *p, const char *value) {
    p->options->has_from = true;
    return set_instant(p, "--from", value, &p->options->from);
}

static bool set_to(parser *p, const char *value) {
    p->options->has_to = true;
    return set_instant(p, "--to", value, &p->options->to);
}

static bool set_warmup(parser *p, const char *value) {
    errno = 0;
    p->options->warmup = strtoll(value, NULL, 10);
    if (is_integer(value) && errno == 0 && p->options->warmup >= 0) return true;
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--warmup %.100s: expected a whole number of bars, 0 or more", value);
    return stratc_help(p->error, "with these parameters every signal is ready after %lld bars",
                       (long long)p->program->warm_up(p->options->params));
}

static bool set_capital(parser *p, const char *value) {
    const stratc_instrument *instrument = &p->program->instruments[0];
    if (stratc_money_parse(value, instrument->money_decimals, &p->options->capital)) return true;
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--capital %.100s: expected an amount of %s above 0", value, instrument->quote);
    return stratc_help(p->error, "for example --capital 100000; at most %d decimals", (int)instrument->money_decimals);
}

static bool set_bad_data(parser *p, const char *value) {
    p->options->repair = strcmp(value, "repair") == 0;
    if (p->options->repair || strcmp(value, "reject") == 0) return true;
    return stratc_fail(p->error, STRATC_EXIT_USAGE, "--bad-data %.100s: expected reject or repair", value);
}

static bool set_rf(parser *p, const char *value) {
    char *end;
    p->options->rf = strtod(value, &end);
    if (*value != '\0' && *end == '\0' && p->options->rf > -1 && p->options->rf < 1) return true;
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--rf %.100s: expected an annual rate as a fraction, above -1 and below 1", value);
    return stratc_help(p->error, "2 %% a year is --rf 0.02");
}

static bool set_trials(parser *p, const char *value) {
    errno = 0;
    p->options->trials = strtoll(value, NULL, 10);
    if (is_integer(value) && errno == 0 && p->options->trials >= 1) return true;
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--trials %.100s: expected a whole number, 1 or more", value);
    return stratc_help(p->error, "how many variants were tried before this one was chosen, itself included");
}

static bool set_view(parser *p, const char *value) {
    nearest best = {0};
    for (enum stratc_view_kind kind = 1; kind < STRATC_VIEW_COUNT; kind++) {
        p->options->view = kind;
        if (strcmp(value, stratc_view_name(kind)) == 0) return true;
        consider(&best, value, stratc_view_name(kind));
    }
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--stats-as %.100s: no engine of that name", value);
    return suggest(p->error, &best, "the engines are nautilus, vectorbt, backtesting and tradingview");
}

static stratc_simulation *simulation(parser *p) { return &p->options->simulation; }

static bool set_path(parser *p, const char *value) { return stratc_simulation_path(simulation(p), value, p->error); }

static bool set_fill(parser *p, const char *value) { return stratc_simulation_fill(simulation(p), value, p->error); }

static bool set_through(parser *p, const char *value) {
    return stratc_simulation_through(simulation(p), value, p->error);
}

static bool set_spread(parser *p, const char *value) {
    return stratc_simulation_spread(simulation(p), value, p->error);
}

static bool set_slippage(parser *p, const char *value) {
    return stratc_simulation_slippage(simulation(p), value, p->error);
}

static bool set_participation(parser *p, const char *value) {
    return stratc_simulation_participation(simulation(p), value, p->error);
}

static bool set_latency(parser *p, const char *value) { return stratc_simulation_latency(simulation(p), value, p->error); }

static bool set_bounds(parser *p, const char *value) { return stratc_simulation_bounds(simulation(p), value, p->error); }

static bool set_out(parser *p, const char *value) {
    if (*value == '\0') return stratc_fail(p->error, STRATC_EXIT_USAGE, "--out: the folder's name is empty");
    p->options->out = value;
    return true;
}

static bool set_data_hash(parser *p, const char *value) {
    p->options->no_hash = strcmp(value, "off") == 0;
    return p->options->no_hash || strcmp(value, "on") == 0 || stratc_fail(p->error, STRATC_EXIT_USAGE, "--data-hash: `%.100s` is not on or off", value);
}

static bool set_json(parser *p, const char *value) {
    (void)value;
    return p->options->json = true;
}

static bool set_journal(parser *p, const char *value) {
    (void)value;
    return p->options->journal = true;
}

static bool set_snapshot(parser *p, const char *value) {
    const stratc_param duration = {.kind = STRATC_PARAM_DURATION};
    stratc_value every;
    stratc_error ignored;
    p->options->snapshot = stratc_param_parse(&duration, value, &every, &ignored) ? every.i : 0;
    if (p->options->snapshot > 0) return true;
    stratc_fail(p->error, STRATC_EXIT_USAGE, "--snapshot %.100s: expected a duration above 0", value);
    return stratc_help(p->error, "as in --snapshot 1d, of the run's own time");
}

static bool set_dump_signals(parser *p, const char *value) {
    (void)value;
    return p->options->dump_signals = true;
}

static bool set_help(parser *p, const char *value) {
    (void)value;
    p->options->command = STRATC_COMMAND_HELP;
    return true;
}

static const option OPTIONS[] = {
    {"--data", true, true, set_data},         {"--set", true, true, set_param},
    {"--from", true, false, set_from},         {"--to", true, false, set_to},
    {"--warmup", true, false, set_warmup},     {"--capital", true, false, set_capital},
    {"--bad-data", true, false, set_bad_data}, {"--out", true, false, set_out},
    {"--json", false, false, set_json},        {"--dump-signals", false, false, set_dump_signals},
    {"--rf", true, false, set_rf},             {"--trials", true, false, set_trials},
    {"--stats-as", true, false, set_view},     {"--help", false, true, set_help},
    {"--path", true, false, set_path},         {"--fill", true, false, set_fill},
    {"--through", true, false, set_through},   {"--spread", true, false, set_spread},
    {"--slippage", true, false, set_slippage}, {"--participation", true, false, set_participation},
    {"--latency", true, false, set_latency},   {"--bounds", true, false, set_bounds},
    {"--data-hash", true, false, set_data_hash}, {"--journal", false, false, set_journal},
    {"--snapshot", true, false, set_snapshot},
};
enum { OPTION_COUNT = sizeof OPTIONS / sizeof *OPTIONS };

/* ---- the command line */

/* The option named by `argument`, which may go on with =VALUE. */
static int find_option(const char *argument) {
    size_t length = strcspn(argument, "=");
    for (int o = 0; o < OPTION_COUNT; o++)
        if (strlen(OPTIONS[o].name) == length && strncmp(OPTIONS[o].name, argument, length) == 0) return o;
    return -1;
}

static bool unknown_argument(parser *p, const char *argument) {
    if (argument[0] != '-')
        return stratc_fail(p->error, STRATC_EXIT_USAGE, "unexpected argument `%.200s`", argument) ||
               stratc_help(p->error, "bars are given as --data %s=FILE", own_feed(p->program)->name);
    char name[LONGEST + 1];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
    nearest best = {0};
    for (int o = 0; o < OPTION_COUNT; o++) consider(&best, name, OPTIONS[o].name);
    stratc_fail(p->error, STRATC_EXIT_USAGE, "unknown option `%s`", name);
    return suggest(p->error, &best, "--help lists the options");
}

/* Handles the argument at *index and moves past its value. */
static bool take(parser *p, int count, char **arguments, int *index) {
    const char *argument = arguments[*index];
    int found = strcmp(argument, "-h") == 0 ? find_option("--help") : find_option(argument);
    if (found < 0) return unknown_argument(p, argument);
    const option *one = &OPTIONS[found];
    const char *value = strchr(argument, '=');
    if (value && !one->takes_value) return stratc_fail(p->error, STRATC_EXIT_USAGE, "%s takes no value", one->name);
    if (one->takes_value && !value && ++*index == count)
        return stratc_fail(p->error, STRATC_EXIT_USAGE, "%s: its value is missing", one->name);
    if (!one->repeats && (p->given >> found & 1))
        return stratc_fail(p->error, STRATC_EXIT_USAGE, "%s: given twice", one->name);
    p->given |= UINT32_C(1) << found;
    return one->set(p, value ? value + 1 : one->takes_value ? arguments[*index] : NULL);
}

static bool parse_command(const char *word, const stratc_program *program, stratc_options *options, stratc_error *error) {
    static const struct {
        const char *word;
        enum stratc_command command;
    } COMMANDS[] = {{"backtest", STRATC_COMMAND_BACKTEST}, {"manifest", STRATC_COMMAND_MANIFEST},
                    {"resume", STRATC_COMMAND_RESUME},     {"replay", STRATC_COMMAND_REPLAY},
                    {"--help", STRATC_COMMAND_HELP},       {"-h", STRATC_COMMAND_HELP},
                    {"--version", STRATC_COMMAND_VERSION}};
    nearest best = {0};
    for (size_t c = 0; c < sizeof COMMANDS / sizeof *COMMANDS; c++) {
        options->command = COMMANDS[c].command;
        if (strcmp(word, COMMANDS[c].word) == 0) return true;
        if (strlen(COMMANDS[c].word) > 2) consider(&best, word, COMMANDS[c].word);
    }
    stratc_fail(error, STRATC_EXIT_USAGE, "%s knows no command `%.100s`", program->name, word);
    return suggest(error, &best, "the commands are backtest, resume, replay and manifest; --help says more");
}

static bool check_complete(const stratc_program *program, const stratc_options *options, stratc_error *error) {
    if (options->command == STRATC_COMMAND_HELP) return true;
    for (uint32_t f = 0; f < program->feed_count; f++) {
        const stratc_feed *feed = &program->feeds[f];
        if (options->data[f] || feed->source >= 0) continue;
        char every[STRATC_INSTANT_TEXT];
        if (feed->type) {
            stratc_fail(error, STRATC_EXIT_USAGE, "no values for the signal `%s`, which a node in Python makes", feed->name);
            return stratc_help(error, "make them with `stratc signals`, then add --data %s=FILE", feed->name);
        }
        stratc_duration_format(feed->every, every);
        stratc_fail(error, STRATC_EXIT_USAGE, "no data for feed `%s`: it needs %s bars of %s (schema version %u)", feed->name,
                    feed->schema, every, (unsigned)feed->schema_version);
        return stratc_help(error, "add --data %s=FILE, a CSV or an uncompressed Arrow file", feed->name);
    }
    if (options->dump_signals && !options->out) {
        stratc_fail(error, STRATC_EXIT_USAGE, "--dump-signals writes into the run folder, which is not given");
        return stratc_help(error, "add --out DIR");
    }
    if (options->journal && !options->out) {
        stratc_fail(error, STRATC_EXIT_USAGE, "--journal writes into the run folder, which is not given");
        return stratc_help(error, "add --out DIR");
    }
    if (options->has_from && options->has_to && options->from >= options->to) {
        stratc_fail(error, STRATC_EXIT_USAGE, "--from is not before --to");
        return stratc_help(error, "bars that start in [from, to) are run");
    }
    if (options->warmup > 0 && !options->has_from) {
        stratc_fail(error, STRATC_EXIT_USAGE, "--warmup counts bars before --from, which is missing");
        return stratc_help(error, "add --from, or leave --warmup out: without it the run begins with the first bar");
    }
    return true;
}

static bool parse_backtest(int count, char **arguments, const stratc_program *program, stratc_options *options,
                           stratc_error *error) {
    parser p = {.program = program, .options = options, .error = error};
    p.was_set = calloc(program->param_count + 1, sizeof *p.was_set);
    bool done = p.was_set || stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the parameters");
    for (int i = 2; done && i < count; i++) done = take(&p, count, arguments, &i);
    free(p.was_set);
    return done && check_complete(program, options, error);
}

static const int64_t SNAPSHOT = INT64_C(86400000000000); /* a day of the run */

bool stratc_options_parse(int count, char **arguments, const stratc_program *program, stratc_options *options,
                          stratc_error *error) {
    *options = (stratc_options){.capital = program->capital, .from = INT64_MIN, .to = INT64_MAX, .trials = 1, .snapshot = SNAPSHOT,
                                .count = count, .arguments = arguments};
    options->simulation = stratc_simulation_default();
    options->params = calloc(program->param_count + 1, sizeof *options->params);
    if (!options->params) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for the parameters");
    for (uint32_t i = 0; i < program->param_count; i++) options->params[i] = program->params[i].value;
    if (count < 2) {
        stratc_fail(error, STRATC_EXIT_USAGE, "%s: the command is missing", program->name);
        return stratc_help(error, "the commands are backtest, resume, replay and manifest; --help says more");
    }
    if (!parse_command(arguments[1], program, options, error)) return false;
    if (options->command == STRATC_COMMAND_BACKTEST) return parse_backtest(count, arguments, program, options, error);
    if (options->command == STRATC_COMMAND_RESUME || options->command == STRATC_COMMAND_REPLAY) {
        options->out = count == 3 ? arguments[2] : NULL;
        if (options->out) return true;
        return stratc_fail(error, STRATC_EXIT_USAGE, "%s takes the folder of a run", arguments[1]);
    }
    if (count > 2) return stratc_fail(error, STRATC_EXIT_USAGE, "%s takes no argument", arguments[1]);
    return true;
}

void stratc_options_free(stratc_options *options) {
    free(options->params);
    options->params = NULL;
}
