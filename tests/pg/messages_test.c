/* messages_test.c: what errors say, as messages.txt has it: a line each.  With
 * REFRESH=1 the file is written anew, to be reviewed. */
#include "messages.h"

static void arrange(void)
{
    db_truncate(db);
    db_exec(db, "insert into people (full_name, mail)"
                " values ('Ann', 'ann@here'), ('Bob', 'bob@here');"
                "insert into works (heading, written_by, number, price)"
                " values ('One', 1, 1, 200), ('Two', 1, 2, 1), ('Three', 2, 3, 1);"
                "insert into tag (name) values ('red'), ('blue');"
                "insert into reader (name) values ('Ray');"
                "insert into room values ('Main', 7);"
                "insert into note (code, revision) values ('a', 1), ('b', 1);"
                "insert into booking (room_house, room_number, days)"
                " values ('Main', 7, '[1,5)')");
}

struct author *ann(struct orm_session *s)
{
    return author_get(author_table(s), 1);
}

struct book *one(struct orm_session *s)
{
    return book_get(book_table(s), 1);
}

struct note *note(struct orm_session *s)
{
    return note_get(note_table(s), 1);
}

struct author *cid(struct orm_session *s)
{
    struct author *a = author_new(author_table(s));
    author_set_name(a, "Cid");
    return a;
}

void commit(struct orm_session *s)
{
    if (orm_commit(s))
        fail_msg("committed");
}

/* -- All of them ------------------------------------------------------------------- */

static const struct message *const all[] = {
    messages_of_objects,
    messages_of_values,
    messages_of_stale_rows,
    messages_of_refusals,
    messages_of_drift,
    messages_of_queries,
    messages_of_lazy_loads,
    messages_of_sessions,
    messages_of_writing,
};

/* "name: ORM_RANGE: message", and what the message leaves to the members. */
static void put_said(FILE *out, const char *name, const struct orm_error *e)
{
    fprintf(out, "%s\n    %s %s\n", name, orm_code_name(e->code), e->message);
    if (e->hint[0])
        fprintf(out, "    hint: %s\n", e->hint);
    if (e->object && (!e->of || e->object->model != e->of))
        fprintf(out, "    of a row of %s\n", e->object->model->name);
}

static void write_said(FILE *out, const struct message *m)
{
    arrange();
    struct orm_session *s = orm_open(db_conninfo(), &press_schema);
    m->make(s);
    if (orm_status(s) == ORM_OK)
        fail_msg("%s: nothing failed", m->name);
    put_said(out, m->name, orm_last_error(s));
    orm_close(s);
}

static void write_all(FILE *out)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const struct message *m = all[i]; m->name; m++)
            write_said(out, m);
}

/* Valid until the test ends. */
static char *content_of(FILE *in)
{
    static char room[2][1 << 16];
    static unsigned next;
    char *to = room[next++ % 2];
    rewind(in);
    const size_t length = fread(to, 1, sizeof room[0], in);
    assert_true(length < sizeof room[0]);
    to[length] = '\0';
    return to;
}

static void every_message_is_as_it_was(void **state)
{
    (void)state;
    const bool refreshes = getenv("REFRESH") != NULL;
    FILE *said = refreshes ? fopen(MESSAGES, "w+") : tmpfile();
    assert_non_null(said);
    write_all(said);
    FILE *known = fopen(MESSAGES, "r");
    assert_non_null(known);
    char *is = content_of(said), *was = content_of(known);
    for (char *a, *b; (a = strsep(&is, "\n")) && (b = strsep(&was, "\n"));)
        assert_string_equal(a, b);
    assert_true(!is && !was);
    fclose(said);
    fclose(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
