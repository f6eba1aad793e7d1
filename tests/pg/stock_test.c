/* stock_test.c: see stock_test.h. */
#include "stock_test.h"

struct orm_session *begin(void)
{
    return open_fine(db_conninfo(), &stock_schema);
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
