/* press_test.c: see press_test.h. */
#include "press_test.h"

struct orm_session *open_press(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &press_schema);
    assert_fine(s);
    return s;
}

const struct orm_error *refused(struct orm_session *s, const char *message)
{
    assert_false(orm_commit(s));
    const struct orm_error *e = orm_last_error(s);
    assert_int_equal(e->code, ORM_CONSTRAINT);
    assert_string_equal(e->message, message);
    assert_int_equal(e->outcome, ORM_ROLLED_BACK);
    assert_false(e->retryable);
    return e;
}

struct author *new_author(struct orm_session *s, const char *name)
{
    struct author *a = author_new(author_table(s));
    author_set_name(a, name);
    return a;
}

struct book *new_book(struct author *a, const char *title)
{
    struct book *b = book_new(author_books(a));
    book_set_title(b, title);
    return b;
}

void arrange(void)
{
    db_exec(db, "insert into people (full_name, mail)"
                " values ('Ann', 'ann@here'), ('Bob', 'bob@here');"
                "insert into works (heading, written_by, number)"
                " values ('One', 1, 1), ('Two', 1, 2), ('Three', 2, 3);"
                "insert into tag (name) values ('red'), ('blue')");
}
