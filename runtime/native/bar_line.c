/* Geometry of the line inside a bar. */
#include "bar_line.h"

stratc_bar_line stratc_bar_line_of(int64_t start, int64_t end, int64_t open, int64_t high, int64_t low, int64_t close, bool low_first) {
    int64_t third = (end - start) / 3;
    return (stratc_bar_line){.time = {start, start + third, end - third, end},
                             .px = {open, low_first ? low : high, low_first ? high : low, close}};
}

/* numerator / denominator rounded up or down; denominator > 0. */
static int64_t divide(stratc_exact numerator, stratc_exact denominator, bool up) {
    if (numerator >= 0 && numerator <= INT64_MAX && denominator <= INT64_MAX) { /* the usual case, and much quicker */
        int64_t whole = (int64_t)numerator / (int64_t)denominator;
        return whole + (up && whole * (int64_t)denominator != (int64_t)numerator);
    }
    stratc_exact quotient = numerator / denominator, rest = numerator % denominator;
    if (rest > 0 && up) quotient++;
    if (rest < 0 && !up) quotient--;
    return (int64_t)quotient;
}

stratc_line_price stratc_bar_line_at(const stratc_bar_line *line, int64_t time) {
    int s = 0;
    while (s < 2 && time >= line->time[s + 1]) s++;
    int64_t length = line->time[s + 1] - line->time[s];
    stratc_exact rise = line->px[s + 1] - line->px[s];
    return (stratc_line_price){(stratc_exact)line->px[s] * length + rise * (time - line->time[s]), length};
}

int stratc_line_price_compare(stratc_line_price price, int64_t px) {
    stratc_exact level = (stratc_exact)px * price.length;
    return (price.scaled > level) - (price.scaled < level);
}

int64_t stratc_line_price_round(stratc_line_price price, bool up) { return divide(price.scaled, price.length, up); }

static bool reached(int64_t px, int64_t level, bool rising) { return rising ? px >= level : px <= level; }

bool stratc_bar_line_reach(const stratc_bar_line *line, int64_t from, int64_t px, bool rising, int64_t *time) {
    if (from > line->time[3]) return false;
    int64_t begin = from > line->time[0] ? from : line->time[0];
    int side = begin == line->time[0] ? (line->px[0] > px) - (line->px[0] < px) : stratc_line_price_compare(stratc_bar_line_at(line, begin), px);
    if (rising ? side >= 0 : side <= 0) {
        *time = begin;
        return true;
    }
    for (int s = 0; s < 3; s++) {
        if (line->time[s + 1] < begin || !reached(line->px[s + 1], px, rising)) continue;
        /* Before this segment's end the line was on the other side at `begin`, so it crosses inside the segment, after `begin`. */
        stratc_exact way = (stratc_exact)px - line->px[s], whole = (stratc_exact)line->px[s + 1] - line->px[s];
        stratc_exact span = line->time[s + 1] - line->time[s];
        *time = line->time[s] + divide((rising ? way : -way) * span, rising ? whole : -whole, true);
        if (*time < begin) *time = begin;
        return true;
    }
    return false;
}
