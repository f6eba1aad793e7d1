/* accessors.c: what generated functions do, held against a runtime that only notes down
 * how it was called.  The code is the golden files'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* All golden headers come from an in.yaml, and so share a guard. */
#include "../golden/blog/in.orm.h"
#undef IN_ORM_H
#undef IN_ORM_HASH
#include "../golden/cycle/in.orm.h"
#undef IN_ORM_H
#undef IN_ORM_HASH
#include "../golden/types/in.orm.h"
#include "wide.orm.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* -- The runtime ------------------------------------------------------------------- */

static struct {
    const char *function;
    const void *object;
    unsigned number; /* column or slot */
    int64_t integer;
    double real;
    const char *text;
    const void *other;
    const char *aborted;
} call;

static struct orm_object *to_load;
static jmp_buf aborted;

static void note(const char *function, const void *object, unsigned number)
{
    memset(&call, 0, sizeof call);
    call.function = function;
    call.object = object;
    call.number = number;
}

struct orm_object *orm_load_ref(struct orm_object *o, unsigned slot)
{
    note("load_ref", o, slot);
    return o ? to_load : NULL;
}

enum orm_ref orm_ref_state(const struct orm_object *o, unsigned slot)
{
    note("ref_state", o, slot);
    return ORM_REF_MISSING;
}

struct orm_manager *orm_table(struct orm_session *s, const struct orm_model *model)
{
    note("table", s, 0);
    call.other = model;
    return NULL;
}

struct orm_object *orm_get(struct orm_manager *m, const union orm_value *key)
{
    note("get", m, 0);
    call.integer = key[0].integer;
    call.text = key[0].text;
    return NULL;
}

void orm_add(struct orm_manager *m, struct orm_object *o)
{
    note("add", m, 0);
    call.other = o;
}

void orm_set_integer(struct orm_object *o, unsigned column, int64_t value)
{
    note("set_integer", o, column);
    call.integer = value;
}

void orm_set_real(struct orm_object *o, unsigned column, double value)
{
    note("set_real", o, column);
    call.real = value;
}

void orm_set_text(struct orm_object *o, unsigned column, const char *value)
{
    note("set_text", o, column);
    call.text = value;
}

void orm_set_null(struct orm_object *o, unsigned column)
{
    note("set_null", o, column);
}

void orm_set_ref(struct orm_object *o, unsigned slot, struct orm_object *to)
{
    note("set_ref", o, slot);
    call.other = to;
}

void orm_abort_null(const char *accessor)
{
    call.aborted = accessor;
    longjmp(aborted, 1);
}

#define assert_call(f, o, n)                                                           \
    do {                                                                               \
        assert_string_equal(call.function, f);                                         \
        assert_ptr_equal(call.object, o);                                              \
        assert_int_equal(call.number, n);                                              \
    } while (0)

/* -- Reading ----------------------------------------------------------------------- */

static void null_objects_read_as_nothing(void **state)
{
    (void)state;
    assert_int_equal(book_id(NULL), 0);
    assert_string_equal(book_title(NULL), "");
    assert_false(book_has_pages(NULL));
    assert_false(sample_flag(NULL));
    assert_true(sample_ratio(NULL) == 0);
    assert_int_equal(sample_kind(NULL), SAMPLE_KIND_DEPENDS);
    assert_null(book_tags(NULL));
    assert_null(book_author(NULL));
}

static void getters_return_members(void **state)
{
    struct sample s = {.flag_ = true,
        .small_ = -1,
        .large_ = INT64_MIN,
        .ratio_ = 0.5f,
        .exact_ = 0.1,
        .words_ = "w",
        .day_ = -2,
        .moment_ = 3,
        .kind_ = SAMPLE_KIND_BREAKS};
    (void)state;
    assert_true(sample_flag(&s));
    assert_int_equal(sample_small(&s), -1);
    assert_true(sample_large(&s) == INT64_MIN);
    assert_true(sample_ratio(&s) == 0.5f);
    assert_true(sample_exact(&s) == 0.1);
    assert_string_equal(sample_words(&s), "w");
    assert_int_equal(sample_day(&s), -2);
    assert_int_equal(sample_moment(&s), 3);
    assert_int_equal(sample_kind(&s), SAMPLE_KIND_BREAKS);
}

static void has_reads_the_null_bit(void **state)
{
    struct book b = {0};
    (void)state;
    assert_true(book_has_pages(&b));
    b.null_bits[BOOK_PAGES / 8] = 1u << BOOK_PAGES % 8;
    assert_false(book_has_pages(&b));
    assert_true(book_has_editor(&b));
    memset(b.null_bits, 0, sizeof b.null_bits);
    b.null_bits[BOOK_EDITOR_ID / 8] = 1u << BOOK_EDITOR_ID % 8;
    assert_false(book_has_editor(&b));
    assert_true(book_has_pages(&b));
}

static void columns_beyond_8_have_bits_of_their_own(void **state)
{
    struct wide w = {0};
    (void)state;
    assert_int_equal(WIDE_C70, 70);
    w.null_bits[70 / 8] = 1u << 70 % 8;
    assert_false(wide_has_c70(&w));
    assert_true(wide_has_c69(&w));
    assert_true(wide_has_c6(&w));
    w.null_bits[70 / 8] = 0;
    w.null_bits[0] = 1u << 7;
    assert_false(wide_has_c7(&w));
    assert_true(wide_has_c8(&w));
}

static void labels_have_names(void **state)
{
    (void)state;
    assert_string_equal(sample_kind_name(SAMPLE_KIND_PRE_DEPENDS), "pre_depends");
    assert_string_equal(sample_kind_name((enum sample_kind)3), "");
    assert_string_equal(sample_kind_name((enum sample_kind) - 1), "");
}

/* -- Relations --------------------------------------------------------------------- */

static void a_filled_slot_is_returned_without_a_call(void **state)
{
    struct author a = {0};
    struct book b = {.author_ = &a.orm};
    (void)state;
    note("none", NULL, 0);
    assert_ptr_equal(book_author(&b), &a);
    assert_string_equal(call.function, "none");
}

static void an_empty_slot_is_loaded(void **state)
{
    struct author a = {0};
    struct book b = {0};
    (void)state;
    to_load = &a.orm;
    assert_ptr_equal(book_editor(&b), &a);
    assert_call("load_ref", &b, BOOK_REF_EDITOR);
    assert_int_equal(book_author_state(&b), ORM_REF_MISSING);
    assert_call("ref_state", &b, BOOK_REF_AUTHOR);
}

static void a_reverse_one_to_one_is_a_slot(void **state)
{
    struct org_person p = {0};
    (void)state;
    to_load = NULL;
    assert_null(org_person_badge(&p));
    assert_call("load_ref", &p, ORG_PERSON_REF_BADGE);
}

static void a_manager_slot_is_the_address_of_its_member(void **state)
{
    struct book b = {0};
    (void)state;
    assert_ptr_equal(book_tags(&b), &b.tags_);
    assert_ptr_equal(book_tags(&b), book_tags(&b));
}

/* -- Changes ----------------------------------------------------------------------- */

static void setters_pass_on_their_column_and_value(void **state)
{
    struct sample s = {0};
    struct maybe m = {0};
    (void)state;
    sample_set_flag(&s, true);
    assert_call("set_integer", &s, SAMPLE_FLAG);
    assert_int_equal(call.integer, 1);
    sample_set_large(&s, INT64_MIN);
    assert_call("set_integer", &s, SAMPLE_LARGE);
    assert_true(call.integer == INT64_MIN);
    sample_set_ratio(&s, 0.5f);
    assert_call("set_real", &s, SAMPLE_RATIO);
    assert_true(call.real == 0.5);
    sample_set_words(&s, "w");
    assert_call("set_text", &s, SAMPLE_WORDS);
    assert_string_equal(call.text, "w");
    sample_set_kind(&s, SAMPLE_KIND_BREAKS);
    assert_call("set_integer", &s, SAMPLE_KIND);
    assert_int_equal(call.integer, 2);
    maybe_clear_day(&m);
    assert_call("set_null", &m, MAYBE_DAY);
}

static void references_are_set_and_cleared_by_slot(void **state)
{
    struct book b = {0};
    struct author a = {0};
    (void)state;
    book_set_author(&b, &a);
    assert_call("set_ref", &b, BOOK_REF_AUTHOR);
    assert_ptr_equal(call.other, &a);
    book_clear_editor(&b);
    assert_call("set_ref", &b, BOOK_REF_EDITOR);
    assert_null(call.other);
    book_set_author_id(&b, 7);
    assert_call("set_integer", &b, BOOK_AUTHOR_ID);
    assert_int_equal(call.integer, 7);
}

static void setters_on_null_name_themselves(void **state)
{
    (void)state;
    if (setjmp(aborted) == 0)
        book_set_title(NULL, "x");
    assert_string_equal(call.aborted, "book_set_title");
    if (setjmp(aborted) == 0)
        book_clear_editor(NULL);
    assert_string_equal(call.aborted, "book_clear_editor");
}

/* -- Managers and queries ---------------------------------------------------------- */

static void managers_pass_on_keys_and_objects(void **state)
{
    struct book_manager m = {0};
    struct preset_manager p = {0};
    struct book b = {0};
    (void)state;
    book_table((struct orm_session *)&m);
    assert_call("table", &m, 0);
    assert_ptr_equal(call.other, &book_model);
    book_get(&m, 12);
    assert_call("get", &m, 0);
    assert_int_equal(call.integer, 12);
    preset_get(&p, "code");
    assert_string_equal(call.text, "code");
    book_add(&m, &b);
    assert_call("add", &m, 0);
    assert_ptr_equal(call.other, &b);
}

static void conditions_are_values(void **state)
{
    struct author a = {0};
    struct book_cond c = book_pages_ge(400);
    (void)state;
    assert_int_equal(c.orm.op, ORM_GE);
    assert_int_equal(c.orm.column, BOOK_PAGES);
    assert_int_equal(c.orm.value.integer, 400);
    c = book_title_like("%C%");
    assert_int_equal(c.orm.op, ORM_LIKE);
    assert_string_equal(c.orm.value.text, "%C%");
    c = book_author_is(&a);
    assert_int_equal(c.orm.op, ORM_IS);
    assert_int_equal(c.orm.column, BOOK_REF_AUTHOR);
    assert_ptr_equal(c.orm.value.object, &a);
    c = book_editor_is_null();
    assert_int_equal(c.orm.op, ORM_IS_NULL);
    assert_int_equal(c.orm.column, BOOK_EDITOR_ID);
    assert_int_equal(book_any_of().orm.op, ORM_ANY_OF);
    assert_int_equal(book_end().orm.op, ORM_END);
    assert_true(sample_ratio_lt(0.5f).orm.value.real == 0.5);
}

static void orders_say_column_and_direction(void **state)
{
    (void)state;
    assert_int_equal(book_title_asc().orm.column, BOOK_TITLE + 1);
    assert_false(book_title_asc().orm.descending);
    assert_true(book_id_desc().orm.descending);
}

static void queries_have_the_layout_of_the_runtime(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct book_query), sizeof(struct orm_query));
    assert_int_equal(
        offsetof(struct book_query, order), offsetof(struct orm_query, order));
    assert_int_equal(
        offsetof(struct book_query, limit), offsetof(struct orm_query, limit));
    assert_int_equal(
        offsetof(struct book_query, offset), offsetof(struct orm_query, offset));
    assert_int_equal(
        offsetof(struct book_query, overfull), offsetof(struct orm_query, overfull));
}

/* -- Tables ------------------------------------------------------------------------ */

static void relations_know_their_other_side(void **state)
{
    const struct orm_model *books = &book_model;
    const struct orm_to_one *author = &books->to_ones[BOOK_REF_AUTHOR];
    const struct orm_to_many *tags = &books->to_manys[0];
    (void)state;
    assert_ptr_equal(author->target, &author_model);
    assert_int_equal(author->columns[0], BOOK_AUTHOR_ID);
    assert_int_equal(author->target_columns[0], AUTHOR_ID);
    assert_string_equal(author_model.to_manys[author->inverse].name, "books");
    assert_int_equal(author_model.to_manys[author->inverse].ref, BOOK_REF_AUTHOR);
    assert_ptr_equal(tags->target, &tag_model);
    assert_string_equal(tag_model.to_manys[tags->inverse].name, "books");
    assert_string_equal(
        tag_model.to_manys[tags->inverse].owner_end.columns[0], "tag_id");

    const struct orm_to_one *badge = &org_person_model.to_ones[ORG_PERSON_REF_BADGE];
    assert_true(badge->reverse);
    assert_ptr_equal(badge->target, &org_badge_model);
    assert_int_equal(badge->columns[0], ORG_PERSON_ID);
    assert_int_equal(badge->target_columns[0], ORG_BADGE_OWNER_ID);
    assert_int_equal(badge->inverse, ORG_BADGE_REF_OWNER);
    assert_int_equal(
        org_badge_model.to_ones[ORG_BADGE_REF_OWNER].inverse, ORG_PERSON_REF_BADGE);
}

static void models_come_in_order_of_dependency(void **state)
{
    (void)state;
    assert_int_equal(blog_schema.model_count, 3);
    const struct orm_model *const order[] = {&author_model, &book_model, &tag_model};
    for (uint16_t i = 0; i < blog_schema.model_count; i++)
        assert_ptr_equal(blog_schema.models[i], order[i]);
    assert_int_equal(blog_schema.abi, ORM_MODEL_ABI);
    assert_int_equal(blog_schema.object_size, sizeof(struct orm_object));
}

static void fill_makes_a_list(void **state)
{
    struct book a = {0}, b = {0};
    struct orm_object *from[] = {&a.orm, &b.orm};
    struct book *items[3] = {&a, &a, &a};
    struct book_list list = {0};
    (void)state;
    book_model.fill(&list, items, from, 2);
    assert_int_equal(list.len, 2);
    assert_ptr_equal(list.items[0], &a);
    assert_ptr_equal(list.items[1], &b);
    assert_null(list.items[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_objects_read_as_nothing),
        cmocka_unit_test(getters_return_members),
        cmocka_unit_test(has_reads_the_null_bit),
        cmocka_unit_test(columns_beyond_8_have_bits_of_their_own),
        cmocka_unit_test(labels_have_names),
        cmocka_unit_test(a_filled_slot_is_returned_without_a_call),
        cmocka_unit_test(an_empty_slot_is_loaded),
        cmocka_unit_test(a_reverse_one_to_one_is_a_slot),
        cmocka_unit_test(a_manager_slot_is_the_address_of_its_member),
        cmocka_unit_test(setters_pass_on_their_column_and_value),
        cmocka_unit_test(references_are_set_and_cleared_by_slot),
        cmocka_unit_test(setters_on_null_name_themselves),
        cmocka_unit_test(managers_pass_on_keys_and_objects),
        cmocka_unit_test(conditions_are_values),
        cmocka_unit_test(orders_say_column_and_direction),
        cmocka_unit_test(queries_have_the_layout_of_the_runtime),
        cmocka_unit_test(relations_know_their_other_side),
        cmocka_unit_test(models_come_in_order_of_dependency),
        cmocka_unit_test(fill_makes_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
