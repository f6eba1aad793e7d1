/* type_time.c: days and times as text, and intervals. */
#include "types/codec.h"

#include <stdio.h>

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

/* -- As text ----------------------------------------------------------------------- */

struct civil {
    int64_t year; /* 0 is 1 BC */
    int month, day;
};

/* Of the Gregorian calendar, to both ends (H. Hinnant, "chrono-compatible low-level
 * date algorithms"). */
static struct civil civil_of(int64_t days)
{
    const int64_t shifted = days + 719468; /* from 0000-03-01 */
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t day_of_era = shifted - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
        365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t from_march = (5 * day_of_year + 2) / 153;
    const int month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    return (struct civil){.year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1)};
}

static void put_day(struct buffer *to, struct civil d)
{
    char text[40];
    snprintf(text, sizeof text, "%04lld-%02d-%02d",
        (long long)(d.year > 0 ? d.year : 1 - d.year), d.month, d.day);
    buffer_text(to, text);
}

static void put_clock(struct buffer *to, uint64_t microseconds)
{
    char text[40];
    const uint64_t seconds = microseconds / SECOND;
    snprintf(text, sizeof text, "%02llu:%02u:%02u.%06u",
        (unsigned long long)(seconds / 3600), (unsigned)(seconds / 60 % 60),
        (unsigned)(seconds % 60), (unsigned)(microseconds % SECOND));
    buffer_text(to, text);
}

static bool put_infinity(struct buffer *to, int64_t value, int64_t least, int64_t most)
{
    if (value == most || value == least)
        buffer_text(to, value == most ? "infinity" : "-infinity");
    return value == most || value == least;
}

void print_date(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    if (put_infinity(to, v.integer, ORM_DATE_MINUS_INFINITY, ORM_DATE_INFINITY))
        return;
    const struct civil day = civil_of(v.integer);
    put_day(to, day);
    buffer_text(to, day.year > 0 ? "" : " BC");
}

static void print_moment(int64_t value, const char *zone, struct buffer *to)
{
    if (put_infinity(to, value, ORM_TIME_MINUS_INFINITY, ORM_TIME_INFINITY))
        return;
    const int64_t days = value / DAY - (value % DAY < 0);
    const struct civil day = civil_of(days);
    put_day(to, day);
    buffer_text(to, " ");
    put_clock(to, (uint64_t)(value - days * DAY));
    buffer_text(to, zone);
    buffer_text(to, day.year > 0 ? "" : " BC");
}

void print_timestamp(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    print_moment(v.integer, "", to);
}

void print_timestamptz(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    print_moment(v.integer, "+00", to);
}

void print_time(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    put_clock(to, (uint64_t)v.integer);
}

/* Each part with its sign: in some settings the first sign is that of all. */
void print_interval(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_interval *i = v.data;
    char text[60];
    (void)c;
    snprintf(text, sizeof text, "%+ld mons %+ld days %c", (long)i->months,
        (long)i->days, i->microseconds < 0 ? '-' : '+');
    buffer_text(to, text);
    put_clock(to, i->microseconds < 0 ? 0 - (uint64_t)i->microseconds
                                      : (uint64_t)i->microseconds);
}

/* -- interval ---------------------------------------------------------------------- */

static void encode_interval(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_interval *i = v.data;
    (void)c;
    buffer_int64(to, (uint64_t)i->microseconds);
    buffer_int32(to, (uint32_t)i->days);
    buffer_int32(to, (uint32_t)i->months);
}

static void take_interval(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    (void)c, (void)a;
    *(struct orm_interval *)at = (struct orm_interval){
        .microseconds = (int64_t)wire64(cell.data),
        .days = (int32_t)wire32(cell.data + 8),
        .months = (int32_t)wire32(cell.data + 12),
    };
}

const struct codec codec_interval = {
    .accepts = codec_given,
    .encode = encode_interval,
    .check = codec_any,
    .room = codec_no_room,
    .take = take_interval,
};
