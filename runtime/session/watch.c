/* watch.c: tells the program of each statement of a flight. */
#include "session/watch.h"

static size_t bytes_of(const struct pg_result *r)
{
    size_t bytes = 0;
    for (size_t row = 0; row < pg_rows(r); row++)
        for (size_t column = 0; column < pg_columns(r); column++)
            bytes += (size_t)pg_value(r, row, column).length;
    return bytes;
}

static void tell(
    struct orm_session *s, const struct pg_item *item, struct orm_statement *what)
{
    const struct pg_result *r = item->result;
    what->sql = item->statement->sql;
    what->shape = item->statement->name;
    what->model = item->statement->model;
    what->counted = item->statement->counted;
    what->failed = !r;
    what->rows = !r ? 0 : pg_columns(r) ? pg_rows(r) : pg_affected(r);
    what->bytes = r ? bytes_of(r) : 0;
    s->watch.seen(s->watch.arg, what);
}

void watch_end(struct orm_session *s, const struct pg_item *items, size_t sent,
    int64_t began, bool retried)
{
    if (!s->watch.seen || s->watch.telling)
        return;
    struct orm_statement what = {
        .microseconds = (uint64_t)(clock_monotonic() - began), .retried = retried};
    s->watch.telling = true;
    for (size_t i = 0; i < sent && s->watch.seen; i++)
        if (items[i].statement && !items[i].describe_only)
            tell(s, &items[i], &what);
    s->watch.telling = false;
}

bool watch_allows(struct orm_session *s)
{
    return !s->watch.telling ||
           error_set(&s->error, ORM_INVALID,
               "a statement inside of what orm_on_statement() calls; that may look at "
               "the session, and not ask it for anything");
}

void orm_on_statement(struct orm_session *s, orm_statement_seen *seen, void *arg)
{
    if (!s)
        return;
    s->watch.seen = seen;
    s->watch.arg = arg;
}
