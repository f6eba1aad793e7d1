/* budget.c: a statement more than a test expects is refused before it is sent. */
#include "session/budget.h"

#include "session/flight.h"

static bool refuse(struct orm_session *s, const char *sql)
{
    const unsigned long long most = s->budget.most;
    const struct lazy_load *l = &s->lazy;
    if (!l->field)
        return error_set(&s->error, ORM_BUDGET,
            "orm_expect_statements() allows %llu, and this is one more: %s", most, sql);
    return error_set_named(&s->error, ORM_BUDGET, l->model, l->field,
        "orm_expect_statements() allows %llu, and this lazy load for %zu object%s is "
        "one more: %s",
        most, l->peers, l->peers == 1 ? "" : "s", sql);
}

bool budget_allows(struct orm_session *s, const struct pg_item *items, size_t count)
{
    if (s->budget.most == ORM_UNLIMITED)
        return true;
    uint64_t sent = s->statement_count - s->budget.from;
    for (size_t i = 0; i < count; i++)
        if (flight_counts(&items[i]) && ++sent > s->budget.most)
            return refuse(s, items[i].statement->sql);
    return true;
}

void orm_expect_statements(struct orm_session *s, uint64_t most)
{
    if (s)
        s->budget = (struct budget){.from = s->statement_count, .most = most};
}
