/* evaluate.c: see evaluate.h.  Written for understanding, not for speed, and without a
 * look at how the runtime does it. */
#include "evaluate.h"

#include "types/types.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum truth {
    NO,
    YES,
    UNKNOWN
};

static enum truth not(enum truth t) {
    return t == UNKNOWN ? UNKNOWN : t == NO ? YES : NO;
}

static enum truth and (enum truth a, enum truth b) {
    return a == NO || b == NO ? NO : a == UNKNOWN || b == UNKNOWN ? UNKNOWN : YES;
}

static enum truth or (enum truth a, enum truth b) {
    return not(and(not(a), not(b)));
}

static enum truth truth(bool b)
{
    return b ? YES : NO;
}

/* -- Values ------------------------------------------------------------------------ */

static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b, bool folds)
{
    for (;; a++, b++) {
        const int x = folds ? tolower((unsigned char)*a) : (unsigned char)*a;
        const int y = folds ? tolower((unsigned char)*b) : (unsigned char)*b;
        if (x != y || !x)
            return x - y;
    }
}

static bool is_real(const struct orm_column *col)
{
    return col->type == ORM_FLOAT4 || col->type == ORM_FLOAT8;
}

static bool is_text(const struct orm_column *col)
{
    return col->type == ORM_TEXT || col->type == ORM_VARCHAR || col->type == ORM_CHAR;
}

/* What an extension brought here is citext. */
static bool is_folded(const struct orm_column *col)
{
    return col->named && is_text(col);
}

static int compare(
    const struct orm_column *col, union orm_value a, union orm_value b, bool folds)
{
    if (is_text(col))
        return compare_texts(a.text, b.text, folds || is_folded(col));
    if (is_real(col))
        return compare_numbers(a.real, b.real);
    return (a.integer > b.integer) - (a.integer < b.integer);
}

static double number(const struct orm_column *col, union orm_value v)
{
    const double n = is_real(col) ? v.real : (double)v.integer;
    return col->type == ORM_DECIMAL ? n / pow(10, col->scale) : n;
}

static enum truth by_sign(unsigned op, int sign)
{
    switch (op) {
    case ORM_EQ:
        return truth(sign == 0);
    case ORM_NE:
        return truth(sign != 0);
    case ORM_LT:
        return truth(sign < 0);
    case ORM_LE:
        return truth(sign <= 0);
    case ORM_GT:
        return truth(sign > 0);
    case ORM_GE:
        return truth(sign >= 0);
    default:
        abort();
    }
}

/* -- Texts ------------------------------------------------------------------------- */

static bool is_char(char a, char b, bool folds)
{
    return folds ? tolower((unsigned char)a) == tolower((unsigned char)b) : a == b;
}

static bool is_like(const char *text, const char *pattern, bool folds)
{
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '%')
        return is_like(text, pattern + 1, folds) ||
               (*text && is_like(text + 1, pattern, folds));
    if (*text && *pattern == '_')
        return is_like(text + 1, pattern + 1, folds);
    if (*pattern == '\\')
        pattern++;
    return *text && is_char(*text, *pattern, folds) &&
           is_like(text + 1, pattern + 1, folds);
}

static bool begins(const char *text, const char *with, bool folds)
{
    for (; *with; text++, with++)
        if (!is_char(*text, *with, folds))
            return false;
    return true;
}

static bool has_text(const char *text, const char *what, bool folds)
{
    for (;; text++) {
        if (begins(text, what, folds))
            return true;
        if (!*text)
            return false;
    }
}

static bool ends(const char *text, const char *with, bool folds)
{
    const size_t a = strlen(text), b = strlen(with);
    return a >= b && begins(text + a - b, with, folds);
}

/* -- Arrays and ranges ------------------------------------------------------------- */

static bool array_has(const struct orm_text_array *a, const char *what)
{
    for (size_t i = 0; i < a->len; i++)
        if (!(a->nulls && a->nulls[i]) && strcmp(a->items[i], what) == 0)
            return true;
    return false;
}

static size_t shared(const struct orm_text_array *a, const struct orm_text_array *in)
{
    size_t n = 0;
    for (size_t i = 0; i < a->len; i++)
        n += !(a->nulls && a->nulls[i]) && array_has(in, a->items[i]);
    return n;
}

static enum truth of_arrays(
    unsigned op, const struct orm_text_array *a, const struct orm_text_array *b)
{
    return truth(op == ORM_CONTAINS       ? shared(b, a) == b->len
                 : op == ORM_CONTAINED_BY ? shared(a, b) == a->len
                                          : shared(a, b) > 0);
}

static bool is_empty(const struct orm_int4_range *r)
{
    return !r->bounds || r->bounds & ORM_EMPTY || r->lower >= r->upper;
}

/* All of these have both bounds, the lower one in it. */
static enum truth of_ranges(
    unsigned op, const struct orm_int4_range *a, const struct orm_int4_range *b)
{
    const bool empty = is_empty(a) || is_empty(b);
    switch (op) {
    case ORM_CONTAINS:
        return truth(
            is_empty(b) || (!empty && a->lower <= b->lower && a->upper >= b->upper));
    case ORM_CONTAINED_BY:
        return of_ranges(ORM_CONTAINS, b, a);
    case ORM_OVERLAPS:
        return truth(!empty && a->lower < b->upper && b->lower < a->upper);
    case ORM_LEFT_OF:
        return truth(!empty && a->upper <= b->lower);
    case ORM_RIGHT_OF:
        return truth(!empty && a->lower >= b->upper);
    case ORM_ADJACENT:
        return truth(!empty && (a->upper == b->lower || a->lower == b->upper));
    default:
        abort();
    }
}

/* -- Conditions on columns --------------------------------------------------------- */

static enum truth is_in(const struct orm_column *col, union orm_value v,
    const struct orm_cond *cond, bool folds)
{
    const char *at = cond->value.data;
    for (size_t i = 0; i < cond->upper.count; i++, at += type_size(col))
        if (compare(col, v, type_value(col, at), folds) == 0)
            return YES;
    return NO;
}

static enum truth with_column(
    struct orm_object *o, const struct orm_column *col, const struct orm_cond *cond)
{
    const struct orm_column *other = &o->model->columns[cond->other];
    if (!orm_has(o, cond->other))
        return UNKNOWN;
    const union orm_value a = type_get(col, o), b = type_get(other, o);
    if (is_text(col))
        return by_sign(
            cond->op, compare_texts(a.text, b.text, cond->flags & ORM_COND_FOLD));
    return by_sign(cond->op, compare_numbers(number(col, a), number(other, b)));
}

static enum truth with_value(
    const struct orm_column *col, union orm_value v, const struct orm_cond *cond)
{
    const bool folds = cond->flags & ORM_COND_FOLD || is_folded(col);
    switch (cond->op) {
    case ORM_BETWEEN:
        return truth(compare(col, v, cond->value, folds) >= 0 &&
                     compare(col, v, cond->upper, folds) <= 0);
    case ORM_IN:
        return is_in(col, v, cond, folds);
    case ORM_LIKE:
        return truth(is_like(v.text, cond->value.text, folds));
    case ORM_ILIKE:
        return truth(is_like(v.text, cond->value.text, true));
    case ORM_STARTS_WITH:
        return truth(begins(v.text, cond->value.text, folds));
    case ORM_ENDS_WITH:
        return truth(ends(v.text, cond->value.text, folds));
    case ORM_HAS_TEXT:
        return truth(has_text(v.text, cond->value.text, folds));
    case ORM_HAS:
        return truth(array_has(v.data, cond->value.text));
    case ORM_HAS_VALUE: {
        const struct orm_int4_range *r = v.data;
        const int64_t n = cond->value.integer;
        return truth(!is_empty(r) && r->lower <= n && n < r->upper);
    }
    default:
        if (col->type == ORM_ARRAY)
            return of_arrays(cond->op, v.data, cond->value.data);
        if (col->type == ORM_INT4_RANGE)
            return of_ranges(cond->op, v.data, cond->value.data);
        return by_sign(cond->op, compare(col, v, cond->value, folds));
    }
}

static enum truth of_column(struct orm_object *o, const struct orm_cond *cond)
{
    const struct orm_column *col = &o->model->columns[cond->column];
    const bool has = orm_has(o, cond->column);
    if (cond->op == ORM_IS_NULL || cond->op == ORM_NOT_NULL)
        return truth(has == (cond->op == ORM_NOT_NULL));
    if (cond->op == ORM_IN && cond->upper.count == 0)
        return NO;
    if (!has)
        return UNKNOWN;
    return cond->flags & ORM_COND_COLUMN ? with_column(o, col, cond)
                                         : with_value(col, type_get(col, o), cond);
}

/* -- Conditions on relations ------------------------------------------------------- */

struct list {
    struct orm_object **items;
    size_t len;
};

static struct orm_object *target(struct orm_object *o, unsigned slot)
{
    return orm_load_ref(o, slot);
}

/* A null refers to nothing; of those that refer to us there are just none. */
static enum truth without_target(const struct orm_object *o, unsigned slot)
{
    return o->model->to_ones[slot].reverse ? NO : UNKNOWN;
}

static enum truth is_one_of(struct orm_object *o, const struct orm_cond *cond)
{
    const struct list *list = cond->value.data;
    const struct orm_object *has = target(o, cond->column);
    const unsigned key = o->model->to_ones[cond->column].target_columns[0];
    bool any = false; /* that can be referred to */
    for (size_t i = 0; i < list->len; i++) {
        if (has == list->items[i])
            return YES;
        any = any || orm_has(list->items[i], key);
    }
    return has || !any ? NO : without_target(o, cond->column);
}

static enum truth some(struct orm_object *o, const struct orm_cond *cond)
{
    const struct orm_to_many *many = &o->model->to_manys[cond->column];
    const struct list *list =
        orm_all((struct orm_manager *)(void *)((char *)o + many->offset));
    for (size_t i = 0; i < list->len; i++)
        if (!cond->value.data || evaluate(list->items[i], cond->value.data))
            return YES;
    return NO;
}

/* -- The whole --------------------------------------------------------------------- */

static enum truth element(struct orm_object *o, const struct orm_query *q, size_t *at);

/* Elements up to the end of the bracket, or of the query. */
static enum truth elements(
    struct orm_object *o, const struct orm_query *q, size_t *at, bool any)
{
    enum truth t = truth(!any);
    while (*at < ORM_QUERY_WHERE && q->where[*at].op != ORM_END) {
        if (q->where[*at].op == ORM_NONE) {
            ++*at;
            continue;
        }
        const enum truth e = element(o, q, at);
        t = any ? or (t, e) : and(t, e);
    }
    ++*at;
    return t;
}

static enum truth unnegated(struct orm_object *o, const struct orm_query *q, size_t *at)
{
    const struct orm_cond *cond = &q->where[(*at)++];
    struct orm_object *has;
    switch (cond->op) {
    case ORM_ANY_OF:
    case ORM_ALL_OF:
        return elements(o, q, at, cond->op == ORM_ANY_OF);
    case ORM_NONE_OF:
        return not(elements(o, q, at, true));
    case ORM_IS:
        has = target(o, cond->column);
        return has ? truth(has == cond->value.object) : without_target(o, cond->column);
    case ORM_IS_ONE_OF:
        return is_one_of(o, cond);
    case ORM_MATCHES:
        has = target(o, cond->column);
        return truth(has && (!cond->value.data || evaluate(has, cond->value.data)));
    case ORM_SOME:
        return some(o, cond);
    default:
        return of_column(o, cond);
    }
}

static enum truth element(struct orm_object *o, const struct orm_query *q, size_t *at)
{
    const bool negated = q->where[*at].flags & ORM_COND_NOT;
    const enum truth t = unnegated(o, q, at);
    return negated ? not(t) : t;
}

bool evaluate(struct orm_object *o, const struct orm_query *q)
{
    size_t at = 0;
    return elements(o, q, &at, false) == YES;
}

/* -- Orders ------------------------------------------------------------------------ */

static struct orm_object *reach(struct orm_object *o, const uint16_t *via)
{
    for (unsigned i = 0; o && i < ORM_ORDER_VIA && via[i]; i++)
        o = target(o, via[i] - 1u);
    return o;
}

static int by_one(
    struct orm_object *a, struct orm_object *b, const struct orm_order *order)
{
    const unsigned column = order->column - 1u;
    struct orm_object *x = reach(a, order->via), *y = reach(b, order->via);
    const bool has_x = x && orm_has(x, column), has_y = y && orm_has(y, column);
    const bool first = order->nulls == ORM_NULLS_DEFAULT
                           ? order->descending
                           : order->nulls == ORM_NULLS_FIRST;
    if (!has_x || !has_y)
        return first ? has_x - has_y : has_y - has_x;
    const struct orm_column *col = &x->model->columns[column];
    const int sign = compare(col, type_get(col, x), type_get(col, y), false);
    return order->descending ? -sign : sign;
}

int evaluate_order(struct orm_object *a, struct orm_object *b,
    const struct orm_order *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int sign = orders[i].column ? by_one(a, b, &orders[i]) : 0;
        if (sign)
            return sign;
    }
    return 0;
}
