/* page.c: keyset pages.
 *
 * A page begins behind the last object of the one before, by the values that the object
 * has in memory: so it costs as much as the first, and rows that came or went between
 * the two shift nothing. */
#include "query/page.h"

#include "objects/object.h"
#include "query/operator.h"

/* -- The object's place ------------------------------------------------------------ */

/* What an order's way leads to, from slot to slot; NULL: nothing is there. */
static struct orm_object *end_of_way(
    struct orm_object *o, const uint16_t *via, bool loads)
{
    for (unsigned i = 0; o && i < ORM_ORDER_VIA && via[i]; i++) {
        const unsigned slot = via[i] - 1u;
        if (slot >= o->model->to_one_count)
            return NULL; /* the compiler says so */
        struct orm_object *next = *object_slot(o, &o->model->to_ones[slot]);
        o = next || !loads ? next : orm_load_ref(o, slot);
    }
    return o;
}

bool page_load(struct orm_session *s, const struct orm_order *orders, size_t count,
    const struct orm_object *after)
{
    struct orm_object *last = (struct orm_object *)(uintptr_t)after;
    for (size_t i = 0; i < count && object_session(last) == s; i++) {
        if (!orders[i].column)
            continue;
        struct orm_object *o = end_of_way(last, orders[i].via, true);
        const unsigned column = orders[i].column - 1u;
        if (o && column < o->model->column_count && !object_is_loaded(o, column))
            orm_load_lazy(o, column);
    }
    return !s->error.code;
}

static bool check(struct clause *w, const struct orm_object *last)
{
    struct orm_error *e = &w->c->s->error;
    const struct orm_model *m = w->at.model;
    if (last->model != m)
        return error_set_field(
            e, ORM_INVALID, m, NULL, "the page is after an object of another model");
    if (object_session(last) != w->c->s)
        return error_set_field(e, ORM_OTHER_SESSION, m, NULL,
            "the page is after an object of another session");
    if (last->state & OBJECT_PLACEHOLDER || (last->state & OBJECT_NEW && !w->c->waits))
        return error_set_field(e, ORM_UNSAVED, m, NULL,
            "the page is after an object that is not in the database");
    return true;
}

/* -- The condition ----------------------------------------------------------------- */

/* The object's value in a sort. */
struct mark {
    const struct sort *sort;
    const struct orm_column *col;
    union orm_value value;
    bool is_null;
    int number; /* of the parameter, once there is one */
};

static struct mark mark_of(
    struct compiler *c, const struct sort *sort, const struct orm_object *last)
{
    const struct orm_object *o =
        end_of_way((struct orm_object *)(uintptr_t)last, sort->via, false);
    struct mark k = {.sort = sort, .col = &sort->at.model->columns[sort->column]};
    k.is_null = !o || bit_is_set(object_null_bits(o), sort->column);
    k.value = k.is_null ? type_zero(k.col) : type_get(k.col, o);
    shape_add(c->s, k.is_null);
    return k;
}

static void compare(struct compiler *c, struct mark *k, const char *symbol)
{
    compile_column(c, k->sort->at, k->sort->column);
    operator_write(c, k->col, symbol);
    if (k->number) {
        compile_placeholder_again(c, k->number);
        return;
    }
    compile_value(c, k->col, k->value);
    k->number = c->s->params.count;
}

static void is_null(struct compiler *c, const struct mark *k, bool is)
{
    compile_column(c, k->sort->at, k->sort->column);
    compile_text(c, is ? " IS NULL" : " IS NOT NULL");
}

/* It comes behind, by this sort alone. */
static void comes_behind(struct compiler *c, struct mark *k)
{
    if (k->is_null && k->sort->nulls_first) {
        is_null(c, k, false);
    } else if (k->is_null) {
        compile_text(c, "false");
    } else {
        compare(c, k, k->sort->descending ? "<" : ">");
        if (k->sort->has_nulls && !k->sort->nulls_first) {
            compile_text(c, " OR ");
            is_null(c, k, true);
        }
    }
}

/* Behind by the first sort, or as good by the first and behind by the second, or... */
static void write_marks(struct compiler *c, const struct ordering *o, unsigned count,
    const struct orm_object *last)
{
    for (unsigned i = 0; i < count; i++) {
        struct mark k = mark_of(c, &o->sorts[i], last);
        compile_text(c, "(");
        if (i == 0 && count > 1 && !k.is_null && !k.sort->has_nulls) {
            /* What an index can begin with. */
            compare(c, &k, k.sort->descending ? "<=" : ">=");
            compile_text(c, " AND (");
        } else {
            compile_text(c, "(");
        }
        comes_behind(c, &k);
        if (i + 1 == count)
            break;
        compile_text(c, " OR (");
        if (k.is_null)
            is_null(c, &k, true);
        else
            compare(c, &k, "=");
        compile_text(c, " AND ");
    }
    for (unsigned i = 0; i < count; i++)
        compile_text(c, i + 1 == count ? "))" : ")))");
}

/* All sorts go one way and there are no nulls: one comparison of rows tells it all, and
 * an index serves it. */
static bool is_plain(const struct ordering *o, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct sort *sort = &o->sorts[i];
        if (sort->has_nulls || sort->descending != o->sorts[0].descending ||
            type_is_of_extension(&sort->at.model->columns[sort->column]))
            return false;
    }
    return true;
}

static void write_row(struct compiler *c, const struct ordering *o, unsigned count,
    const struct orm_object *last)
{
    for (unsigned i = 0; i < count; i++) {
        compile_text(c, i ? ", " : "(");
        compile_column(c, o->sorts[i].at, o->sorts[i].column);
    }
    compile_text(c, o->sorts[0].descending ? ") < (" : ") > (");
    for (unsigned i = 0; i < count; i++) {
        const struct mark k = mark_of(c, &o->sorts[i], last);
        compile_text(c, i ? ", " : "");
        compile_value(c, k.col, k.value);
    }
    compile_text(c, ")");
}

bool page_after(
    struct clause *w, const struct ordering *o, const struct orm_object *last)
{
    const unsigned count = o->distinct ? o->distinct : o->count;
    shape_add(w->c->s, last != NULL);
    if (!last)
        return true;
    if (!check(w, last))
        return false;
    clause_element(w);
    if (is_plain(o, count))
        write_row(w->c, o, count, last);
    else
        write_marks(w->c, o, count, last);
    return true;
}
