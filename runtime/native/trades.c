/* From fills to round trips, and both as CSV. */
#include "trades.h"

#include <stdlib.h>
#include <string.h>

#include "csv_row.h"
#include "decimal.h"
#include "output.h"

void stratc_trades_close(stratc_trades *trades) {
    free(trades->fills);
    free(trades->trades);
    *trades = (stratc_trades){0};
}

/* Makes room for one more item of `size` bytes. */
static bool grow(void **items, size_t count, size_t *capacity, size_t size, stratc_error *error) {
    if (count < *capacity) return true;
    size_t wanted = *capacity ? 2 * *capacity : 256;
    void *larger = realloc(*items, wanted * size);
    if (!larger) return stratc_fail(error, STRATC_EXIT_INTERNAL, "out of memory for %zu fills", wanted);
    *items = larger;
    *capacity = wanted;
    return true;
}

bool stratc_trade_is_open(const stratc_trade *trade) { return trade->exit_qty < trade->entry_qty; }

static void reduce(stratc_trade *trade, const stratc_fill *fill, int64_t qty, int64_t fee, uint64_t bars) {
    trade->exit_time = fill->time;
    trade->exit_qty += qty;
    trade->exit_value += (stratc_wide)qty * fill->px;
    trade->exit_bar = bars;
    trade->exit_template = fill->template_id;
    trade->fees += fee;
}

static void increase(stratc_trade *trade, const stratc_fill *fill, int64_t qty, int64_t fee) {
    trade->entry_qty += qty;
    trade->entry_value += (stratc_wide)qty * fill->px;
    trade->fees += fee;
}

static bool begin(stratc_trades *trades, const stratc_fill *fill, int64_t qty, int64_t fee, uint64_t bars,
                  stratc_error *error) {
    if (qty == 0) return true;
    if (!grow((void **)&trades->trades, trades->trade_count, &trades->trade_capacity, sizeof *trades->trades, error))
        return false;
    stratc_trade *trade = &trades->trades[trades->trade_count++];
    trades->open[fill->instrument] = trades->trade_count;
    *trade = (stratc_trade){.entry_time = fill->time,
                            .instrument = fill->instrument,
                            .entry_bar = bars,
                            .entry_template = fill->template_id,
                            .is_long = fill->buy};
    increase(trade, fill, qty, fee);
    return true;
}

bool stratc_trades_add(stratc_trades *trades, const stratc_fill *fill, uint64_t bars, const stratc_trade **closed, stratc_error *error) {
    size_t *open = &trades->open[fill->instrument];
    int64_t qty = fill->qty - fill->taken;
    *closed = NULL;
    if (!grow((void **)&trades->fills, trades->fill_count, &trades->fill_capacity, sizeof *trades->fills, error))
        return false;
    trades->fills[trades->fill_count++] = *fill;
    if (*open == 0) return begin(trades, fill, qty, fill->fee, bars, error);
    size_t index = *open - 1;
    stratc_trade *trade = &trades->trades[index];
    if (trade->is_long == fill->buy) {
        increase(trade, fill, qty, fill->fee);
        return true;
    }
    int64_t left = trade->entry_qty - trade->exit_qty, closing = qty < left ? qty : left;
    int64_t fee = qty == 0 ? fill->fee : (int64_t)((stratc_wide)fill->fee * closing / qty);
    reduce(trade, fill, closing, fee, bars);
    if (closing < left) return true;
    *open = 0;
    bool good = closing == qty || begin(trades, fill, qty - closing, fill->fee - fee, bars, error);
    *closed = &trades->trades[index];
    return good;
}

int64_t stratc_trade_pnl(const stratc_trade *trade, const stratc_instrument *instrument, int64_t mark) {
    stratc_wide out = trade->exit_value + (stratc_wide)(trade->entry_qty - trade->exit_qty) * mark;
    stratc_wide gain = trade->is_long ? out - trade->entry_value : trade->entry_value - out;
    return (int64_t)(gain * instrument->money_per_unit);
}

void stratc_average_format(stratc_wide value, int64_t qty, stratc_scale price, char out[64]) {
    enum { MORE = 8 };
    if (value % qty == 0 || price.decimals + MORE > 18) {
        stratc_units_format((int64_t)((2 * value + qty) / (2 * (stratc_wide)qty)), price, out);
        return;
    }
    stratc_wide fine = value * price.numerator * 100000000;
    stratc_units_format((int64_t)((2 * fine + qty) / (2 * (stratc_wide)qty)), (stratc_scale){1, price.decimals + MORE}, out);
}

/* ---- CSV */

static bool put(stratc_output_file *file, const char *text) { return stratc_output_write(file, text, strlen(text)); }

static bool write_fill(stratc_output_file *file, const stratc_program *program, const stratc_fill *fill) {
    const stratc_instrument *instrument = &program->instruments[fill->instrument];
    stratc_csv_row row;
    row.used = 0;
    stratc_csv_integer(&row, fill->time);
    stratc_csv_integer(&row, (int64_t)fill->order_id);
    stratc_csv_text(&row, program->templates[fill->template_id].name);
    stratc_csv_text(&row, fill->buy ? "buy" : "sell");
    stratc_csv_units(&row, fill->px, instrument->price);
    stratc_csv_units(&row, fill->qty, instrument->lot);
    stratc_csv_units(&row, fill->fee, (stratc_scale){1, instrument->money_decimals});
    stratc_csv_text(&row, stratc_fill_how_name(fill->how));
    stratc_csv_text(&row, instrument->name);
    return stratc_csv_end(&row, file);
}

bool stratc_fills_write(const stratc_trades *trades, const stratc_program *program, const char *path, stratc_error *error) {
    stratc_output_file file;
    if (!stratc_output_open(&file, path, error)) return false;
    bool good = put(&file, "ts_ns,order_id,template,side,price,qty,fee,reason,instrument\n");
    for (size_t i = 0; good && i < trades->fill_count; i++) good = write_fill(&file, program, &trades->fills[i]);
    return stratc_output_commit(&file, error); /* a failed write has stuck: commit reports it */
}

static void put_average(stratc_csv_row *row, stratc_wide value, int64_t qty, stratc_scale price) {
    char text[64];
    stratc_average_format(value, qty, price, text);
    stratc_csv_text(row, text);
}

static bool write_trade(stratc_output_file *file, const stratc_program *program, const stratc_trade *trade, size_t number,
                        int64_t mark, uint64_t bars) {
    const stratc_instrument *instrument = &program->instruments[trade->instrument];
    stratc_scale money = {1, instrument->money_decimals};
    bool open = stratc_trade_is_open(trade);
    stratc_csv_row row;
    row.used = 0;
    stratc_csv_integer(&row, (int64_t)number);
    stratc_csv_text(&row, trade->is_long ? "long" : "short");
    stratc_csv_integer(&row, trade->entry_time);
    open ? stratc_csv_text(&row, "") : stratc_csv_integer(&row, trade->exit_time);
    stratc_csv_units(&row, trade->entry_qty, instrument->lot);
    put_average(&row, trade->entry_value, trade->entry_qty, instrument->price);
    open ? stratc_csv_text(&row, "") : put_average(&row, trade->exit_value, trade->exit_qty, instrument->price);
    stratc_csv_units(&row, stratc_trade_pnl(trade, instrument, mark), money);
    stratc_csv_units(&row, trade->fees, money);
    stratc_csv_integer(&row, (int64_t)((open ? bars : trade->exit_bar) - trade->entry_bar));
    stratc_csv_text(&row, program->templates[trade->entry_template].name);
    stratc_csv_text(&row, open ? "" : program->templates[trade->exit_template].name);
    stratc_csv_text(&row, open ? "open" : "closed");
    stratc_csv_text(&row, instrument->name);
    return stratc_csv_end(&row, file);
}

bool stratc_trades_write(const stratc_trades *trades, const stratc_program *program, const int64_t *marks, uint64_t bars,
                         const char *path, stratc_error *error) {
    stratc_output_file file;
    if (!stratc_output_open(&file, path, error)) return false;
    bool good = put(&file, "number,side,entry_ns,exit_ns,qty,entry_price,exit_price,pnl,fees,bars,entry_template,"
                           "exit_template,state,instrument\n");
    for (size_t i = 0; good && i < trades->trade_count; i++)
        good = write_trade(&file, program, &trades->trades[i], i + 1, marks[trades->trades[i].instrument], bars);
    return stratc_output_commit(&file, error); /* a failed write has stuck: commit reports it */
}
