/* query_random_test.c: random queries, beside what they mean in C.
 *
 * Conditions of all kinds, brackets, related rows, orders, limits and pages; now and
 * then something is changed before the question.  A failure names its seed;
 * ORMGEN_SEED=n runs that one alone, ORMGEN_TORTURE=full fifty times as many. */
#include "evaluate.h"
#include "shop_test.h"

#include "types/types.h"

#include <ctype.h>
#include <math.h>

#define SEEDS     15
#define QUESTIONS 25
#define ITEMS     48

static struct orm_session *s;
static unsigned seed, question;
static uint64_t state_of_chance;
static char asked[4096];

static unsigned chance(unsigned below)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state_of_chance >> 33) % below;
}

PGTEST_PRINTF(1, 2)
static void note(const char *format, ...)
{
    const size_t at = strlen(asked);
    va_list values;
    va_start(values, format);
    vsnprintf(asked + at, sizeof asked - at, format, values);
    va_end(values);
}

#define check(condition)                                                               \
    do {                                                                               \
        if (!(condition))                                                              \
            fail_msg("seed %u, question %u: %s\n%s\n%s", seed, question, #condition,   \
                orm_message(s), asked);                                                \
    } while (0)

/* -- Memory for one question ------------------------------------------------------- */

static void *blocks[4096];
static size_t block_count;

static void *get(size_t size)
{
    assert_true(block_count < COUNT(blocks));
    void *block = calloc(1, size ? size : 1);
    assert_non_null(block);
    blocks[block_count++] = block;
    return block;
}

static void forget(void)
{
    while (block_count)
        free(blocks[--block_count]);
}

/* -- What there is ----------------------------------------------------------------- */

struct list {
    struct orm_object **items;
    size_t len;
};

static const struct orm_model *const models[] = {
    &item_model, &maker_model, &tag_model, &buyer_model, &sale_model, &country_model};

static const struct list *all_of(const struct orm_model *m)
{
    return orm_all(orm_table(s, m));
}

/* Columns that nobody can ask much of are left out. */
static bool is_asked(const struct orm_column *col)
{
    switch (col->type) {
    case ORM_BOOL:
    case ORM_INT2:
    case ORM_INT4:
    case ORM_INT8:
    case ORM_FLOAT8:
    case ORM_DECIMAL:
    case ORM_DATE:
    case ORM_ENUM:
    case ORM_TEXT:
    case ORM_VARCHAR:
    case ORM_CHAR:
    case ORM_INT4_RANGE:
        return true;
    case ORM_ARRAY:
        return col->element == ORM_TEXT;
    default:
        return false;
    }
}

static unsigned some_column(const struct orm_model *m)
{
    for (;;) {
        const unsigned i = chance(m->column_count - m->lazy_count);
        if (is_asked(&m->columns[i]))
            return i;
    }
}

/* -- Values ------------------------------------------------------------------------ */

static bool is_text(const struct orm_column *col)
{
    return col->type == ORM_TEXT || col->type == ORM_VARCHAR || col->type == ORM_CHAR;
}

static struct orm_int4_range *some_range(void)
{
    struct orm_int4_range *r = get(sizeof *r);
    r->lower = (int32_t)chance(ITEMS);
    r->upper = r->lower + (int32_t)chance(9);
    r->bounds = ORM_LOWER_IN;
    return r;
}

static struct orm_text_array *some_labels(void)
{
    struct orm_text_array *a = get(sizeof *a);
    const char **labels = get(4 * sizeof *labels);
    a->len = chance(4);
    a->items = labels;
    for (size_t i = 0; i < a->len; i++) {
        char *label = get(4);
        snprintf(label, 4, "%c%u", chance(2) ? 'l' : 'm', chance(4));
        labels[i] = label;
    }
    return a;
}

/* One that a row has, most of the time. */
static union orm_value some_value(
    const struct orm_model *m, const struct orm_column *col)
{
    if (col->type == ORM_ARRAY)
        return (union orm_value){.data = some_labels()};
    if (col->type == ORM_INT4_RANGE)
        return (union orm_value){.data = some_range()};
    const struct list *rows = all_of(m);
    check(rows->len);
    struct orm_object *o = rows->items[chance((unsigned)rows->len)];
    union orm_value v = type_get(col, o);
    const bool counts = col->type != ORM_BOOL && col->type != ORM_ENUM &&
                        col->type != ORM_FLOAT8 && !is_text(col);
    v.integer += counts && chance(3) == 0;
    return v;
}

/* A piece of a text, in other capitals at times. */
static const char *some_piece(const char *of)
{
    const size_t length = strlen(of);
    char *text = get(length + 1);
    const size_t from = chance((unsigned)length + 1);
    memcpy(text, of + from, chance((unsigned)(length - from) + 1));
    if (chance(3) == 0)
        for (char *c = text; *c; c++)
            *c = (char)(chance(2) ? toupper((unsigned char)*c)
                                  : tolower((unsigned char)*c));
    return text;
}

static const char *some_pattern(const char *of)
{
    char *text = get(4 * strlen(of) + 4), *to = text;
    for (; *of; of++) {
        const unsigned what = chance(6);
        if (what == 0) {
            *to++ = '_';
        } else if (what == 1) {
            *to++ = '%';
        } else {
            if (*of == '\\' || ((*of == '%' || *of == '_') && chance(2)))
                *to++ = '\\';
            *to++ = *of;
        }
    }
    *to = '\0';
    return text;
}

/* Values as an array of them in C. */
static void some_values(
    const struct orm_model *m, const struct orm_column *col, struct orm_cond *cond)
{
    const size_t count = chance(5), size = type_size(col);
    char *values = get(count * size);
    for (size_t i = 0; i < count; i++)
        type_store(col, values + i * size, some_value(m, col));
    cond->value.data = values;
    cond->upper.count = count;
}

/* -- Conditions -------------------------------------------------------------------- */

static const enum orm_op compared[] = {
    ORM_EQ, ORM_NE, ORM_LT, ORM_LE, ORM_GT, ORM_GE, ORM_BETWEEN, ORM_IN};
static const enum orm_op written[] = {
    ORM_LIKE, ORM_ILIKE, ORM_STARTS_WITH, ORM_ENDS_WITH, ORM_HAS_TEXT};
static const enum orm_op of_arrays[] = {
    ORM_CONTAINS, ORM_CONTAINED_BY, ORM_OVERLAPS, ORM_HAS};
static const enum orm_op of_ranges[] = {ORM_CONTAINS, ORM_CONTAINED_BY, ORM_OVERLAPS,
    ORM_HAS_VALUE, ORM_LEFT_OF, ORM_RIGHT_OF, ORM_ADJACENT};

#define ANY(of) (of)[chance(COUNT(of))]

static enum orm_op some_op(const struct orm_column *col)
{
    if (chance(8) == 0)
        return chance(2) ? ORM_IS_NULL : ORM_NOT_NULL;
    if (col->type == ORM_ARRAY)
        return ANY(of_arrays);
    if (col->type == ORM_INT4_RANGE)
        return ANY(of_ranges);
    return is_text(col) && chance(2) ? ANY(written) : ANY(compared);
}

static void give_value(
    const struct orm_model *m, const struct orm_column *col, struct orm_cond *cond)
{
    const union orm_value v = some_value(m, col);
    switch (cond->op) {
    case ORM_IN:
        some_values(m, col, cond);
        return;
    case ORM_LIKE:
    case ORM_ILIKE:
        cond->value.text = some_pattern(v.text);
        return;
    case ORM_STARTS_WITH:
    case ORM_ENDS_WITH:
    case ORM_HAS_TEXT:
        cond->value.text = some_piece(v.text);
        return;
    case ORM_HAS:
        cond->value.text = some_labels()->len ? "l1" : "m2";
        return;
    case ORM_HAS_VALUE:
        cond->value.integer = chance(ITEMS);
        return;
    default:
        cond->value = v;
        cond->upper = some_value(m, col);
    }
}

static struct orm_cond on_column(const struct orm_model *m)
{
    const unsigned column = some_column(m);
    const struct orm_column *col = &m->columns[column];
    struct orm_cond cond = orm_cond_plain(some_op(col), column);
    if (cond.op != ORM_IS_NULL && cond.op != ORM_NOT_NULL)
        give_value(m, col, &cond);
    if (is_text(col) && cond.op != ORM_IS_NULL && cond.op != ORM_NOT_NULL &&
        chance(3) == 0)
        cond.flags |= ORM_COND_FOLD;
    note("%s.%s op %u", m->name, col->field, cond.op);
    return cond;
}

static struct orm_cond on_two_columns(void)
{
    static const uint16_t pairs[][2] = {{ITEM_LOW, ITEM_HIGH},
        {ITEM_PRICE, ITEM_WEIGHT}, {ITEM_NAME, ITEM_ALIAS}, {ITEM_ID, ITEM_SPARE_ID},
        {ITEM_LETTERS, ITEM_ALIAS}, {ITEM_HIGH, ITEM_PRICE}};
    const uint16_t *pair = ANY(pairs);
    struct orm_cond cond = orm_cond_plain(compared[chance(6)], pair[0]);
    cond.other = pair[1];
    cond.flags = ORM_COND_COLUMN;
    if (is_text(&item_model.columns[pair[0]]) && chance(2))
        cond.flags |= ORM_COND_FOLD;
    note("%u op %u column %u", pair[0], cond.op, pair[1]);
    return cond;
}

static void fill(struct orm_query *q, const struct orm_model *m, unsigned depth);

static const struct orm_query *some_query(const struct orm_model *m, unsigned depth)
{
    if (depth == 0 || chance(6) == 0)
        return NULL;
    struct orm_query *q = get(sizeof *q);
    note("(");
    fill(q, m, depth - 1);
    note(")");
    return q;
}

static const struct list *some_objects(const struct orm_model *m)
{
    const struct list *rows = all_of(m);
    struct list *some = get(sizeof *some);
    some->items = get((rows->len + 1) * sizeof *some->items);
    for (size_t i = 0; i < rows->len; i++)
        if (chance(3) == 0)
            some->items[some->len++] = rows->items[i];
    return some;
}

static struct orm_cond on_to_one(const struct orm_model *m, unsigned depth)
{
    const unsigned slot = chance(m->to_one_count);
    const struct orm_model *target = m->to_ones[slot].target;
    const struct list *rows = all_of(target);
    note("%s.%s ", m->name, m->to_ones[slot].name);
    switch (rows->len ? chance(3) : 1) {
    case 0:
        note("is");
        return orm_cond_object(ORM_IS, slot, rows->items[chance((unsigned)rows->len)]);
    case 1:
        note("in");
        return orm_cond_data(ORM_IS_ONE_OF, slot, some_objects(target));
    default:
        return orm_cond_data(ORM_MATCHES, slot, some_query(target, depth));
    }
}

static bool is_known(const struct orm_model *m)
{
    for (size_t i = 0; i < COUNT(models); i++)
        if (models[i] == m)
            return true;
    return false;
}

static struct orm_cond leaf(const struct orm_model *m, unsigned depth)
{
    const unsigned what = chance(6);
    if (what == 0 && m == &item_model)
        return on_two_columns();
    if (what == 1 && m->to_one_count)
        return on_to_one(m, depth);
    for (unsigned tries = 0; what == 2 && m->to_many_count && tries < 4; tries++) {
        const unsigned slot = chance(m->to_many_count);
        if (!is_known(m->to_manys[slot].target))
            continue;
        note("%s.%s some ", m->name, m->to_manys[slot].name);
        return orm_cond_data(
            ORM_SOME, slot, some_query(m->to_manys[slot].target, depth));
    }
    return on_column(m);
}

static bool add(struct orm_query *q, struct orm_cond cond)
{
    if (chance(4) == 0 && cond.op != ORM_END) {
        cond.flags |= ORM_COND_NOT;
        note(" not");
    }
    note("; ");
    orm_where(q, cond);
    return !q->overfull;
}

static void fill_elements(
    struct orm_query *q, const struct orm_model *m, unsigned depth, unsigned brackets)
{
    static const enum orm_op kinds[] = {ORM_ANY_OF, ORM_ALL_OF, ORM_NONE_OF};
    for (unsigned n = chance(3) + (brackets == 2); n; n--) {
        if (brackets == 0 || chance(3)) {
            add(q, leaf(m, depth));
            continue;
        }
        const enum orm_op op = ANY(kinds);
        note("{%u ", op);
        add(q, orm_cond_plain(op, 0));
        fill_elements(q, m, depth, brackets - 1);
        note("} ");
        orm_where(q, orm_cond_plain(ORM_END, 0));
    }
}

static void fill(struct orm_query *q, const struct orm_model *m, unsigned depth)
{
    fill_elements(q, m, depth, 2);
}

/* -- Orders and pages -------------------------------------------------------------- */

static struct orm_order some_order(void)
{
    static const uint16_t ways[][ORM_ORDER_VIA] = {{0}, {0}, {ITEM_REF_MAKER + 1},
        {ITEM_REF_SPARE + 1}, {ITEM_REF_MAKER + 1, MAKER_REF_COUNTRY + 1},
        {ITEM_REF_SPARE + 1, ITEM_REF_MAKER + 1, MAKER_REF_COUNTRY + 1}};
    const unsigned way = chance(COUNT(ways));
    const struct orm_model *m = &item_model;
    for (unsigned i = 0; i < ORM_ORDER_VIA && ways[way][i]; i++)
        m = m->to_ones[ways[way][i] - 1].target;
    unsigned column;
    do
        column = some_column(m);
    while (type_is_made_of(&m->columns[column]));
    struct orm_order o = orm_order_by(column, chance(2));
    o.nulls = (uint8_t)chance(3);
    memcpy(o.via, ways[way], sizeof o.via);
    note("by way %u %s%s nulls %u; ", way, m->columns[column].field,
        o.descending ? " desc" : "", o.nulls);
    return o;
}

/* The key comes last, said or not. */
static const struct orm_query *order_of_now;

static int by_order(const void *a, const void *b)
{
    static const struct orm_order key = {.column = ITEM_ID + 1};
    struct orm_object *x = *(struct orm_object *const *)a,
                      *y = *(struct orm_object *const *)b;
    const int sign = evaluate_order(x, y, order_of_now->order, ORM_QUERY_ORDER);
    return sign ? sign : evaluate_order(x, y, &key, 1);
}

/* -- Questions --------------------------------------------------------------------- */

static void change_something(void)
{
    const struct list *items = all_of(&item_model);
    struct item *i = (struct item *)items->items[chance((unsigned)items->len)];
    const struct list *makers = all_of(&maker_model);
    switch (chance(4)) {
    case 0:
        item_set_low(i, (int16_t)chance(5));
        break;
    case 1:
        item_set_maker(i, (struct maker *)makers->items[chance((unsigned)makers->len)]);
        break;
    case 2:
        item_clear_high(i);
        break;
    default:
        maker_set_founded(
            (struct maker *)makers->items[0], 1900 + (int32_t)chance(3) * 50);
    }
    note("changed; ");
}

static struct orm_query some_question(void)
{
    struct orm_query q = {0};
    fill(&q, &item_model, 3);
    for (unsigned n = chance(4); n; n--)
        orm_sort(&q, some_order());
    q.limit = chance(3) ? 1 + chance(ITEMS) : 1000;
    if (chance(3) == 0)
        q.offset = chance(6);
    if (chance(3) == 0) {
        const struct list *items = all_of(&item_model);
        q.after = items->items[chance((unsigned)items->len)];
        note("after %lld; ", (long long)item_id((const struct item *)q.after));
    }
    note("limit %u offset %u", q.limit, q.offset);
    return q;
}

/* What the query should find, in its order. */
static struct list expected_of(struct orm_query *q)
{
    const struct list *items = all_of(&item_model);
    struct list to = {get((items->len + 1) * sizeof *to.items), 0};
    order_of_now = q;
    for (size_t i = 0; i < items->len; i++)
        if (evaluate(items->items[i], q) &&
            (!q->after || by_order(&items->items[i], &q->after) > 0))
            to.items[to.len++] = items->items[i];
    qsort(to.items, to.len, sizeof *to.items, by_order);
    const size_t skipped = q->offset < to.len ? q->offset : to.len;
    to.items += skipped;
    to.len -= skipped;
    if (to.len > q->limit)
        to.len = q->limit;
    return to;
}

static unsigned ask(void)
{
    asked[0] = '\0';
    if (chance(4) == 0)
        change_something();
    struct orm_query q = some_question();
    if (q.overfull) {
        forget();
        return 0;
    }
    const struct list expected = expected_of(&q);
    check(orm_status(s) == ORM_OK);
    struct orm_manager *items = orm_table(s, &item_model);
    const struct list *found = orm_find(items, &q);
    check(orm_status(s) == ORM_OK);
    check(found->len == expected.len);
    for (size_t i = 0; i < found->len; i++)
        check(found->items[i] == expected.items[i]);
    check(orm_count(items, &q) == expected.len);
    check(orm_exists(items, &q) == (expected.len > 0));
    const unsigned n = (unsigned)expected.len;
    forget();
    return n;
}

static unsigned run(unsigned with)
{
    seed = with;
    state_of_chance = seed;
    db_truncate(db);
    arrange_shop(db);
    s = open_shop();
    unsigned rows = 0;
    for (question = 0; question < QUESTIONS; question++)
        rows += ask();
    orm_rollback(s);
    orm_close(s);
    return rows;
}

static void random_queries_find_what_they_mean(void **state)
{
    (void)state;
    const char *one = getenv("ORMGEN_SEED"), *torture = getenv("ORMGEN_TORTURE");
    if (one) {
        run((unsigned)strtoul(one, NULL, 10));
        return;
    }
    const unsigned seeds = torture && strcmp(torture, "full") == 0 ? 50 * SEEDS : SEEDS;
    unsigned long rows = 0;
    for (unsigned i = 1; i <= seeds; i++)
        rows += run(i);
    assert_true(rows > seeds * QUESTIONS); /* or they asked for nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(random_queries_find_what_they_mean),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
