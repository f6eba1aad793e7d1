/* library_test.c: see library_test.h. */
#include "library_test.h"

static unsigned long long statements_seen;
static unsigned long long waits_seen;

struct orm_session *open_library(void)
{
    struct orm_session *s = orm_open(db_conninfo(), &library_schema);
    assert_non_null(s);
    assert_fine(s);
    statements_seen = orm_statements(s);
    waits_seen = orm_round_trips(s);
    return s;
}

void close_library(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

unsigned long long spent(struct orm_session *s)
{
    const unsigned long long before = statements_seen;
    statements_seen = orm_statements(s);
    return statements_seen - before;
}

unsigned long long waited(struct orm_session *s)
{
    const unsigned long long before = waits_seen;
    waits_seen = orm_round_trips(s);
    return waits_seen - before;
}

void assert_fine(struct orm_session *s)
{
    if (orm_status(s) != ORM_OK)
        fail_msg("%s: %s", orm_code_name(orm_status(s)), orm_message(s));
    assert_true(orm_ok(s));
    assert_string_equal(orm_message(s), "");
    assert_int_equal(orm_last_error(s)->code, ORM_OK);
}

void assert_failed(
    struct orm_session *s, enum orm_code code, const char *model, const char *field)
{
    const struct orm_error *e = orm_last_error(s);
    assert_int_equal(orm_status(s), e->code);
    assert_string_equal(orm_message(s), e->message);
    if (e->code != code)
        fail_msg("%s expected, got %s: %s", orm_code_name(code), orm_code_name(e->code),
            e->message);
    assert_false(orm_ok(s));
    assert_true(*e->message);
    for (const char *c = e->message; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            fail_msg("a control character in: %s", e->message);
    if (model && strcmp(e->model, model) != 0)
        fail_msg("model \"%s\" expected, got \"%s\": %s", model, e->model, e->message);
    if (field && strcmp(e->field, field) != 0)
        fail_msg("field \"%s\" expected, got \"%s\": %s", field, e->field, e->message);
}

const struct author_query authors_by_id = {.order = {{{AUTHOR_ID + 1, false}}}};
const struct book_query books_by_id = {.order = {{{BOOK_ID + 1, false}}}};
const struct choice_query choices_by_id = {.order = {{{CHOICE_ID + 1, false}}}};

void arrange_library(PGconn *db, int n, int each)
{
    db_exec(db,
        "insert into author (name) select 'author ' || i from generate_series(1, %d) i;"
        "insert into shelf (place) select 'shelf ' || i from generate_series(1, %d) i;"
        "insert into tags (name) values ('red'), ('green'), ('blue');"
        "insert into book (title, pages, author_id, shelf_id)"
        "  select 'book ' || i, 100 + i, 1 + (i - 1) / %d, i from generate_series(1, "
        "%d) i;"
        "insert into book_tags (book_id, tag_id)"
        "  select id, 1 + (id + j) %% 3 from book, generate_series(0, 1) j",
        n, n * each, each, n * each);
}

void drop_foreign_keys(PGconn *db, const char *table)
{
    const char *drops = db_text(db,
        "select coalesce(string_agg(format('alter table %%s drop constraint %%I',"
        " conrelid::regclass, conname), ';'), '') from pg_constraint"
        " where contype = 'f' and conrelid = 'public.%s'::regclass",
        table);
    db_exec(db, "%s", drops);
}
