/* Generated from stdlib/messages.strat: do not edit. Regenerate with `make schemas`. */
#ifndef STRATC_FRAMES_H
#define STRATC_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define STRATC_FRAME_VERSION 1

typedef struct {
    uint16_t version, type, length, flags;
    uint64_t seq;
    uint64_t ts_ns;
    uint32_t instrument;
    uint32_t crc32c; /* over the whole frame with this field zero */
} stratc_frame_header;

_Static_assert(sizeof(stratc_frame_header) == 32, "frame header");

enum stratc_side {
    STRATC_SIDE_BUY = 0,
    STRATC_SIDE_SELL = 1
};
#define STRATC_SIDE_COUNT 2

enum stratc_kind {
    STRATC_KIND_MARKET = 0,
    STRATC_KIND_LIMIT = 1,
    STRATC_KIND_STOP = 2,
    STRATC_KIND_STOP_LIMIT = 3,
    STRATC_KIND_MARKET_IF_TOUCHED = 4,
    STRATC_KIND_LIMIT_IF_TOUCHED = 5,
    STRATC_KIND_TRAILING = 6
};
#define STRATC_KIND_COUNT 7

enum stratc_tif {
    STRATC_TIF_DAY = 0,
    STRATC_TIF_GTC = 1,
    STRATC_TIF_GTD = 2,
    STRATC_TIF_IOC = 3,
    STRATC_TIF_FOK = 4,
    STRATC_TIF_AT_OPEN = 5,
    STRATC_TIF_AT_CLOSE = 6
};
#define STRATC_TIF_COUNT 7

enum stratc_urgency {
    STRATC_URGENCY_PASSIVE = 0,
    STRATC_URGENCY_MID = 1,
    STRATC_URGENCY_CROSS = 2
};
#define STRATC_URGENCY_COUNT 3

enum stratc_report {
    STRATC_REPORT_ACK = 0,
    STRATC_REPORT_FILL = 1,
    STRATC_REPORT_CLOSE = 2,
    STRATC_REPORT_DENY = 3,
    STRATC_REPORT_REPLACE_ACK = 4,
    STRATC_REPORT_REPLACE_REJECT = 5,
    STRATC_REPORT_CANCEL_REJECT = 6,
    STRATC_REPORT_TRIGGERED = 7,
    STRATC_REPORT_UNKNOWN = 8,
    STRATC_REPORT_NOTICE = 9
};
#define STRATC_REPORT_COUNT 10

enum stratc_phase {
    STRATC_PHASE_FREE = 0,
    STRATC_PHASE_HELD = 1,
    STRATC_PHASE_PENDING = 2,
    STRATC_PHASE_SUBMITTED = 3,
    STRATC_PHASE_WORKING = 4,
    STRATC_PHASE_CLOSED = 5
};
#define STRATC_PHASE_COUNT 6

enum stratc_reason {
    STRATC_REASON_NONE = 0,
    STRATC_REASON_FILLED = 1,
    STRATC_REASON_CANCELLED = 2,
    STRATC_REASON_REJECTED = 3,
    STRATC_REASON_EXPIRED = 4,
    STRATC_REASON_DENIED = 5,
    STRATC_REASON_REPLACED = 6
};
#define STRATC_REASON_COUNT 7

enum stratc_why {
    STRATC_WHY_OK = 0,
    STRATC_WHY_NA = 1,
    STRATC_WHY_RANGE = 2,
    STRATC_WHY_MIN_QTY = 3,
    STRATC_WHY_SLOT = 4,
    STRATC_WHY_RISK = 5,
    STRATC_WHY_REDUCE_ONLY = 6,
    STRATC_WHY_STALE_ORDER = 7,
    STRATC_WHY_ROW_IN_USE = 8,
    STRATC_WHY_BAD_FIELD = 9,
    STRATC_WHY_NO_REFERENCE = 10,
    STRATC_WHY_TOO_LARGE = 11,
    STRATC_WHY_TOO_RICH = 12,
    STRATC_WHY_OFF_COLLAR = 13,
    STRATC_WHY_TOO_MANY_OPEN = 14,
    STRATC_WHY_TOO_FAST = 15,
    STRATC_WHY_OVER_POSITION = 16,
    STRATC_WHY_DUPLICATE_INTENT = 17,
    STRATC_WHY_KILLED = 18,
    STRATC_WHY_LOCKED = 19,
    STRATC_WHY_NOT_OPEN = 20,
    STRATC_WHY_BUSY = 21,
    STRATC_WHY_DUPLICATE = 22,
    STRATC_WHY_STALE_FILL = 23,
    STRATC_WHY_LATE_FILL = 24,
    STRATC_WHY_OVERFILL = 25,
    STRATC_WHY_LATE_STATUS = 26
};
#define STRATC_WHY_COUNT 27

enum stratc_liquidity {
    STRATC_LIQUIDITY_NO_LIQUIDITY = 0,
    STRATC_LIQUIDITY_MAKER = 1,
    STRATC_LIQUIDITY_TAKER = 2
};
#define STRATC_LIQUIDITY_COUNT 3

enum stratc_aggressor {
    STRATC_AGGRESSOR_NO_SIDE = 0,
    STRATC_AGGRESSOR_BUYER = 1,
    STRATC_AGGRESSOR_SELLER = 2
};
#define STRATC_AGGRESSOR_COUNT 3

enum stratc_book_side {
    STRATC_BOOK_SIDE_BID = 0,
    STRATC_BOOK_SIDE_ASK = 1
};
#define STRATC_BOOK_SIDE_COUNT 2

enum stratc_book_action {
    STRATC_BOOK_ACTION_SNAPSHOT = 0,
    STRATC_BOOK_ACTION_UPDATE = 1,
    STRATC_BOOK_ACTION_DELETE = 2
};
#define STRATC_BOOK_ACTION_COUNT 3

enum stratc_aggressor_side {
    STRATC_AGGRESSOR_SIDE_NONE = 0,
    STRATC_AGGRESSOR_SIDE_BUYER = 1,
    STRATC_AGGRESSOR_SIDE_SELLER = 2
};
#define STRATC_AGGRESSOR_SIDE_COUNT 3

enum stratc_level_side {
    STRATC_LEVEL_SIDE_BID = 0,
    STRATC_LEVEL_SIDE_ASK = 1
};
#define STRATC_LEVEL_SIDE_COUNT 2

enum stratc_level_action {
    STRATC_LEVEL_ACTION_SNAPSHOT = 0,
    STRATC_LEVEL_ACTION_UPDATE = 1,
    STRATC_LEVEL_ACTION_DELETE = 2
};
#define STRATC_LEVEL_ACTION_COUNT 3

enum stratc_order_action {
    STRATC_ORDER_ACTION_ADD = 0,
    STRATC_ORDER_ACTION_CANCEL = 1,
    STRATC_ORDER_ACTION_MODIFY = 2,
    STRATC_ORDER_ACTION_FILL = 3,
    STRATC_ORDER_ACTION_TRADE = 4,
    STRATC_ORDER_ACTION_CLEAR = 5
};
#define STRATC_ORDER_ACTION_COUNT 6

#define STRATC_FRAME_HELLO 1
#define STRATC_FRAME_HEARTBEAT 2
#define STRATC_FRAME_SUBMIT 16
#define STRATC_FRAME_REPLACE 17
#define STRATC_FRAME_CANCEL 18
#define STRATC_FRAME_REPORT 32
#define STRATC_FRAME_BAR 48
#define STRATC_FRAME_QUOTE 49
#define STRATC_FRAME_TRADE 50
#define STRATC_FRAME_BOOK 51
#define STRATC_FRAME_TEXT 52

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    uint8_t schema_hash[32];
} stratc_hello_frame;

_Static_assert(sizeof(stratc_hello_frame) == 64, "hello");
_Static_assert(offsetof(stratc_hello_frame, schema_hash) == 32, "hello.schema_hash");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    uint64_t interval;
    uint8_t unused[24];
} stratc_heartbeat_frame;

_Static_assert(sizeof(stratc_heartbeat_frame) == 64, "heartbeat");
_Static_assert(offsetof(stratc_heartbeat_frame, interval) == 32, "heartbeat.interval");
_Static_assert(offsetof(stratc_heartbeat_frame, unused) == 40, "heartbeat.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    uint64_t id;
    uint64_t sibling;
    uint64_t child_a;
    uint64_t child_b;
    int64_t qty;
    int64_t px;
    int64_t trigger;
    int64_t display;
    int64_t expires;
    uint64_t gap;
    uint16_t slices;
    uint16_t route;
    uint16_t template;
    uint8_t side /* enum stratc_side */;
    uint8_t kind /* enum stratc_kind */;
    uint8_t tif /* enum stratc_tif */;
    uint8_t urgency /* enum stratc_urgency */;
    uint8_t post_only;
    uint8_t reduce_only;
    uint8_t held;
    uint8_t unused[3];
} stratc_submit_frame;

_Static_assert(sizeof(stratc_submit_frame) == 128, "submit");
_Static_assert(offsetof(stratc_submit_frame, id) == 32, "submit.id");
_Static_assert(offsetof(stratc_submit_frame, sibling) == 40, "submit.sibling");
_Static_assert(offsetof(stratc_submit_frame, child_a) == 48, "submit.child_a");
_Static_assert(offsetof(stratc_submit_frame, child_b) == 56, "submit.child_b");
_Static_assert(offsetof(stratc_submit_frame, qty) == 64, "submit.qty");
_Static_assert(offsetof(stratc_submit_frame, px) == 72, "submit.px");
_Static_assert(offsetof(stratc_submit_frame, trigger) == 80, "submit.trigger");
_Static_assert(offsetof(stratc_submit_frame, display) == 88, "submit.display");
_Static_assert(offsetof(stratc_submit_frame, expires) == 96, "submit.expires");
_Static_assert(offsetof(stratc_submit_frame, gap) == 104, "submit.gap");
_Static_assert(offsetof(stratc_submit_frame, slices) == 112, "submit.slices");
_Static_assert(offsetof(stratc_submit_frame, route) == 114, "submit.route");
_Static_assert(offsetof(stratc_submit_frame, template) == 116, "submit.template");
_Static_assert(offsetof(stratc_submit_frame, side) == 118, "submit.side");
_Static_assert(offsetof(stratc_submit_frame, kind) == 119, "submit.kind");
_Static_assert(offsetof(stratc_submit_frame, tif) == 120, "submit.tif");
_Static_assert(offsetof(stratc_submit_frame, urgency) == 121, "submit.urgency");
_Static_assert(offsetof(stratc_submit_frame, post_only) == 122, "submit.post_only");
_Static_assert(offsetof(stratc_submit_frame, reduce_only) == 123, "submit.reduce_only");
_Static_assert(offsetof(stratc_submit_frame, held) == 124, "submit.held");
_Static_assert(offsetof(stratc_submit_frame, unused) == 125, "submit.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    uint64_t id;
    int64_t qty;
    int64_t px;
    int64_t trigger;
    int64_t expires;
    uint16_t template;
    uint8_t urgency /* enum stratc_urgency */;
    uint8_t unused[53];
} stratc_replace_frame;

_Static_assert(sizeof(stratc_replace_frame) == 128, "replace");
_Static_assert(offsetof(stratc_replace_frame, id) == 32, "replace.id");
_Static_assert(offsetof(stratc_replace_frame, qty) == 40, "replace.qty");
_Static_assert(offsetof(stratc_replace_frame, px) == 48, "replace.px");
_Static_assert(offsetof(stratc_replace_frame, trigger) == 56, "replace.trigger");
_Static_assert(offsetof(stratc_replace_frame, expires) == 64, "replace.expires");
_Static_assert(offsetof(stratc_replace_frame, template) == 72, "replace.template");
_Static_assert(offsetof(stratc_replace_frame, urgency) == 74, "replace.urgency");
_Static_assert(offsetof(stratc_replace_frame, unused) == 75, "replace.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    uint64_t id;
    uint16_t template;
    uint8_t unused[86];
} stratc_cancel_frame;

_Static_assert(sizeof(stratc_cancel_frame) == 128, "cancel");
_Static_assert(offsetof(stratc_cancel_frame, id) == 32, "cancel.id");
_Static_assert(offsetof(stratc_cancel_frame, template) == 40, "cancel.template");
_Static_assert(offsetof(stratc_cancel_frame, unused) == 42, "cancel.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    uint64_t id;
    uint64_t exec_seq;
    int64_t last_qty;
    int64_t last_px;
    int64_t cum;
    int64_t qty;
    int64_t fee;
    int64_t position_after;
    int64_t px;
    int64_t event_time;
    uint16_t template;
    uint16_t fee_currency;
    uint8_t event /* enum stratc_report */;
    uint8_t phase /* enum stratc_phase */;
    uint8_t reason /* enum stratc_reason */;
    uint8_t why /* enum stratc_why */;
    uint8_t side /* enum stratc_side */;
    uint8_t liquidity /* enum stratc_liquidity */;
    uint8_t was_triggered;
    uint8_t unused[5];
} stratc_report_frame;

_Static_assert(sizeof(stratc_report_frame) == 128, "report");
_Static_assert(offsetof(stratc_report_frame, id) == 32, "report.id");
_Static_assert(offsetof(stratc_report_frame, exec_seq) == 40, "report.exec_seq");
_Static_assert(offsetof(stratc_report_frame, last_qty) == 48, "report.last_qty");
_Static_assert(offsetof(stratc_report_frame, last_px) == 56, "report.last_px");
_Static_assert(offsetof(stratc_report_frame, cum) == 64, "report.cum");
_Static_assert(offsetof(stratc_report_frame, qty) == 72, "report.qty");
_Static_assert(offsetof(stratc_report_frame, fee) == 80, "report.fee");
_Static_assert(offsetof(stratc_report_frame, position_after) == 88, "report.position_after");
_Static_assert(offsetof(stratc_report_frame, px) == 96, "report.px");
_Static_assert(offsetof(stratc_report_frame, event_time) == 104, "report.event_time");
_Static_assert(offsetof(stratc_report_frame, template) == 112, "report.template");
_Static_assert(offsetof(stratc_report_frame, fee_currency) == 114, "report.fee_currency");
_Static_assert(offsetof(stratc_report_frame, event) == 116, "report.event");
_Static_assert(offsetof(stratc_report_frame, phase) == 117, "report.phase");
_Static_assert(offsetof(stratc_report_frame, reason) == 118, "report.reason");
_Static_assert(offsetof(stratc_report_frame, why) == 119, "report.why");
_Static_assert(offsetof(stratc_report_frame, side) == 120, "report.side");
_Static_assert(offsetof(stratc_report_frame, liquidity) == 121, "report.liquidity");
_Static_assert(offsetof(stratc_report_frame, was_triggered) == 122, "report.was_triggered");
_Static_assert(offsetof(stratc_report_frame, unused) == 123, "report.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    int64_t start;
    int64_t open;
    int64_t high;
    int64_t low;
    int64_t close;
    int64_t volume;
    int64_t trades;
    uint16_t stream;
    uint8_t unused[38];
} stratc_bar_frame;

_Static_assert(sizeof(stratc_bar_frame) == 128, "bar");
_Static_assert(offsetof(stratc_bar_frame, start) == 32, "bar.start");
_Static_assert(offsetof(stratc_bar_frame, open) == 40, "bar.open");
_Static_assert(offsetof(stratc_bar_frame, high) == 48, "bar.high");
_Static_assert(offsetof(stratc_bar_frame, low) == 56, "bar.low");
_Static_assert(offsetof(stratc_bar_frame, close) == 64, "bar.close");
_Static_assert(offsetof(stratc_bar_frame, volume) == 72, "bar.volume");
_Static_assert(offsetof(stratc_bar_frame, trades) == 80, "bar.trades");
_Static_assert(offsetof(stratc_bar_frame, stream) == 88, "bar.stream");
_Static_assert(offsetof(stratc_bar_frame, unused) == 90, "bar.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    int64_t bid;
    int64_t bid_qty;
    int64_t ask;
    int64_t ask_qty;
    int64_t event_time;
    uint16_t stream;
    uint8_t unused[54];
} stratc_quote_frame;

_Static_assert(sizeof(stratc_quote_frame) == 128, "quote");
_Static_assert(offsetof(stratc_quote_frame, bid) == 32, "quote.bid");
_Static_assert(offsetof(stratc_quote_frame, bid_qty) == 40, "quote.bid_qty");
_Static_assert(offsetof(stratc_quote_frame, ask) == 48, "quote.ask");
_Static_assert(offsetof(stratc_quote_frame, ask_qty) == 56, "quote.ask_qty");
_Static_assert(offsetof(stratc_quote_frame, event_time) == 64, "quote.event_time");
_Static_assert(offsetof(stratc_quote_frame, stream) == 72, "quote.stream");
_Static_assert(offsetof(stratc_quote_frame, unused) == 74, "quote.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    int64_t px;
    int64_t qty;
    uint64_t trade_id;
    int64_t event_time;
    uint16_t stream;
    uint8_t aggressor /* enum stratc_aggressor */;
    uint8_t unused[61];
} stratc_trade_frame;

_Static_assert(sizeof(stratc_trade_frame) == 128, "trade");
_Static_assert(offsetof(stratc_trade_frame, px) == 32, "trade.px");
_Static_assert(offsetof(stratc_trade_frame, qty) == 40, "trade.qty");
_Static_assert(offsetof(stratc_trade_frame, trade_id) == 48, "trade.trade_id");
_Static_assert(offsetof(stratc_trade_frame, event_time) == 56, "trade.event_time");
_Static_assert(offsetof(stratc_trade_frame, stream) == 64, "trade.stream");
_Static_assert(offsetof(stratc_trade_frame, aggressor) == 66, "trade.aggressor");
_Static_assert(offsetof(stratc_trade_frame, unused) == 67, "trade.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    int64_t px[13];
    int64_t qty[13];
    uint16_t stream;
    uint8_t count;
    uint8_t side /* enum stratc_book_side */;
    uint8_t action /* enum stratc_book_action */;
    uint8_t unused[11];
} stratc_book_frame;

_Static_assert(sizeof(stratc_book_frame) == 256, "book");
_Static_assert(offsetof(stratc_book_frame, px) == 32, "book.px");
_Static_assert(offsetof(stratc_book_frame, qty) == 136, "book.qty");
_Static_assert(offsetof(stratc_book_frame, stream) == 240, "book.stream");
_Static_assert(offsetof(stratc_book_frame, count) == 242, "book.count");
_Static_assert(offsetof(stratc_book_frame, side) == 243, "book.side");
_Static_assert(offsetof(stratc_book_frame, action) == 244, "book.action");
_Static_assert(offsetof(stratc_book_frame, unused) == 245, "book.unused");

typedef struct {
    stratc_frame_header header; /* 32 bytes */
    int64_t event_time;
    uint64_t text_id;
    uint16_t stream;
    uint16_t length;
    uint16_t source;
    uint8_t unused[2];
    uint8_t bytes[200];
} stratc_text_frame;

_Static_assert(sizeof(stratc_text_frame) == 256, "text");
_Static_assert(offsetof(stratc_text_frame, event_time) == 32, "text.event_time");
_Static_assert(offsetof(stratc_text_frame, text_id) == 40, "text.text_id");
_Static_assert(offsetof(stratc_text_frame, stream) == 48, "text.stream");
_Static_assert(offsetof(stratc_text_frame, length) == 50, "text.length");
_Static_assert(offsetof(stratc_text_frame, source) == 52, "text.source");
_Static_assert(offsetof(stratc_text_frame, unused) == 54, "text.unused");
_Static_assert(offsetof(stratc_text_frame, bytes) == 56, "text.bytes");

/* Any frame of 128 bytes. */
typedef union {
    stratc_frame_header header;
    stratc_submit_frame submit;
    stratc_replace_frame replace;
    stratc_cancel_frame cancel;
    stratc_report_frame report;
    stratc_bar_frame bar;
    stratc_quote_frame quote;
    stratc_trade_frame trade;
    uint8_t bytes[128];
} stratc_frame;

_Static_assert(sizeof(stratc_frame) == 128, "frame");

#endif
