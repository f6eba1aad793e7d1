/* stock_test.c: see stock_test.h. */
#include "stock_test.h"

static unsigned long long seen, seen_waits;

struct orm_session *begin(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &stock_schema);
    assert_non_null(s);
    assert_fine(s);
    seen = orm_statements(s);
    seen_waits = orm_round_trips(s);
    return s;
}

unsigned long long spent(struct orm_session *s)
{
    const unsigned long long before = seen;
    seen = orm_statements(s);
    return seen - before;
}

unsigned long long waited(struct orm_session *s)
{
    const unsigned long long before = seen_waits;
    seen_waits = orm_round_trips(s);
    return seen_waits - before;
}

void commit(struct orm_session *s)
{
    const bool committed = orm_commit(s);
    assert_fine(s);
    assert_true(committed);
}

void end(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

struct item *draft_of(struct orm_session *s, const char *code)
{
    struct item *i = item_new(item_table(s));
    item_set_code(i, code);
    return i;
}

void warm(struct orm_session *s)
{
    item_upsert(item_table(s), ITEM_BY_CODE, draft_of(s, "warm"));
    maker_all(maker_table(s));
    assert_true(orm_flush(s));
    orm_rollback(s);
    spent(s);
    waited(s);
}
