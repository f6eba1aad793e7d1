/* failing_flush_test.c: a flush of every kind of batch fails at each of its rows, for
 * every kind of reason; memory is as it was before, byte for byte, and once the reason
 * is gone the same flush succeeds. */
#include "library_test.h"

#include "base/memory.h"
#include "objects/object.h"

/* A trigger on every table counts the rows that statements write, and strikes at the
 * k-th; those that foreign keys write on their behalf do not count. */
static const char strikes[] =
    "create schema strike;"
    "create sequence strike.ops;"
    "create table strike.at (k bigint, how text);"
    "insert into strike.at values (0, '');"
    "create function strike.strike() returns trigger language plpgsql as $f$"
    " declare at strike.at;"
    " begin"
    "   select * into at from strike.at;"
    "   if pg_trigger_depth() = 1 and nextval('strike.ops') = at.k then"
    "     case at.how"
    "     when 'drop' then return null;"
    "     when 'lost' then perform pg_terminate_backend(pg_backend_pid());"
    "     when 'slow' then perform pg_sleep(10);"
    "     else raise exception 'struck' using errcode = at.how;"
    "     end case;"
    "   end if;"
    "   return coalesce(new, old);"
    " end $f$;"
    "do $d$ declare t text; begin"
    "   foreach t in array array['author', 'profile', 'tags', 'book', 'book_tags',"
    "     'loan', 'category', 'team', 'player'] loop"
    "     execute format('create trigger zz_strike before insert or update or delete"
    "       on public.%I for each row execute function strike.strike()', t);"
    "   end loop;"
    " end $d$";

static int group_setup(void **state)
{
    db_group_setup(state);
    db_exec(db, "%s", strikes);
    return 0;
}

static void strike_at(int k, const char *how)
{
    db_exec(db,
        "update strike.at set k = %d, how = '%s';"
        "alter sequence strike.ops restart",
        k, how);
}

/* -- The unit of work -------------------------------------------------------------- */

static void arrange(void)
{
    strike_at(0, "");
    arrange_library(db, 2, 6);
    db_exec(db,
        "update author set email = 'a' || id || '@example.org';"
        "insert into author (name, email) values ('unseen', 'unseen@example.org');"
        "insert into reader (name) values ('r'), ('s');"
        "insert into loan (book_id, reader_id) values (1, 1), (2, 2), (3, 1);"
        "insert into category (name) values ('root');"
        "insert into category (name, parent_id) values ('leaf', 1);"
        "insert into team (name) values ('old');"
        "insert into player (name, team_id) values ('captain', 1);"
        "update team set captain_id = 1");
}

#define MOST 64

struct unit {
    struct orm_object *objects[MOST];
    void *copies[MOST];
    size_t count;
};

static void *watch(struct unit *u, void *object)
{
    assert_true(u->count < MOST);
    u->objects[u->count++] = object;
    return object;
}

static void record_new(struct orm_session *s, struct unit *u)
{
    for (int i = 0; i < 2; i++) {
        struct author *a = watch(u, author_new(author_table(s)));
        author_set_name(a, "new");
        struct profile *p = watch(u, profile_new(profile_table(s)));
        profile_set_bio(p, "new");
        profile_set_author(p, a);
        struct book *b = watch(u, book_new(author_books(a)));
        book_set_title(b, "new");
        tag_add(book_tags(b), watch(u, tag_get(tag_table(s), 2)));
        struct category *parent = watch(u, category_new(category_table(s)));
        category_set_name(parent, "new");
        struct category *child = watch(u, category_new(category_children(parent)));
        category_set_name(child, "new");
    }
    struct team *t = watch(u, team_new(team_table(s)));
    team_set_name(t, "new");
    struct player *p = watch(u, player_new(team_players(t)));
    player_set_name(p, "new");
    team_set_captain(t, p);
}

/* Of more sets of columns than there are statements for. */
static void record_changes(struct orm_session *s, struct unit *u)
{
    for (int i = 1; i <= 6; i++) {
        struct book *b = watch(u, book_get(book_table(s), i));
        if (i & 1)
            book_set_title(b, "changed");
        if (i & 2)
            book_set_pages(b, 1000 + i);
        if (i & 4)
            book_set_genre(b, BOOK_GENRE_ESSAY);
    }
    tag_remove(book_tags(book_get(book_table(s), 1)), tag_get(tag_table(s), 3));
}

static void record_deletes(struct orm_session *s, struct unit *u)
{
    loan_delete(watch(u, loan_get(loan_table(s), 1)));
    loan_delete(watch(u, loan_get(loan_table(s), 3)));
    book_delete(watch(u, book_get(book_table(s), 8)));
    category_delete(watch(u, category_get(category_table(s), 2)));
    category_delete(watch(u, category_get(category_table(s), 1)));
    player_delete(watch(u, player_get(player_table(s), 1)));
    team_delete(watch(u, team_get(team_table(s), 1)));
    /* One that makes room. */
    tag_delete(watch(u, tag_get(tag_table(s), 1)));
    tag_set_name(watch(u, tag_new(tag_table(s))), "red");
}

static void record_drafts(struct orm_session *s, struct unit *u)
{
    static const char *const emails[] = {
        "unseen@example.org", "a1@example.org", "new@example.org"};
    watch(u, author_get(author_table(s), 1));
    for (int i = 0; i < 3; i++) {
        struct author *a = watch(u, author_new(author_table(s)));
        author_set_name(a, "draft");
        author_set_email(a, emails[i]);
        author_upsert(author_table(s), AUTHOR_BY_EMAIL, a);
    }
}

static void take_copies(struct unit *u)
{
    for (size_t i = 0; i < u->count; i++) {
        const size_t size = u->objects[i]->model->size;
        u->copies[i] = malloc(size);
        memcpy(u->copies[i], u->objects[i], size);
    }
}

static struct orm_session *record(struct unit *u)
{
    struct orm_session *s = open_library();
    *u = (struct unit){.count = 0};
    record_new(s, u);
    record_changes(s, u);
    record_deletes(s, u);
    record_drafts(s, u);
    take_copies(u);
    return s;
}

static void forget(struct orm_session *s, struct unit *u)
{
    for (size_t i = 0; i < u->count; i++)
        free(u->copies[i]);
    orm_close(s);
}

/* All but the stamp of a new object, which counts batches. */
static void assert_unchanged(const struct unit *u, const char *why)
{
    for (size_t i = 0; i < u->count; i++) {
        struct orm_object *o = u->objects[i];
        ((struct orm_object *)u->copies[i])->stamp = o->stamp;
        const unsigned char *now = (const void *)o, *then = u->copies[i];
        for (size_t at = 0; at < o->model->size; at++)
            if (now[at] != then[at])
                fail_msg("%s: object %zu, a %s: byte %zu of %zu", why, i,
                    o->model->name, at, (size_t)o->model->size);
    }
}

static const char *written(void)
{
    return db_text(db,
        "select (select string_agg(name || coalesce(email, ''), ',' order by name, "
        "email)"
        "  from author),"
        " (select string_agg(b.title || coalesce(pages::text, ''), ',' order by b.id)"
        "  from book b),"
        " (select count(*) from book_tags), (select count(*) from loan),"
        " (select string_agg(name, ',' order by id) from category),"
        " (select string_agg(t.name || p.name, ',') from team t"
        "  join player p on p.id = captain_id and p.team_id = t.id),"
        " (select string_agg(name, ',' order by name) from tags)");
}

static const char expected[] =
    "author 2a2@example.org,drafta1@example.org,draftnew@example.org,"
    "draftunseen@example.org,new,new|"
    "changed101,book 21002,changed1003,book 4104,changed105,book 61006,book 7107,"
    "book 9109,book 10110,book 11111,book 12112,new,new|16|1|new,new,new,new|newnew|"
    "blue,green,red";

/* How many rows the unit writes. */
static int count_rows(void)
{
    struct unit u;
    arrange();
    struct orm_session *s = record(&u);
    strike_at(0, "");
    assert_true(orm_flush(s));
    const int rows = (int)db_number(db, "select last_value from strike.ops");
    orm_rollback(s);
    forget(s, &u);
    assert_in_range(rows, 30, 60);
    return rows;
}

/* -- Reasons ----------------------------------------------------------------------- */

static const struct reason {
    const char *how;
    enum orm_code code;
    int step; /* to the next row: those that are no other to us skip some */
} reasons[] = {
    {"23505", ORM_CONSTRAINT, 1}, /* unique */
    {"23503", ORM_CONSTRAINT, 3}, /* foreign key */
    {"23514", ORM_CONSTRAINT, 5}, /* check */
    {"23502", ORM_CONSTRAINT, 5}, /* not null */
    {"40001", ORM_CONFLICT, 1},
    {"53200", ORM_NOMEM, 3},
    {"P0001", ORM_REFUSED, 1},
    {"57014", ORM_TIMEOUT, 3},
    {"lost", ORM_LOST, 1},
};

static void fail_once(const struct reason *r, int k, bool by_commit)
{
    struct unit u;
    char why[64];
    snprintf(why, sizeof why, "%s at row %d", r->how, k);
    struct orm_session *s = record(&u);
    strike_at(k, r->how);
    assert_false(by_commit ? orm_commit(s) : orm_flush(s));
    if (orm_status(s) != r->code)
        fail_msg("%s: %s", why, orm_message(s));
    assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
    assert_unchanged(&u, why);
    if (!orm_retry(s))
        fail_msg("%s: no retry: %s", why, orm_message(s));
    assert_unchanged(&u, why);
    strike_at(0, "");
    if (!orm_flush(s))
        fail_msg("%s, then: %s", why, orm_message(s));
    orm_rollback(s);
    forget(s, &u);
}

static void flush_fails_at_any_row_for_any_reason_and_succeeds_afterwards(void **state)
{
    (void)state;
    const int rows = count_rows();
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        for (int k = 1; k <= rows; k += reasons[i].step)
            fail_once(
                &reasons[i], k, reasons[i].code != ORM_LOST && (k + (int)i) % 3 == 0);
    assert_int_equal(db_number(db, "select count(*) from author"), 3);
}

static void unit_is_written_whole_after_a_failure(void **state)
{
    (void)state;
    struct unit u;
    arrange();
    struct orm_session *s = record(&u);
    strike_at(20, "23505");
    assert_false(orm_commit(s));
    assert_true(orm_retry(s));
    strike_at(0, "");
    assert_true(orm_commit(s));
    assert_string_equal(written(), expected);
    forget(s, &u);
}

/* A row that a trigger drops: of an UPDATE or DELETE it is stale, of an INSERT refused,
 * unless a row that refers to it was refused before; links may be there, or gone,
 * already. */
static void rows_that_vanish_are_found_wherever_they_are(void **state)
{
    (void)state;
    const int rows = count_rows();
    int stale = 0, refused = 0, referred = 0;
    db_exec(db, "alter table book_tags disable trigger zz_strike");
    for (int k = 1; k <= rows - 5; k++) {
        struct unit u;
        struct orm_session *s = record(&u);
        strike_at(k, "drop");
        const bool flushed = orm_flush(s);
        if (flushed)
            fail_msg("row %d is missed by nobody", k);
        stale += orm_status(s) == ORM_STALE;
        refused += orm_status(s) == ORM_REFUSED;
        referred += orm_status(s) == ORM_CONSTRAINT;
        assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
        assert_unchanged(&u, "dropped row");
        assert_true(orm_retry(s));
        strike_at(0, "");
        assert_true(orm_flush(s));
        orm_rollback(s);
        forget(s, &u);
    }
    assert_int_equal(stale + refused + referred, rows - 5);
    assert_true(stale > 10);
    assert_true(refused > 5);
    db_exec(db, "alter table book_tags enable trigger zz_strike");
}

static void deadline_that_passes_at_any_row_costs_the_connection_only(void **state)
{
    (void)state;
    const int rows = count_rows();
    for (int k = 1; k <= rows; k += 11) {
        struct unit u;
        struct orm_session *s = record(&u);
        strike_at(k, "slow");
        orm_set_deadline(s, 100);
        assert_false(orm_flush(s));
        assert_failed(s, ORM_TIMEOUT, NULL, NULL);
        assert_unchanged(&u, "deadline");
        orm_set_deadline(s, 0);
        assert_true(orm_retry(s));
        assert_unchanged(&u, "deadline, retried");
        db_exec(db, "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where wait_event = 'PgSleep' and datname = current_database()");
        strike_at(0, "");
        assert_true(orm_flush(s));
        orm_rollback(s);
        forget(s, &u);
    }
}

/* Until nothing is sent, memory is as it was; when it runs out afterwards, rollback
 * puts it back. */
static void memory_that_runs_out_anywhere_changes_nothing(void **state)
{
    (void)state;
    arrange();
    int before = 0, after = 0;
    bool struck = true;
    for (unsigned long n = 1; struck; n++) {
        struct unit u;
        struct orm_session *s = record(&u);
        memory_fail_at(n, false);
        const bool flushed = orm_flush(s);
        struck = memory_count() >= n;
        memory_fail_at(0, false);
        assert_int_equal(flushed, orm_ok(s));
        if (!flushed && orm_retry(s)) {
            before++;
            assert_unchanged(&u, "without memory");
            assert_true(orm_flush(s));
        } else if (!flushed) {
            after++;
            assert_failed(s, ORM_NOMEM, NULL, NULL);
            assert_int_equal(orm_last_error(s)->outcome, ORM_ROLLED_BACK);
        }
        orm_rollback(s);
        assert_fine(s);
        assert_true(orm_commit(s));
        forget(s, &u);
    }
    if (before < 30 || after > before / 3)
        fail_msg("%d failures before, %d after", before, after);
    assert_int_equal(db_number(db, "select count(*) from author"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(flush_fails_at_any_row_for_any_reason_and_succeeds_afterwards),
        DB_TEST(unit_is_written_whole_after_a_failure),
        DB_TEST(rows_that_vanish_are_found_wherever_they_are),
        DB_TEST(deadline_that_passes_at_any_row_costs_the_connection_only),
        DB_TEST(memory_that_runs_out_anywhere_changes_nothing),
    };
    return cmocka_run_group_tests(tests, group_setup, db_group_teardown);
}
