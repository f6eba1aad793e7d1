/* check_expr.c: from a condition in SQL to steps, by recursive descent.
 *
 * A function per level of PostgreSQL's precedences (manual, 4.1.6), each leaving the
 * steps of what it read.  The first thing that we do not read is the end. */
#include "check_parse.h"

#include <string.h>

#define NESTING_MOST 50

/* -- Arithmetic -------------------------------------------------------------------- */

static unsigned bytes_of(enum check_class of)
{
    static const unsigned bytes[] = {
        [CHECK_IS_INT2] = 2, [CHECK_IS_INT4] = 4, [CHECK_IS_INT8] = 8};
    return of < CHECK_IS_NUMERIC ? bytes[of] : 0;
}

static bool compute(
    struct parser *c, enum check_op op, struct check_part *a, struct check_part b)
{
    const bool divides = op == CHECK_DIV || op == CHECK_MOD;
    if (!check_is_number(*a) || !check_is_number(b))
        return false;
    a->of = a->of > b.of ? a->of : b.of;
    return !(divides && a->of == CHECK_IS_NUMERIC) &&
           check_emit(c, (struct check_step){.op = op, .bytes = bytes_of(a->of)});
}

static bool signs(struct parser *c, struct check_part *out)
{
    const size_t from = c->p->count;
    if (++c->nesting > NESTING_MOST)
        return false;
    bool good;
    if (check_accept(c, "-"))
        good = signs(c, out) && (check_is_number(*out)) &&
               check_emit(
                   c, (struct check_step){.op = CHECK_NEG, .bytes = bytes_of(out->of)});
    else if (check_accept(c, "+"))
        good = signs(c, out) && check_is_number(*out);
    else
        out->from = from, good = check_primary(c, out);
    out->from = from;
    c->nesting--;
    return good;
}

static bool product(struct parser *c, struct check_part *out)
{
    if (!signs(c, out))
        return false;
    while (check_is(c, "*") || check_is(c, "/") || check_is(c, "%")) {
        const enum check_op op = check_is(c, "*")   ? CHECK_MUL
                                 : check_is(c, "/") ? CHECK_DIV
                                                    : CHECK_MOD;
        struct check_part b;
        check_next(c);
        if (!signs(c, &b) || !compute(c, op, out, b))
            return false;
    }
    return true;
}

static bool sum(struct parser *c, struct check_part *out)
{
    if (!product(c, out))
        return false;
    while (check_is(c, "+") || check_is(c, "-")) {
        const enum check_op op = check_is(c, "+") ? CHECK_ADD : CHECK_SUB;
        struct check_part b;
        check_next(c);
        if (!product(c, &b) || !compute(c, op, out, b))
            return false;
    }
    return true;
}

/* -- Comparisons ------------------------------------------------------------------- */

/* The steps of an operand that is compared more than once. */
struct copy {
    struct check_part part;
    size_t count;
    struct check_step steps[20];
};

static bool copy(const struct parser *c, struct check_part part, struct copy *to)
{
    to->part = part;
    to->count = c->p->count - part.from;
    if (to->count > sizeof to->steps / sizeof *to->steps)
        return false;
    memcpy(to->steps, &c->p->steps[part.from], to->count * sizeof *to->steps);
    return true;
}

static bool again(struct parser *c, const struct copy *from, struct check_part *out)
{
    *out = from->part;
    out->from = c->p->count;
    for (size_t i = 0; i < from->count; i++)
        if (!check_emit(c, from->steps[i]))
            return false;
    return true;
}

static bool compare(struct parser *c, enum check_op op, struct check_part a,
    bool (*operand)(struct parser *c, struct check_part *out))
{
    struct check_part b;
    const bool sorts = op >= CHECK_LT && op <= CHECK_GE;
    return operand(c, &b) && check_match(c->p, a, b, c->p->count, sorts) &&
           check_emit_op(c, op);
}

static bool between(struct parser *c, struct check_part a)
{
    struct copy first;
    struct check_part second;
    return copy(c, a, &first) && compare(c, CHECK_GE, a, sum) &&
           check_accept(c, "and") && again(c, &first, &second) &&
           compare(c, CHECK_LE, second, sum) && check_emit_op(c, CHECK_AND);
}

static bool in(struct parser *c, struct check_part a)
{
    struct copy first;
    /* Of reals, the list may be taken for float4 where one alone is not. */
    if (a.of == CHECK_IS_REAL || !check_accept(c, "(") || !copy(c, a, &first) ||
        !compare(c, CHECK_EQ, a, check_any))
        return false;
    while (check_accept(c, ","))
        if (!again(c, &first, &a) || !compare(c, CHECK_EQ, a, check_any) ||
            !check_emit_op(c, CHECK_OR))
            return false;
    return check_accept(c, ")");
}

static bool range(struct parser *c, struct check_part *out)
{
    if (!sum(c, out))
        return false;
    const bool negated = check_is(c, "not") && check_follows(c, "between", "in");
    if (negated)
        check_next(c);
    const bool is_in = check_is(c, "in");
    if (!is_in && !check_is(c, "between"))
        return true;
    check_next(c);
    if (is_in ? !in(c, *out) : !between(c, *out))
        return false;
    out->of = CHECK_IS_BOOL;
    return !negated || check_emit_op(c, CHECK_NOT);
}

static bool comparison(struct parser *c, struct check_part *out)
{
    static const struct {
        const char *sign;
        enum check_op op;
        bool negated;
    } all[] = {
        {"=", CHECK_EQ, false},
        {"<>", CHECK_EQ, true},
        {"!=", CHECK_EQ, true},
        {"<", CHECK_LT, false},
        {"<=", CHECK_LE, false},
        {">", CHECK_GT, false},
        {">=", CHECK_GE, false},
    };
    if (!range(c, out))
        return false;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!check_accept(c, all[i].sign))
            continue;
        if (!compare(c, all[i].op, *out, range))
            return false;
        out->of = CHECK_IS_BOOL;
        return !all[i].negated || check_emit_op(c, CHECK_NOT);
    }
    return true;
}

/* -- IS ---------------------------------------------------------------------------- */

static bool is_what(struct parser *c, struct check_part a)
{
    const bool truth = a.of == CHECK_IS_BOOL;
    if (check_accept(c, "null") || (truth && check_accept(c, "unknown")))
        return a.of != CHECK_IS_LITERAL && check_emit_op(c, CHECK_IS_NULL);
    if (check_accept(c, "true"))
        return truth && check_emit_op(c, CHECK_IS_TRUE);
    if (check_accept(c, "false"))
        return truth && check_emit_op(c, CHECK_IS_FALSE);
    return check_accept(c, "distinct") && check_accept(c, "from") &&
           compare(c, CHECK_SAME, a, comparison) && check_emit_op(c, CHECK_NOT);
}

static bool test(struct parser *c, struct check_part *out)
{
    if (!comparison(c, out))
        return false;
    while (check_accept(c, "is")) {
        const bool negated = check_accept(c, "not");
        if (!is_what(c, *out) || (negated && !check_emit_op(c, CHECK_NOT)))
            return false;
        out->of = CHECK_IS_BOOL;
    }
    return true;
}

/* -- AND, OR, NOT ------------------------------------------------------------------ */

static bool negation(struct parser *c, struct check_part *out)
{
    if (!check_is(c, "not"))
        return test(c, out);
    const size_t from = c->p->count;
    check_next(c);
    if (++c->nesting > NESTING_MOST || !negation(c, out) || out->of != CHECK_IS_BOOL)
        return false;
    c->nesting--;
    out->from = from;
    return check_emit_op(c, CHECK_NOT);
}

/* Several of a lower level, with a word between. */
static bool chain(struct parser *c, const char *between_them, enum check_op op,
    bool (*level)(struct parser *c, struct check_part *out), struct check_part *out)
{
    if (!level(c, out))
        return false;
    while (check_accept(c, between_them)) {
        struct check_part b;
        if (out->of != CHECK_IS_BOOL || !level(c, &b) || b.of != CHECK_IS_BOOL ||
            !check_emit_op(c, op))
            return false;
    }
    return true;
}

static bool conjunction(struct parser *c, struct check_part *out)
{
    return chain(c, "and", CHECK_AND, negation, out);
}

bool check_any(struct parser *c, struct check_part *out)
{
    return chain(c, "or", CHECK_OR, conjunction, out);
}

bool check_compile(const struct model *m, const char *sql, struct check_program *p)
{
    struct parser c = {.m = m, .at = sql, .p = p};
    struct check_part whole;
    p->count = p->depth = p->used = 0;
    check_next(&c);
    return check_any(&c, &whole) && whole.of == CHECK_IS_BOOL && c.t.kind == CHECK_END;
}
