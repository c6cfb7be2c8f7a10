/* Walks the order kernel breadth first over every message of a small world until no new state appears.
 *
 * A state is what can matter later: times relative to now, generations relative to the row's, numbers of fills as none or some, registers that
 * the state can't read again as zero. The sums over rows that the kernel keeps are compared with what the rows say, and left out.
 * usage: kernel_walk WORLD; prints one line of JSON: states, edges, diameter, which rows of the kernel were run. Exit 1: something was broken, said on stderr. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order_kernel.h"

enum { ROWS = ORDER_KERNEL_SLOTS, NOW = 1000, PX = 10, MOST_POSITION = 3, WIDTH = 24 * ROWS + 8 };
#define PHASE(name) ORDER_KERNEL_PHASE_##name
#define REASON(name) ORDER_KERNEL_REASON_##name

/* What may happen in a world. most_qty: of one order, most_cum: of its fills; oco: every order has the other row's as its sibling;
 * bracket: row 0 enters, row 1 is its child. waits: time passes. strange: messages that no venue in its right mind sends. */
typedef struct {
    const char *name;
    uint32_t most_qty, most_cum;
    bool oco, bracket, entries, exits, gtd, held, replaces, triggers, kills, reference, unlocks, waits, strange;
} world;

static const world WORLDS[] = {
    {.name = "one order", .most_qty = 3, .most_cum = 4, .entries = true, .exits = true, .gtd = true, .held = true, .replaces = true,
     .triggers = true, .kills = true, .reference = true, .unlocks = true, .waits = true, .strange = true},
    {.name = "small", .most_qty = 1, .most_cum = 2, .entries = true, .exits = true, .gtd = true, .held = true, .replaces = true,
     .triggers = true, .kills = true, .reference = true, .unlocks = true, .waits = true, .strange = true},
    {.name = "OCO", .most_qty = 2, .most_cum = 3, .oco = true, .exits = true, .held = true, .replaces = true},
    {.name = "bracket", .most_qty = 3, .most_cum = 3, .bracket = true, .entries = true},
    {.name = "late bracket", .most_qty = 1, .most_cum = 2, .bracket = true, .entries = true, .gtd = true, .waits = true},
};

static const world *the;
static order_kernel_output items[ORDER_KERNEL_MOST_OUTPUTS];
static order_kernel_outputs outputs = {.items = items, .capacity = ORDER_KERNEL_MOST_OUTPUTS};

/* ---- states */

typedef struct {
    uint8_t bytes[WIDTH];
} packed;

static uint32_t id_of(int row, int generation) { return (uint32_t)(generation * ROWS + row); }

/* 0 none, 1 an order before the row's own, 2 that, 3 one after it */
static uint8_t pack_link(const order_kernel *kernel, uint32_t id) {
    uint32_t own = kernel->slot[id % ROWS].id;
    return id == 0 ? 0 : id < own ? 1 : id == own ? 2 : 3;
}

static uint8_t pack_time(const order_kernel *kernel, int64_t time, int64_t none) {
    return time == none ? 0 : time <= kernel->now ? 1 : (uint8_t)(1 + time - kernel->now);
}

static int64_t unpack_time(uint8_t time, int64_t none) { return time == 0 ? none : NOW + time - 1; }

static void pack_row(const order_kernel *kernel, const order_kernel_slot *row, uint8_t *to) {
    bool live = row->phase != PHASE(FREE) && row->phase != PHASE(CLOSED), at_venue = live && row->phase != PHASE(HELD);
    bool waits = at_venue && (row->phase != PHASE(WORKING) || row->pend_cancel || row->pend_replace || row->unknown);
    uint8_t values[24] = {row->phase, row->reason, row->side, row->tif, (uint8_t)row->qty, (uint8_t)row->cum, row->last_exec > 0,
                          live ? (uint8_t)row->full : 0, live && row->reduce_only, live && row->was_triggered,
                          row->unknown, row->pend_cancel, row->pend_replace,
                          row->pend_replace ? (uint8_t)row->new_qty : 0,
                          row->pend_replace ? pack_time(kernel, row->new_expires, 0) : 0, (uint8_t)row->wish, waits ? row->queries : 0,
                          live ? pack_time(kernel, row->expires, 0) : 0, pack_time(kernel, row->expiry, ORDER_KERNEL_NEVER),
                          pack_time(kernel, row->answer, ORDER_KERNEL_NEVER), live ? pack_link(kernel, row->sibling) : 0,
                          pack_link(kernel, row->child_a), 0, 0};
    memcpy(to, values, sizeof values);
}

static packed pack(const order_kernel *kernel) {
    packed to = {{0}};
    for (int row = 0; row < ROWS; row++) pack_row(kernel, &kernel->slot[row], to.bytes + 24 * row);
    uint8_t *rest = to.bytes + 24 * ROWS;
    rest[0] = (uint8_t)(kernel->market[0].position + 16);
    rest[1] = kernel->market[0].locked;
    rest[2] = (uint8_t)kernel->market[0].ref_px;
    rest[3] = kernel->market[0].stray > 0;
    rest[4] = kernel->gate.killed;
    return to;
}

/* The other row of two; links go nowhere else. */
static uint32_t unpack_link(int row, uint8_t link) { return link == 0 ? 0 : id_of((row + 1) % ROWS, link); }

static void unpack_row(const uint8_t *from, int number, order_kernel_slot *row) {
    *row = (order_kernel_slot){.id = from[0] == PHASE(FREE) ? 0 : id_of(number, 2), .phase = from[0], .reason = from[1], .side = from[2],
                               .kind = ORDER_KERNEL_KIND_STOP_LIMIT, .tif = from[3], .qty = from[4], .cum = from[5], .px = PX,
                               .trigger = PX, .last_exec = from[6], .full = from[7], .reduce_only = from[8], .was_triggered = from[9],
                               .unknown = from[10], .pend_cancel = from[11], .pend_replace = from[12], .new_qty = from[13],
                               .new_px = PX, .new_trigger = PX, .new_expires = unpack_time(from[14], 0), .wish = from[15],
                               .queries = from[16], .expires = unpack_time(from[17], 0),
                               .expiry = unpack_time(from[18], ORDER_KERNEL_NEVER), .answer = unpack_time(from[19], ORDER_KERNEL_NEVER),
                               .sibling = unpack_link(number, from[20]), .child_a = unpack_link(number, from[21])};
}

static uint32_t leaves(const order_kernel_slot *row) {
    if (row->phase < PHASE(PENDING) || row->phase > PHASE(WORKING)) return 0;
    if (row->reduce_only && row->sibling != 0 && row->id % ROWS > row->sibling % ROWS) return 0;
    uint32_t asked = row->pend_replace && row->new_qty > row->qty ? row->new_qty : row->qty;
    return asked > row->cum ? asked - row->cum : 0;
}

static void sum(const order_kernel *kernel, uint32_t sums[5]) {
    memset(sums, 0, 5 * sizeof *sums);
    for (int i = 0; i < ROWS; i++) {
        const order_kernel_slot *row = &kernel->slot[i];
        sums[row->side] += leaves(row);
        if (row->reduce_only) sums[2 + row->side] += leaves(row);
        sums[4] += row->phase >= PHASE(PENDING) && row->phase <= PHASE(WORKING);
    }
}

static void unpack(const packed *from, order_kernel *kernel) {
    order_kernel_init(kernel);
    kernel->now = NOW;
    kernel->next_due = 0;
    for (int row = 0; row < ROWS; row++) unpack_row(from->bytes + 24 * row, row, &kernel->slot[row]);
    const uint8_t *rest = from->bytes + 24 * ROWS;
    uint32_t sums[5];
    sum(kernel, sums);
    kernel->market[0] = (order_kernel_market){.position = rest[0] - 16, .locked = rest[1], .ref_px = rest[2],
                                              .stray = rest[3] ? id_of(0, 1) : 0, .stray_exec = rest[3], .buying = sums[0],
                                              .selling = sums[1], .exit_buying = sums[2], .exit_selling = sums[3]};
    kernel->gate = (order_kernel_gate){.open = (uint8_t)sums[4], .killed = rest[4], .max_qty = 3, .max_notional = 1000, .collar = 5,
                                       .max_open = ROWS, .max_position = MOST_POSITION};
}

/* ---- the set of states, in the order in which they were found */

static packed *states;
static uint32_t *places, place_mask;
static size_t state_count, most_states;

static uint64_t hash(const packed *state) {
    uint64_t value = 1469598103934665603u;
    for (int i = 0; i < WIDTH; i += 8) {
        uint64_t word;
        memcpy(&word, state->bytes + i, 8);
        value = (value ^ word) * 1099511628211u;
        value ^= value >> 29;
    }
    return value;
}

static void add(const packed *state) {
    uint32_t place = (uint32_t)hash(state) & place_mask;
    for (; places[place]; place = (place + 1) & place_mask)
        if (!memcmp(&states[places[place] - 1], state, sizeof *state)) return;
    if (state_count == most_states) {
        fprintf(stderr, "more than %zu states\n", most_states);
        exit(2);
    }
    states[state_count++] = *state;
    places[place] = (uint32_t)state_count;
}

/* ---- one edge */

static const packed *from;
static uint64_t edges;

static void complain(const char *what, const order_kernel_input *input) {
    order_kernel kernel;
    unpack(from, &kernel);
    fprintf(stderr, "%s\nmessage %d", what, input->type);
    for (size_t i = 0; i < sizeof input->as && i < 64; i++) fprintf(stderr, " %02x", ((const uint8_t *)&input->as)[i]);
    for (int i = 0; i < ROWS; i++) {
        const order_kernel_slot *row = &kernel.slot[i];
        fprintf(stderr, "\nrow %d: phase %d reason %d side %d qty %u cum %u full %u cancel %d replace %d (%u) unknown %d queries %d", i,
                row->phase, row->reason, row->side, (unsigned)row->qty, (unsigned)row->cum, (unsigned)row->full, row->pend_cancel,
                row->pend_replace, (unsigned)row->new_qty, row->unknown, row->queries);
    }
    fprintf(stderr, "\nposition %lld locked %d killed %d\n", (long long)kernel.market[0].position, kernel.market[0].locked, kernel.gate.killed);
    exit(1);
}

static void check(const order_kernel *kernel, const order_kernel_input *input) {
    char text[64];
    uint32_t sums[5];
    sum(kernel, sums);
    const order_kernel_market *market = &kernel->market[0];
    snprintf(text, sizeof text, "invariants %llx", (unsigned long long)outputs.broken);
    if (outputs.broken) complain(text, input);
    if (outputs.fault) complain("fault", input);
    if (market->buying != sums[0] || market->selling != sums[1]) complain("sum of leaves", input);
    if (market->exit_buying != sums[2] || market->exit_selling != sums[3]) complain("sum of exits", input);
    if (kernel->gate.open != sums[4]) complain("open orders", input);
}

/* Positions and quantities beyond the small world are not entered. */
static bool in_world(const order_kernel *kernel) {
    int64_t position = kernel->market[0].position;
    if (position < -MOST_POSITION || position > MOST_POSITION) return false;
    for (int row = 0; row < ROWS; row++)
        if (kernel->slot[row].cum > the->most_cum) return false;
    return true;
}

static void go(order_kernel_input *input, int64_t later) {
    order_kernel kernel;
    unpack(from, &kernel);
    input->time = NOW + later;
    outputs.count = outputs.fault = 0;
    outputs.broken = 0;
    order_kernel_step(&kernel, input, &outputs);
    edges++;
    check(&kernel, input);
    packed next = pack(&kernel);
    if (in_world(&kernel)) add(&next);
}

/* ---- every message */

#define GO(message, ...)                                                              \
    do {                                                                              \
        order_kernel_input input = {.type = ORDER_KERNEL_##message, __VA_ARGS__};    \
        go(&input, 0);                                                                \
    } while (0)

static void submit(int row, order_kernel_submit_message wish) {
    wish.id = id_of(row, 3);
    wish.kind = ORDER_KERNEL_KIND_STOP_LIMIT;
    wish.px = wish.trigger = PX;
    wish.tif = wish.expires ? ORDER_KERNEL_TIF_GTD : ORDER_KERNEL_TIF_GTC;
    GO(SUBMIT, .as.submit = wish);
}

static uint32_t other(const order_kernel *kernel, int row) {
    int to = (row + 1) % ROWS;
    uint8_t phase = kernel->slot[to].phase;
    return id_of(to, phase == PHASE(FREE) || phase == PHASE(CLOSED) ? 3 : 2);
}

static void submits(const order_kernel *kernel, int row) {
    for (uint32_t qty = 0; qty <= the->most_qty; qty++) {
        for (uint8_t side = 0; side < 2; side++)
            for (int reduce = !the->entries; reduce <= the->exits; reduce++)
                for (int held = 0; held <= the->held; held++)
                    for (int gtd = 0; gtd <= the->gtd; gtd++)
                        submit(row, (order_kernel_submit_message){.qty = qty, .side = side, .reduce_only = reduce, .held = held,
                                                                 .expires = gtd ? NOW + 1 : 0, .sibling = the->oco ? other(kernel, row) : 0,
                                                                 .child_a = the->bracket && row == 0 ? id_of(1, 2) : 0});
        if (the->bracket && row == 1)
            for (int gtd = 0; gtd <= the->gtd; gtd++)
                submit(row, (order_kernel_submit_message){.qty = qty, .side = ORDER_KERNEL_SIDE_SELL, .reduce_only = true, .held = true,
                                                          .expires = gtd ? NOW + 1 : 0});
    }
    order_kernel_submit_message again = {.id = id_of(row, 2), .kind = ORDER_KERNEL_KIND_STOP_LIMIT, .tif = ORDER_KERNEL_TIF_GTC, .qty = 1,
                                         .px = PX, .trigger = PX};
    GO(SUBMIT, .as.submit = again);
}

static void requests(uint32_t id) {
    GO(CANCEL_REQUEST, .as.cancel_request = {.id = id});
    for (uint32_t qty = 0; qty <= the->most_qty && the->replaces; qty++)
        for (int gtd = 0; gtd <= the->gtd; gtd++)
            GO(REPLACE_REQUEST, .as.replace_request = {.id = id, .qty = qty, .px = PX, .trigger = PX, .expires = gtd ? NOW + 1 : 0});
    if (the->replaces) GO(REPLACE_REQUEST, .as.replace_request = {.id = id, .qty = 1, .px = PX + 9, .trigger = PX});
}

static void fills(uint32_t id, uint8_t side, uint32_t last) {
    for (uint32_t qty = the->strange ? 0 : 1; qty <= the->most_qty; qty++)
        GO(FILL, .as.fill = {.id = id, .side = side, .exec_seq = last + 1, .qty = qty, .px = PX});
    GO(FILL, .as.fill = {.id = id, .side = side, .exec_seq = last, .qty = 1, .px = PX});
    for (uint32_t cum = 0; cum <= the->most_cum && the->strange; cum++)
        GO(FILL, .as.fill = {.id = id, .side = side, .exec_seq = last + 1, .qty = 1, .px = PX, .has_cum = true, .cum = cum});
    if (the->strange) GO(FILL, .as.fill = {.id = id, .side = !side, .exec_seq = 1, .qty = 1, .px = PX});
}

static void answers(uint32_t id) {
    GO(ACK, .as.ack = {.id = id});
    GO(REJECT, .as.reject = {.id = id});
    GO(CANCEL_ACK, .as.cancel_ack = {.id = id});
    if (the->triggers) GO(TRIGGERED, .as.triggered = {.id = id});
    for (int unknown = 0; unknown <= the->strange; unknown++) GO(CANCEL_REJECT, .as.cancel_reject = {.id = id, .unknown_order = unknown});
    for (uint8_t seq = 0; seq < 2; seq++) {
        GO(REPLACE_ACK, .as.replace_ack = {.id = id, .seq = seq});
        GO(REPLACE_REJECT, .as.replace_reject = {.id = id, .seq = seq});
    }
    for (uint8_t reason = the->strange ? REASON(FILLED) : REASON(EXPIRED); reason <= REASON(EXPIRED); reason++)
        GO(VENUE_CLOSED, .as.venue_closed = {.id = id, .reason = reason});
}

static void reconciliations(uint32_t id) {
    for (uint32_t cum = 0; cum <= the->most_cum; cum++) {
        GO(STATUS_REPORT, .as.status_report = {.id = id, .open = true, .cum = cum});
        for (uint8_t reason = REASON(NONE); reason <= REASON(EXPIRED); reason++)
            GO(STATUS_REPORT, .as.status_report = {.id = id, .reason = reason, .cum = cum});
    }
}

/* Of an order that left its row, of a lost line. */
static void strangeness(void) {
    fills(id_of(0, 1), 0, 0);
    GO(ACK, .as.ack = {.id = id_of(0, 1)});
    GO(DISCONNECT, .as.nothing = 0);
}

static void wait(void) {
    for (int64_t later = 1; later <= 2; later++) {
        order_kernel_input nothing = {.type = ORDER_KERNEL_HEARTBEAT};
        go(&nothing, later);
    }
}

static void everything(void) {
    order_kernel kernel;
    unpack(from, &kernel);
    for (int row = 0; row < ROWS; row++) {
        uint32_t id = id_of(row, 2);
        submits(&kernel, row);
        requests(id);
        fills(id, kernel.slot[row].side, kernel.slot[row].last_exec);
        answers(id);
        if (the->strange) reconciliations(id);
    }
    if (the->strange) strangeness();
    if (the->waits) wait();
    for (int engaged = 0; engaged <= the->kills; engaged++) GO(KILL, .as.kill = {.engaged = engaged});
    for (int px = 0; px < 2 && the->reference; px++) GO(REFERENCE, .as.reference = {.px = px ? PX : 0});
    if (the->unlocks) GO(UNLOCK, .as.unlock = {.symbol = 0});
}

/* ---- */

static void print_rows(void) {
    for (int row = 0; row < ORDER_KERNEL_ROW_COUNT; row++) printf("%s%d", row ? ", " : "", outputs.row_hits[row] > 0);
}

int main(int count, char **words) {
    for (size_t i = 0; i < sizeof WORLDS / sizeof *WORLDS; i++)
        if (count > 1 && !strcmp(words[1], WORLDS[i].name)) the = &WORLDS[i];
    if (!the) return 2;
    most_states = 1 << 22;
    for (place_mask = 1; place_mask < 2 * most_states; place_mask *= 2) continue;
    states = malloc(most_states * sizeof *states);
    places = calloc(place_mask--, sizeof *places);
    if (!states || !places) return 2;
    packed first = {{0}};
    first.bytes[24 * ROWS] = 16 + (the->oco ? 2 : 0); /* an OCO pair of exits has something to reduce */
    first.bytes[24 * ROWS + 2] = PX;
    add(&first);
    int depth = 0;
    for (size_t at = 0, level = 1; at < state_count; at++) {
        if (at == level) {
            depth++;
            level = state_count;
        }
        packed copy = states[at];
        from = &copy;
        everything();
    }
    printf("{\"states\": %zu, \"edges\": %llu, \"diameter\": %d, \"rows\": [", state_count, (unsigned long long)edges, depth);
    print_rows();
    printf("]}\n");
    return 0;
}
