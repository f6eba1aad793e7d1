#!/bin/sh
# typed.sh ORMGEN INCLUDE: a condition, an order, a plan or a pick of another model does not
# compile, nor does a value of another type; in C and in C++.
. "$(dirname "$0")/lib.sh"
include=$2
cp "$here/../golden/blog/in.yaml" blog.yaml
"$ormgen" generate blog.yaml
strict="-Wall -Wextra -Wpedantic -Wconversion -Werror -fsyntax-only -I$include"

# compiles STATEMENT: in both languages.
compiles() {
    {
        echo '#include "blog.orm.h"'
        echo 'void use(struct orm_session *, struct book *, struct author *, struct tag *);'
        echo 'void use(struct orm_session *s, struct book *b, struct author *a, struct tag *t)'
        echo '{'
        echo '    static struct book_query q; static struct author_query aq; static struct tag_query tq;'
        echo '    int64_t n = 0; const char *text = ""; int32_t pages = 0;'
        echo '    (void)s; (void)b; (void)a; (void)t; (void)q; (void)aq; (void)tq; (void)n;'
        echo '    (void)text; (void)pages;'
        echo "    $1"
        echo '}'
    } >one.c
    cp one.c one.cc
    # shellcheck disable=SC2086
    gcc -std=c11 $strict one.c 2>c.err && in_c=yes || in_c=no
    # shellcheck disable=SC2086
    g++ -std=c++17 $strict one.cc 2>cc.err && in_cc=yes || in_cc=no
}

right() {
    compiles "$1"
    [ "$in_c$in_cc" = yesyes ] || fail "does not compile: $1: $(cat c.err cc.err)"
}

wrong() {
    compiles "$1"
    [ "$in_c$in_cc" = nono ] || fail "compiles (C: $in_c, C++: $in_cc): $1"
}

it "takes a model's own conditions, orders, plans and picks"
right 'book_where(&q, book_title_eq("x"));'
right 'book_where(&q, book_not(book_ignoring_case(book_title_contains("x"))));'
right 'book_where(&q, book_compare(BOOK_ID, ORM_LT, BOOK_PAGES));'
right 'const int32_t some[] = {1, 2}; book_where(&q, book_pages_in(some, 2));'
right 'const char *const some[] = {"a"}; book_where(&q, book_title_in(some, 1));'
right 'book_where(&q, book_author_is(a)); book_where(&q, book_author_matches(&aq));'
right 'book_where(&q, book_author_in(author_all(author_table(s))));'
right 'book_where(&q, book_tags_some(&tq)); book_where(&q, book_tags_some(NULL));'
right 'book_sort(&q, book_nulls_last(book_by_author(author_name_asc())));'
right 'book_with(&q, book_with_author(&aq)); book_with(&q, book_join_editor(NULL));'
right 'book_with(&q, book_with_tags_as("few", &tq));'
right 'author_with(&aq, author_with_books(&q));'
right 'book_after(&q, b);'
right 'const struct book_pick picks[] = {book_title_into(&text), book_pages_max_into(&pages),
    book_tags_count_into(&n), book_of_author(author_name_into(&text)), book_picks_end()};
    book_select(book_table(s), &q, picks);'
right 'const struct book_pick picks[] = {book_having(book_rows_into(&n), ORM_GT, 1), book_picks_end()};
    book_select(book_table(s), NULL, picks);'

right 'const int64_t keys[] = {1, 2}; book_get_many(book_table(s), keys, 2);'
right 'struct book_chunks *c = book_stream(book_table(s), &q, 9); book_chunk(c); book_stream_end(c);'
right 'book_group(book_all(book_table(s))); book_keep(b); book_expire(b); book_clone(b);'

right 'static struct book_changes c; book_change_also(&c, book_pages_plus(1));
    book_change_also(&c, book_title_to("x")); book_change_also(&c, book_author_to(a));
    book_change_also(&c, book_editor_to_null()); book_change_also(&c, book_pages_times(1.5));
    book_change_also(&c, book_column_to(BOOK_TITLE, BOOK_TITLE));
    book_update_all(book_table(s), &q, &c); book_delete_all(author_books(a), NULL);'

it "refuses those of another"
wrong 'book_where(&q, author_name_eq("x"));'
wrong 'book_where(&aq, book_title_eq("x"));'
wrong 'book_where(&q, author_any_of());'
wrong 'book_where(&q, book_not(author_name_eq("x")));'
wrong 'q.where[0] = author_name_eq("x");'
wrong 'book_sort(&q, author_name_asc());'
wrong 'book_sort(&q, book_by_author(book_title_asc()));'
wrong 'q.order[0] = tag_name_desc();'
wrong 'book_with(&q, author_with_books(NULL));'
wrong 'q.with[0] = author_with_books(NULL);'
wrong 'const struct book_pick picks[] = {author_name_into(&text)}; (void)picks;'
wrong 'const struct book_pick p = book_of_author(book_title_into(&text)); (void)p;'
wrong 'const struct author_pick picks[] = {author_picks_end()}; book_select(book_table(s), &q, picks);'

it "refuses a query, an object or a list of another"
wrong 'book_find(book_table(s), &aq);'
wrong 'book_where(&q, book_author_matches(&tq));'
wrong 'book_where(&q, book_tags_some(&aq));'
wrong 'book_with(&q, book_with_author(&tq));'
wrong 'book_with(&q, book_with_tags_as("few", &aq));'
wrong 'book_where(&q, book_author_is(t));'
wrong 'book_where(&q, book_author_in(tag_all(tag_table(s))));'
wrong 'book_after(&q, a);'
wrong 'book_explain(author_table(s), &q);'
wrong 'book_stream(book_table(s), &aq, 9);'
wrong 'book_chunk(author_stream(author_table(s), &aq, 9));'
wrong 'book_group(author_all(author_table(s)));'
wrong 'book_keep(a);'
wrong 'book_set_author(b, book_clone(b));'
wrong 'const int32_t keys[] = {1, 2}; book_get_many(book_table(s), keys, 2);'

it "refuses a change of another model, and of what does not change"
wrong 'static struct book_changes c; book_change_also(&c, author_name_to("x"));'
wrong 'book_update_all(book_table(s), &aq, NULL);'
wrong 'struct author_changes *c = NULL; book_update_all(book_table(s), &q, c);'
wrong 'book_delete_all(author_table(s), &q);'
wrong 'const struct book_change c = book_author_to(t); (void)c;'
wrong 'const struct book_change c = book_title_to(5); (void)c;'
wrong 'const struct book_change c = book_title_to_null(); (void)c;'
wrong 'const struct book_change c = book_title_plus("x"); (void)c;'
wrong 'const struct book_change c = book_id_to(5); (void)c;'
wrong 'const struct book_change c = book_author_to_null(); (void)c;'

it "refuses a value of another type, and a variable that cannot take it"
wrong 'book_where(&q, book_title_eq(5));'
wrong 'book_where(&q, book_pages_eq("5"));'
wrong 'book_where(&q, book_pages_eq(n));'
wrong 'const int64_t some[] = {1}; book_where(&q, book_pages_in(some, 1));'
wrong 'const struct book_pick p = book_title_into(&n); (void)p;'
wrong 'const struct book_pick p = book_pages_into(&n); (void)p;'
wrong 'const struct book_pick p = book_pages_sum_into(&pages); (void)p;'

it "has no condition that the type does not have, and none for what is no column"
wrong 'book_where(&q, book_pages_like("x"));'
wrong 'book_where(&q, book_title_is_null());'
wrong 'book_where(&q, book_author_some(&aq));'
wrong 'book_with(&q, book_with_title(NULL));'
wrong 'book_with(&q, book_join_tags(NULL));'
wrong 'const struct book_pick p = book_title_sum_into(&n); (void)p;'
