/* w6_update.c: W6, one column of rows that are loaded, written in one transaction. */
#include "drafts.h"
#include "hand/array.h"
#include "keys.h"
#include "work.h"

#include <endian.h>

static const struct draft_list *generated;

static void open_update(struct bench *b)
{
    hand_prepare(
        &b->hand, "update", "UPDATE draft SET pages = $1::int4 WHERE id = $2::int8");
    hand_prepare(&b->hand, "update_many",
        "UPDATE draft AS d SET pages = u.pages "
        "FROM unnest($1::int8[], $2::int4[]) AS u(id, pages) WHERE d.id = u.id");
}

/* Every row gets another number than it has. */
static int32_t new_pages(size_t i)
{
    return (int32_t)(1001 + i % 900);
}

/* -- By hand: a prepared statement per row ----------------------------------------- */

static void rows_by_hand(struct bench *b)
{
    hand_command(&b->hand, "BEGIN");
    for (size_t i = 0; i < b->sizes.written; i++) {
        const uint32_t pages = htobe32((uint32_t)new_pages(i));
        const uint64_t id = htobe64(i + 1);
        struct hand_params p = {0};
        hand_param(&p, &pages, sizeof pages);
        hand_param(&p, &id, sizeof id);
        PQclear(hand_run(&b->hand, "update", &p));
    }
    hand_command(&b->hand, "COMMIT");
}

/* -- By hand, by somebody who knows unnest() ----------------------------------------
 */

static void arrays_by_hand(struct bench *b)
{
    static struct hand_array ids, all_pages;
    hand_array_begin(&ids, HAND_INT8, b->sizes.written, false);
    hand_array_begin(&all_pages, HAND_INT4, b->sizes.written, false);
    for (size_t i = 0; i < b->sizes.written; i++) {
        const uint32_t pages = htobe32((uint32_t)new_pages(i));
        const uint64_t id = htobe64(i + 1);
        hand_array_add(&ids, &id, sizeof id);
        hand_array_add(&all_pages, &pages, sizeof pages);
    }
    struct hand_params p = {0};
    hand_param(&p, ids.bytes, ids.size);
    hand_param(&p, all_pages.bytes, all_pages.size);
    hand_command(&b->hand, "BEGIN");
    PQclear(hand_run(&b->hand, "update_many", &p));
    hand_command(&b->hand, "COMMIT");
}

/* -- Generated: a loop over objects that are loaded -------------------------------- */

static void load_generated(struct bench *b)
{
    drafts_fill(b);
    generated = draft_all(draft_table(b->db));
    must(b, orm_end(b->db));
}

static void loop_generated(struct bench *b)
{
    orm_each(struct draft, draft, generated)
        draft_set_pages(draft, new_pages((size_t)draft_id(draft) - 1));
    must(b, orm_commit(b->db));
}

const struct workload update_rows = {
    .name = "W6",
    .title = "update rows",
    .items = written_rows,
    .open = open_update,
    .variants = {{"by hand", BY_HAND, drafts_fill, rows_by_hand, drafts_sum},
        {"generated", GENERATED, load_generated, loop_generated, drafts_sum},
        {"by hand, unnest", BY_HAND, drafts_fill, arrays_by_hand, drafts_sum}},
};
