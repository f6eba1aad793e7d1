/* messages_writing.c: what errors say of lists that are set, rows that are written by
 * query or may be there, hooks and savepoints. */
#include "messages.h"

/* -- Lists ------------------------------------------------------------------------- */

static void list_with_an_empty_place(struct orm_session *s)
{
    struct tag *items[] = {tag_get(tag_table(s), 1), NULL, NULL};
    const struct tag_list list = {items, 2};
    tag_set(book_tags(one(s)), &list);
}

static void list_that_would_leave_rows_without_an_owner(struct orm_session *s)
{
    const struct book_list none = {(struct book *[]){NULL}, 0};
    book_set(author_books(ann(s)), &none);
}

static void list_of_a_whole_table(struct orm_session *s)
{
    tag_clear(tag_table(s));
}

/* -- Rows by query ----------------------------------------------------------------- */

static void delete_of_all_rows_by_mistake(struct orm_session *s)
{
    tag_delete_all(tag_table(s), NULL);
}

static void change_to_nothing_of_what_is_required(struct orm_session *s)
{
    const struct author_query all = {.limit = 0};
    const struct author_changes changes = {
        .set = {{.orm = {.kind = ORM_CHANGE_TO_NULL, .column = AUTHOR_NAME}}}};
    author_update_all(author_table(s), &all, &changes);
}

static void change_by_a_column_of_another_type(struct orm_session *s)
{
    const struct book_query all = {.limit = 0};
    const struct book_changes changes = {
        .set = {book_column_to(BOOK_TITLE, BOOK_PAGES)}};
    book_update_all(book_table(s), &all, &changes);
}

static void changes_by_query_that_a_check_refuses(struct orm_session *s)
{
    const struct book_query all = {.limit = 0};
    const struct book_changes changes = {.set = {book_pages_to(-1)}};
    book_update_all(book_table(s), &all, &changes);
}

static void delete_by_query_of_what_is_referred_to(struct orm_session *s)
{
    const struct author_query all = {.limit = 0};
    author_delete_all(author_table(s), &all);
}

/* -- Rows that may be there -------------------------------------------------------- */

static struct author *draft(struct orm_session *s, const char *email)
{
    struct author *a = cid(s);
    author_set_email(a, email);
    author_upsert(author_table(s), AUTHOR_BY_EMAIL, a);
    return a;
}

static void two_new_objects_of_one_row(struct orm_session *s)
{
    draft(s, "ann@here");
    draft(s, "ann@here");
    commit(s);
}

static void row_by_a_part_of_the_table(struct orm_session *s)
{
    author_upsert(author_table(s), AUTHOR_BY_NICK, cid(s));
}

static void row_by_a_check(struct orm_session *s)
{
    book_upsert(book_table(s), BOOK_PAGES_CHECK, book_new(author_books(ann(s))));
}

static void row_that_is_there_by_another_unique(struct orm_session *s)
{
    struct author *a = draft(s, "cid@here");
    author_set_nick(a, "nick");
    db_exec(db, "update people set nick = 'nick' where id = 1");
    commit(s);
}

/* -- Hooks and savepoints ---------------------------------------------------------- */

static bool refuse(struct author *a, void *arg)
{
    (void)a;
    (void)arg;
    return false;
}

static void hook_that_refuses(struct orm_session *s)
{
    author_on_event(s, ORM_BEFORE_INSERT, refuse, NULL);
    cid(s);
    commit(s);
}

static bool make_another(struct author *a, void *arg)
{
    (void)a;
    cid(arg);
    return true;
}

static void hook_that_never_ends(struct orm_session *s)
{
    author_on_event(s, ORM_BEFORE_INSERT, make_another, s);
    cid(s);
    commit(s);
}

static bool commit_inside(struct author *a, void *arg)
{
    (void)a;
    commit(arg);
    return true;
}

static void commit_inside_of_a_hook(struct orm_session *s)
{
    author_on_event(s, ORM_BEFORE_INSERT, commit_inside, s);
    cid(s);
    commit(s);
}

static void release_of_no_savepoint(struct orm_session *s)
{
    if (orm_release(s))
        fail_msg("released");
}

static void rollback_to_no_savepoint(struct orm_session *s)
{
    orm_rollback_to(s);
}

/* -- All of them ------------------------------------------------------------------- */

const struct message messages_of_writing[] = {
    SAYS(list_with_an_empty_place),
    SAYS(list_that_would_leave_rows_without_an_owner),
    SAYS(list_of_a_whole_table),
    SAYS(delete_of_all_rows_by_mistake),
    SAYS(change_to_nothing_of_what_is_required),
    SAYS(change_by_a_column_of_another_type),
    SAYS(changes_by_query_that_a_check_refuses),
    SAYS(delete_by_query_of_what_is_referred_to),
    SAYS(two_new_objects_of_one_row),
    SAYS(row_by_a_part_of_the_table),
    SAYS(row_by_a_check),
    SAYS(row_that_is_there_by_another_unique),
    SAYS(hook_that_refuses),
    SAYS(hook_that_never_ends),
    SAYS(commit_inside_of_a_hook),
    SAYS(release_of_no_savepoint),
    SAYS(rollback_to_no_savepoint),
    {0},
};
