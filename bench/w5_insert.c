/* w5_insert.c: W5, new rows, written in one transaction. */
#include "drafts.h"
#include "hand/array.h"
#include "hand/rows.h"
#include "hand/write.h"
#include "keys.h"
#include "work.h"

#define COLUMNS "title, author_id, pages, price, published, isbn, in_print, created"

static void open_insert(struct bench *b)
{
    hand_prepare(&b->hand, "insert",
        "INSERT INTO draft(" COLUMNS ") VALUES ($1::text, $2::int8, $3::int4,"
        " $4::numeric, $5::date, $6::varchar, $7::bool, $8::timestamptz) RETURNING id");
    hand_prepare(&b->hand, "insert_many",
        "INSERT INTO draft(" COLUMNS ") SELECT * FROM unnest($1::text[], $2::int8[],"
        " $3::int4[], $4::numeric[], $5::date[], $6::text[], $7::bool[],"
        " $8::timestamptz[]) RETURNING id");
}

/* -- By hand: a prepared statement per row ----------------------------------------- */

static void rows_by_hand(struct bench *b)
{
    int64_t id = 0;
    hand_command(&b->hand, "BEGIN");
    for (size_t i = 0; i < b->sizes.written; i++) {
        struct draft_values v;
        struct hand_row row;
        draft_values(b->sizes.authors, i, &v);
        hand_write_row(&row, &v);
        PGresult *r = hand_run(&b->hand, "insert", &row.params);
        id = hand_load64(PQgetvalue(r, 0, 0));
        PQclear(r);
    }
    hand_command(&b->hand, "COMMIT");
    KEEP(id);
}

/* -- By hand, by somebody who knows unnest() ----------------------------------------
 */

static void arrays_by_hand(struct bench *b)
{
    static struct hand_array arrays[HAND_DRAFT_COLUMNS];
    struct hand_params p = {0};
    for (int c = 0; c < HAND_DRAFT_COLUMNS; c++)
        hand_array_begin(
            &arrays[c], hand_draft_types[c], b->sizes.written, c == HAND_DRAFT_ISBN);
    for (size_t i = 0; i < b->sizes.written; i++) {
        struct draft_values v;
        struct hand_row row;
        draft_values(b->sizes.authors, i, &v);
        hand_write_row(&row, &v);
        for (int c = 0; c < HAND_DRAFT_COLUMNS; c++)
            hand_array_add(
                &arrays[c], row.params.values[c], (size_t)row.params.lengths[c]);
    }
    for (int c = 0; c < HAND_DRAFT_COLUMNS; c++)
        hand_param(&p, arrays[c].bytes, arrays[c].size);
    hand_command(&b->hand, "BEGIN");
    PQclear(hand_run(&b->hand, "insert_many", &p));
    hand_command(&b->hand, "COMMIT");
}

/* -- Generated: a loop ------------------------------------------------------------- */

static void loop_generated(struct bench *b)
{
    for (size_t i = 0; i < b->sizes.written; i++) {
        struct draft_values v;
        draft_values(b->sizes.authors, i, &v);
        struct draft *draft = draft_new(draft_table(b->db));
        draft_set_title(draft, v.title);
        draft_set_author_id(draft, v.author_id);
        draft_set_pages(draft, v.pages);
        draft_set_price(draft, v.price);
        draft_set_published(draft, v.published);
        draft_set_in_print(draft, v.in_print);
        draft_set_created(draft, v.created);
        if (v.isbn)
            draft_set_isbn(draft, v.isbn);
    }
    must(b, orm_commit(b->db));
}

const struct workload insert_rows = {
    .name = "W5",
    .title = "insert rows",
    .items = written_rows,
    .open = open_insert,
    .variants = {{"by hand", BY_HAND, drafts_empty, rows_by_hand, drafts_sum},
        {"generated", GENERATED, drafts_empty, loop_generated, drafts_sum},
        {"by hand, unnest", BY_HAND, drafts_empty, arrays_by_hand, drafts_sum}},
};
