/* drafts.c: see drafts.h. */
#include "drafts.h"

#include <inttypes.h>
#include <stdio.h>

#define FIRST_CREATED INT64_C(1546684800123456)

void draft_values(size_t authors, size_t i, struct draft_values *v)
{
    const int64_t n = (int64_t)i;
    snprintf(v->title, sizeof v->title, "The Inserted Book, number %" PRId64, n);
    v->isbn = n % 17 ? "9781234567890" : NULL;
    v->author_id = n * 7919 % (int64_t)authors + 1;
    v->price = 100 + n * 37 % 99000;
    v->created = FIRST_CREATED + n * 601000317;
    v->pages = (int32_t)(100 + n % 900);
    v->published = (int32_t)(10957 + n * 13 % 9000);
    v->in_print = n % 3 != 0;
}

static void run(struct bench *b, const char *sql)
{
    const uint64_t round_trips = b->hand.round_trips;
    hand_command(&b->hand, sql);
    b->hand.round_trips = round_trips;
}

void drafts_empty(struct bench *b)
{
    run(b, "TRUNCATE draft");
}

void drafts_fill(struct bench *b)
{
    char sql[800];
    snprintf(sql, sizeof sql,
        "INSERT INTO draft "
        "SELECT i + 1, 'The Inserted Book, number ' || i, i * 7919 %% %zu + 1,"
        " 100 + i %% 900, (100 + i * 37 %% 99000) / 100.0,"
        " date '2000-01-01' + (i * 13 %% 9000)::int,"
        " CASE WHEN i %% 17 <> 0 THEN '9781234567890' END, i %% 3 <> 0,"
        " timestamptz '2019-01-05 10:40:00.123456+00'"
        " + i * 601000317 * interval '1 microsecond' "
        "FROM generate_series(0::bigint, %zu - 1) AS i",
        b->sizes.authors, b->sizes.written);
    drafts_empty(b);
    run(b, sql);
    run(b, "ANALYZE draft");
}

uint64_t drafts_sum(struct bench *b)
{
    return drafts_sum_by(&b->hand);
}

uint64_t drafts_sum_by(struct hand_server *s)
{
    return (uint64_t)hand_number(s,
        "SELECT coalesce(sum(author_id * 11 + price * 300 + pages * 5 +"
        " (published - date '1970-01-01') * 7 + length(title) +"
        " coalesce(length(isbn), 1) + in_print::int +"
        " extract(epoch FROM created) * 1000000), 0)::numeric(30) % 9e18 FROM draft");
}
