/* library_test.c: see library_test.h. */
#include "library_test.h"

struct orm_session *open_library(void)
{
    return open_fine(db_conninfo(), &library_schema);
}

void close_library(struct orm_session *s)
{
    assert_fine(s);
    orm_close(s);
}

const struct author_query authors_by_id = {.order = {{{.column = AUTHOR_ID + 1}}}};
const struct book_query books_by_id = {.order = {{{.column = BOOK_ID + 1}}}};
const struct choice_query choices_by_id = {.order = {{{.column = CHOICE_ID + 1}}}};

void arrange_library(PGconn *on, int n, int each)
{
    db_exec(on,
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

void arrange_choices(PGconn *on)
{
    db_exec(on,
        "insert into author (name) select 'author ' || i from generate_series(1, 3) i;"
        "insert into question (words, author_id)"
        "  select 'question ' || i, i from generate_series(1, 3) i;"
        "insert into choice (words, question_id, alt_id, req_id)"
        "  select 'choice ' || i, 1 + i %% 3, 1 + (i + 1) %% 3, 1 + (i + 2) %% 3"
        "  from generate_series(1, 6) i");
}

void add_tag(struct orm_session *s, const char *name)
{
    tag_set_name(tag_new(tag_table(s)), name);
}

void drop_foreign_keys(PGconn *on, const char *table)
{
    const char *drops = db_text(on,
        "select coalesce(string_agg(format('alter table %%s drop constraint %%I',"
        " conrelid::regclass, conname), ';'), '') from pg_constraint"
        " where contype = 'f' and conrelid = 'public.%s'::regclass",
        table);
    db_exec(on, "%s", drops);
}
