/* Sessions of an instrument, found by bisection. */
#include "calendar.h"

static const int64_t DAY = INT64_C(86400000000000);

static int64_t opens(const stratc_instrument *instrument, uint32_t session) { return instrument->sessions[session].opens; }
static int64_t closes(const stratc_instrument *instrument, uint32_t session) { return instrument->sessions[session].closes; }

/* The first of `count` spans that closes after now. */
static uint32_t search(const stratc_session *spans, uint32_t count, int64_t now) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (spans[middle].closes > now) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static uint32_t current(const stratc_instrument *instrument, int64_t now) {
    return search(instrument->sessions, instrument->session_count, now);
}

/* The trading day that closes after now, and those after it. */
static const stratc_session *days_from(const stratc_instrument *instrument, int64_t now, uint32_t *count) {
    bool own = instrument->day_count > 0;
    const stratc_session *days = own ? instrument->days : instrument->sessions;
    uint32_t all = own ? instrument->day_count : instrument->session_count, first = search(days, all, now);
    *count = all - first;
    return *count > 0 ? days + first : NULL;
}

/* The end of the day that contains t, which is the start of the next one. */
static int64_t end_of_utc_day(int64_t t) {
    int64_t day = t / DAY - (t % DAY < 0);
    return (day + 1) * DAY;
}

bool stratc_in_session(const stratc_instrument *instrument, int64_t now) {
    uint32_t session = current(instrument, now);
    return instrument->session_count == 0 || (session < instrument->session_count && opens(instrument, session) <= now);
}

int64_t stratc_session_time(const stratc_instrument *instrument, int64_t since, int64_t now) {
    int64_t elapsed = 0;
    if (instrument->session_count == 0) {
        return now - since;
    }
    for (uint32_t i = current(instrument, since); i < instrument->session_count && opens(instrument, i) < now; i++) {
        int64_t begin = opens(instrument, i) > since ? opens(instrument, i) : since;
        int64_t end = closes(instrument, i) < now ? closes(instrument, i) : now;
        elapsed += end > begin ? end - begin : 0;
    }
    return elapsed;
}

int64_t stratc_session_deadline(const stratc_instrument *instrument, int64_t since, int64_t span) {
    if (instrument->session_count == 0 || span <= 0) {
        return span > 0 && since > STRATC_NEVER - span ? STRATC_NEVER : since + span;
    }
    for (uint32_t i = current(instrument, since); i < instrument->session_count; i++) {
        int64_t begin = opens(instrument, i) > since ? opens(instrument, i) : since;
        int64_t length = closes(instrument, i) - begin;
        if (length >= span) {
            return begin + span;
        }
        span -= length;
    }
    return STRATC_NEVER;
}

int64_t stratc_next_boundary(const stratc_instrument *instrument, int64_t now) {
    uint32_t session = current(instrument, now);
    if (session == instrument->session_count) {
        return STRATC_NEVER;
    }
    return opens(instrument, session) > now ? opens(instrument, session) : closes(instrument, session);
}

int64_t stratc_day_end(const stratc_instrument *instrument, int64_t now) {
    uint32_t count;
    const stratc_session *days = days_from(instrument, now, &count);
    return count > 0 ? days->closes : end_of_utc_day(now);
}

int64_t stratc_last_of_day(const stratc_instrument *instrument, int64_t now) {
    uint32_t count;
    const stratc_session *days = days_from(instrument, now, &count);
    if (instrument->session_count == 0) {
        return end_of_utc_day(now - 1);
    }
    for (; count > 0; days++, count--) {
        if (days->opens >= now) {
            return days->opens;
        }
    }
    return STRATC_NEVER;
}
