/* check.c: checks of the schema that need no server.
 *
 * A verdict is exact or none: where a value is not known before the row is written, or
 * an operation would not be the server's to the last digit, the server decides. */
#include "write/check.h"

#include "session/blame.h"
#include "write/batch.h"

#include <math.h>
#include <string.h>

enum kind {
    IS_NUMBER,
    IS_REAL,
    IS_TEXT,
    IS_OTHER
};

struct value {
    enum kind kind;
    bool is_null;
    unsigned scale; /* of a number: digits after the point */
    int64_t number;
    double real;
    const char *text;
};

/* -- Which values are known -------------------------------------------------------- */

static bool has_version(const struct orm_model *m)
{
    for (unsigned i = 0; i < m->column_count; i++)
        if (m->columns[i].flags & ORM_COLUMN_VERSION)
            return true;
    return false;
}

/* What the database does to a reference by itself is not counted. */
static bool is_reference(const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < m->to_one_count; i++)
        if (!m->to_ones[i].reverse &&
            key_has_column(ref_columns(m, &m->to_ones[i]), column))
            return true;
    return false;
}

/* Its value is that of a row that has no key yet. */
static bool waits_for_key(const struct orm_object *o, unsigned column)
{
    for (unsigned i = 0; i < o->model->to_one_count; i++) {
        const struct orm_to_one *ref = &o->model->to_ones[i];
        if (!ref->reverse && relate_is_to_new(o, ref) &&
            key_has_column(ref_columns(o->model, ref), column))
            return true;
    }
    return false;
}

/* Whether the row will have what the object has: nobody else has a say in it.  Of what
 * is not changed only a version tells that. */
static bool is_known(const struct orm_object *o, unsigned column)
{
    const struct orm_column *c = &o->model->columns[column];
    const bool is_new = o->state & OBJECT_NEW;
    const bool is_changed = bit_is_set(object_changed_bits(o), column);
    const unsigned filled =
        is_new ? ORM_COLUMN_FILLED_ON_INSERT : ORM_COLUMN_FILLED_ON_UPDATE;
    if (c->flags & (filled | COLUMN_IS_OURS) || waits_for_key(o, column) ||
        !object_is_loaded(o, column))
        return false;
    if (!is_new)
        return is_changed || (has_version(o->model) && !is_reference(o->model, column));
    return !bit_is_set(object_null_bits(o), column) ||
           (c->flags & ORM_COLUMN_NULLABLE && !batch_server_fills(o, column));
}

/* Whether there is something to decide, and all that it takes. */
static bool is_decidable(const struct orm_object *o, const struct orm_check *check)
{
    bool concerned = o->state & OBJECT_NEW;
    for (unsigned i = 0; i < check->count; i++) {
        const struct orm_check_step *step = &check->steps[i];
        if (step->op != ORM_CHECK_COLUMN)
            continue;
        if (!is_known(o, step->column))
            return false;
        concerned = concerned || bit_is_set(object_changed_bits(o), step->column);
    }
    return concerned;
}

/* -- Numbers ----------------------------------------------------------------------- */

static bool add(int64_t a, int64_t b, int64_t *sum)
{
    if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b)
        return false;
    *sum = a + b;
    return true;
}

static bool multiply(int64_t a, int64_t b, int64_t *product)
{
    if (a == INT64_MIN || b == INT64_MIN)
        return false;
    const int64_t left = a < 0 ? -a : a, right = b < 0 ? -b : b;
    if (right && left > INT64_MAX / right)
        return false;
    *product = a * b;
    return true;
}

/* Gives both as many digits after the point. */
static bool align(struct value *a, struct value *b)
{
    while (a->scale != b->scale) {
        struct value *shorter = a->scale < b->scale ? a : b;
        if (!multiply(shorter->number, 10, &shorter->number))
            return false;
        shorter->scale++;
    }
    return true;
}

static bool divide(unsigned op, int64_t a, int64_t b, int64_t *result)
{
    if (b == 0 || b == -1)
        return b && multiply(a, op == ORM_CHECK_MOD ? 0 : -1, result);
    *result = op == ORM_CHECK_MOD ? a % b : a / b;
    return true;
}

/* The server would fail, with an error of its own, where the type has no room. */
static bool fits(const struct orm_check_step *step, int64_t number)
{
    const unsigned bits = step->bytes * 8u;
    if (!bits || bits == 64)
        return true;
    const int64_t limit = INT64_C(1) << (bits - 1);
    return number >= -limit && number < limit;
}

static bool compute(
    const struct orm_check_step *step, struct value a, struct value b, struct value *to)
{
    bool good;
    *to = (struct value){.is_null = a.is_null || b.is_null};
    if (to->is_null)
        return true;
    if (step->op == ORM_CHECK_MUL) {
        to->scale = a.scale + b.scale;
        return to->scale <= 18 && multiply(a.number, b.number, &to->number) &&
               fits(step, to->number);
    }
    if (!align(&a, &b))
        return false;
    to->scale = a.scale;
    if (step->op == ORM_CHECK_ADD)
        good = add(a.number, b.number, &to->number);
    else if (step->op == ORM_CHECK_SUB)
        good = b.number != INT64_MIN && add(a.number, -b.number, &to->number);
    else
        good = divide(step->op, a.number, b.number, &to->number);
    return good && fits(step, to->number);
}

/* -- Comparisons ------------------------------------------------------------------- */

static int order(bool less, bool more)
{
    return more - less;
}

static bool compare(struct value a, struct value b, int *result)
{
    if (a.kind != b.kind || a.kind == IS_OTHER)
        return false;
    if (a.kind == IS_TEXT) {
        *result = strcmp(a.text, b.text);
        return true;
    }
    if (a.kind == IS_REAL) {
        *result = order(a.real<b.real, a.real> b.real);
        return true;
    }
    if (!align(&a, &b))
        return false;
    *result = order(a.number<b.number, a.number> b.number);
    return true;
}

static bool holds(unsigned op, int result)
{
    switch (op) {
    case ORM_CHECK_LT:
        return result < 0;
    case ORM_CHECK_LE:
        return result <= 0;
    case ORM_CHECK_GT:
        return result > 0;
    case ORM_CHECK_GE:
        return result >= 0;
    default:
        return result == 0;
    }
}

static struct value truth(bool yes)
{
    return (struct value){.number = yes};
}

static bool test(unsigned op, struct value a, struct value b, struct value *to)
{
    int result;
    *to = (struct value){.is_null = true};
    if (a.is_null || b.is_null) {
        if (op == ORM_CHECK_SAME)
            *to = truth(a.is_null && b.is_null);
        return true;
    }
    if (!compare(a, b, &result))
        return false;
    *to = truth(holds(op, result));
    return true;
}

/* One `decisive` value decides, whatever the other is. */
static struct value join(struct value a, struct value b, bool decisive)
{
    if ((!a.is_null && a.number == decisive) || (!b.is_null && b.number == decisive))
        return truth(decisive);
    return a.is_null ? a : b;
}

/* -- Steps ------------------------------------------------------------------------- */

static int64_t characters(const char *text)
{
    int64_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* False: a value that is not compared as others are. */
static bool read(const struct orm_object *o, unsigned column, struct value *to)
{
    const struct orm_column *c = &o->model->columns[column];
    *to = (struct value){.kind = IS_OTHER};
    if (bit_is_set(object_null_bits(o), column)) {
        to->is_null = true;
        return true;
    }
    const union orm_value v = object_value(o, column);
    if (c->type == ORM_FLOAT4 || c->type == ORM_FLOAT8) {
        to->kind = IS_REAL;
        to->real = v.real;
        return !isnan(v.real);
    }
    if (type_is_number(c)) {
        to->kind = IS_NUMBER;
        to->number = v.integer;
        to->scale = c->type == ORM_DECIMAL ? c->scale : 0;
        return c->type != ORM_DECIMAL || v.integer != ORM_DECIMAL_NAN;
    }
    if (type_is_text(c)) {
        to->kind = IS_TEXT;
        to->text = v.text;
    }
    return true;
}

static bool push(
    const struct orm_object *o, const struct orm_check_step *step, struct value *to)
{
    *to = (struct value){.number = step->number, .scale = step->scale};
    switch (step->op) {
    case ORM_CHECK_COLUMN:
        return read(o, step->column, to);
    case ORM_CHECK_REAL:
        to->kind = IS_REAL;
        to->real = step->real;
        return true;
    case ORM_CHECK_TEXT:
        to->kind = IS_TEXT;
        to->text = step->text;
        return true;
    default:
        return true;
    }
}

/* Of one operand. */
static bool change(const struct orm_check_step *step, struct value *v)
{
    switch (step->op) {
    case ORM_CHECK_IS_NULL:
        *v = truth(v->is_null);
        return true;
    case ORM_CHECK_IS_TRUE:
    case ORM_CHECK_IS_FALSE:
        *v = truth(!v->is_null && v->number == (step->op == ORM_CHECK_IS_TRUE));
        return true;
    case ORM_CHECK_NOT:
        v->number = !v->number;
        return true;
    case ORM_CHECK_LENGTH:
        *v = (struct value){
            .is_null = v->is_null, .number = v->is_null ? 0 : characters(v->text)};
        return true;
    default:
        v->real = -v->real;
        return v->kind == IS_REAL || v->is_null ||
               (multiply(v->number, -1, &v->number) && fits(step, v->number));
    }
}

static bool combine(
    const struct orm_check_step *step, struct value a, struct value b, struct value *to)
{
    if (step->op >= ORM_CHECK_ADD)
        return compute(step, a, b, to);
    if (step->op != ORM_CHECK_AND && step->op != ORM_CHECK_OR)
        return test(step->op, a, b, to);
    *to = join(a, b, step->op == ORM_CHECK_OR);
    return true;
}

static struct value count_nulls(const struct value *last, int64_t count)
{
    struct value n = {0};
    for (int64_t i = 0; i < count; i++)
        n.number += last[i].is_null;
    return n;
}

static bool is_of_one(unsigned op)
{
    return op == ORM_CHECK_NOT || op == ORM_CHECK_NEG || op == ORM_CHECK_LENGTH ||
           (op >= ORM_CHECK_IS_NULL && op <= ORM_CHECK_IS_FALSE);
}

bool check_is_violated(const struct orm_object *o, const struct orm_check *check)
{
    struct value stack[ORM_CHECK_DEPTH];
    unsigned n = 0;
    for (unsigned i = 0; i < check->count; i++) {
        const struct orm_check_step *step = &check->steps[i];
        bool good = true;
        if (step->op <= ORM_CHECK_TEXT) {
            good = push(o, step, &stack[n++]);
        } else if (step->op == ORM_CHECK_COUNT_NULLS) {
            n -= (unsigned)step->number;
            stack[n] = count_nulls(&stack[n], step->number);
            n++;
        } else if (is_of_one(step->op)) {
            good = change(step, &stack[n - 1]);
        } else {
            n--;
            good = combine(step, stack[n - 1], stack[n], &stack[n - 1]);
        }
        if (!good)
            return false;
    }
    return !stack[0].is_null && !stack[0].number;
}

/* -- The row ----------------------------------------------------------------------- */

static bool refuse(
    struct orm_session *s, struct orm_object *o, const struct orm_constraint *c)
{
    const struct violation v = {.of = o->model, .constraint = c, .object = o};
    error_set(&s->error, ORM_CONSTRAINT, "refused");
    memcpy(s->error.sqlstate, "23514", sizeof "23514");
    violation_tell(s, &v);
    return false;
}

/* The server looks at them in the order of their names. */
bool check_row(struct orm_session *s, struct orm_object *o)
{
    const struct orm_model *m = o->model;
    const struct orm_constraint *violated = NULL;
    for (unsigned i = 0; i < m->constraint_count; i++) {
        const struct orm_constraint *c = &m->constraints[i];
        if (c->check && is_decidable(o, c->check) && check_is_violated(o, c->check) &&
            (!violated || strcmp(c->name, violated->name) < 0))
            violated = c;
    }
    return !violated || refuse(s, o, violated);
}
