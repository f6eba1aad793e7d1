/* check_expr.c: from a condition in SQL to steps, by recursive descent.
 *
 * A function per level of PostgreSQL's precedences (manual, 4.1.6), each leaving the
 * steps of what it read.  The first thing that we do not read is the end. */
#include "check_lex.h"
#include "check_type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NESTING_MOST 50

struct parser {
    const struct model *m;
    const char *at;
    struct check_token t;
    struct check_program *p;
    unsigned nesting;
};

static bool any(struct parser *c, struct check_part *out);

/* -- Words ------------------------------------------------------------------------- */

static void next(struct parser *c)
{
    check_lex(&c->at, &c->t);
}

static bool is(const struct parser *c, const char *text)
{
    return (c->t.kind == CHECK_WORD || c->t.kind == CHECK_SIGN) &&
           strcmp(c->t.text, text) == 0;
}

static bool accept(struct parser *c, const char *text)
{
    const bool there = is(c, text);
    if (there)
        next(c);
    return there;
}

/* Whether what stands behind the word that is at hand is one of the two. */
static bool follows(const struct parser *c, const char *one, const char *other)
{
    const char *at = c->at;
    struct check_token t;
    check_lex(&at, &t);
    return (t.kind == CHECK_WORD || t.kind == CHECK_SIGN) &&
           (strcmp(t.text, one) == 0 || strcmp(t.text, other) == 0);
}

/* -- Steps ------------------------------------------------------------------------- */

static size_t operands(struct check_step step)
{
    if (step.op <= CHECK_TEXT)
        return 0;
    if (step.op == CHECK_COUNT_NULLS)
        return (size_t)step.number;
    return step.op == CHECK_NOT || step.op == CHECK_NEG || step.op == CHECK_LENGTH ||
                   (step.op >= CHECK_IS_NULL && step.op <= CHECK_IS_FALSE)
               ? 1
               : 2;
}

static bool emit(struct parser *c, struct check_step step)
{
    struct check_program *p = c->p;
    p->depth += 1 - operands(step);
    if (p->count == CHECK_STEPS_MOST || p->depth > CHECK_DEPTH_MOST)
        return false;
    p->steps[p->count++] = step;
    return true;
}

static bool emit_op(struct parser *c, enum check_op op)
{
    return emit(c, (struct check_step){.op = op});
}

static const char *keep(struct check_program *p, const char *text)
{
    const size_t size = strlen(text) + 1;
    if (p->used + size > sizeof p->texts)
        return NULL;
    char *kept = memcpy(p->texts + p->used, text, size);
    p->used += size;
    return kept;
}

/* -- What stands alone ------------------------------------------------------------- */

static bool number(struct parser *c, struct check_part *out)
{
    struct check_step step = {.op = CHECK_NUMBER, .text = keep(c->p, c->t.text)};
    const char *point = strchr(c->t.text, '.');
    size_t digits = 0;
    for (const char *d = c->t.text; *d; d++) {
        if (*d == '.')
            continue;
        step.number = step.number * 10 + (*d - '0');
        digits += step.number != 0;
        step.scale += point && d > point;
    }
    if (!step.text || digits > 18 || step.scale > 18)
        return false;
    out->of = point                      ? CHECK_IS_NUMERIC
              : step.number > 2147483647 ? CHECK_IS_INT8
                                         : CHECK_IS_INT4;
    next(c);
    return emit(c, step);
}

static bool string(struct parser *c, enum check_class of, struct check_part *out)
{
    out->of = of;
    const struct check_step step = {.op = CHECK_TEXT, .text = keep(c->p, c->t.text)};
    next(c);
    return step.text && emit(c, step);
}

/* date '2026-02-28' */
static bool date(struct parser *c, struct check_part *out)
{
    const struct field day = {.type = TYPE_DATE};
    return string(c, CHECK_IS_LITERAL, out) &&
           check_match(c->p, *out, check_part_of(&day, out->from), c->p->count, true) &&
           (out->of = CHECK_IS_DATE, true);
}

static bool column(struct parser *c, struct check_part *out)
{
    for (size_t i = 0; i < c->m->field_count; i++) {
        const struct field *f = &c->m->fields[i];
        if (strcmp(f->column, c->t.text) != 0)
            continue;
        *out = check_part_of(f, out->from);
        next(c);
        return emit(c, (struct check_step){.op = CHECK_COLUMN, .field = f});
    }
    return false;
}

static bool length(struct parser *c, struct check_part *out)
{
    struct check_part of;
    if (!any(c, &of) || !accept(c, ")") ||
        (of.of != CHECK_IS_CHARACTERS && of.of != CHECK_IS_COLLATED))
        return false;
    out->of = CHECK_IS_INT4;
    return emit_op(c, CHECK_LENGTH);
}

/* num_nulls(), or num_nonnulls(): all of them without. */
static bool nulls(struct parser *c, bool are, struct check_part *out)
{
    struct check_step count = {.op = CHECK_COUNT_NULLS};
    struct check_part of;
    do {
        if (!any(c, &of) || of.of == CHECK_IS_LITERAL)
            return false;
        count.number++;
    } while (accept(c, ","));
    out->of = CHECK_IS_INT4;
    if (!accept(c, ")"))
        return false;
    if (are)
        return emit(c, count);
    return emit(c, count) && emit_op(c, CHECK_NEG) &&
           emit(c, (struct check_step){.op = CHECK_NUMBER, .number = count.number}) &&
           emit(c, (struct check_step){.op = CHECK_ADD, .bytes = 4});
}

static bool call(struct parser *c, struct check_part *out)
{
    char name[CHECK_TOKEN_MOST];
    memcpy(name, c->t.text, sizeof name);
    next(c);
    next(c);
    if (strcmp(name, "length") == 0 || strcmp(name, "char_length") == 0 ||
        strcmp(name, "character_length") == 0)
        return length(c, out);
    const bool are = strcmp(name, "num_nulls") == 0;
    return (are || strcmp(name, "num_nonnulls") == 0) && nulls(c, are, out);
}

static bool word(struct parser *c, struct check_part *out)
{
    if (is(c, "true") || is(c, "false")) {
        const bool yes = is(c, "true");
        out->of = CHECK_IS_BOOL;
        next(c);
        return emit(c, (struct check_step){.op = CHECK_NUMBER, .number = yes});
    }
    if (follows(c, "(", "("))
        return call(c, out);
    const char *behind = c->at + strspn(c->at, " \t\n\r");
    if (is(c, "date") && *behind == '\'') {
        next(c);
        return c->t.kind == CHECK_STRING && date(c, out);
    }
    return column(c, out);
}

static bool primary(struct parser *c, struct check_part *out)
{
    switch (c->t.kind) {
    case CHECK_DIGITS:
        return number(c, out);
    case CHECK_STRING:
        return string(c, CHECK_IS_LITERAL, out);
    case CHECK_WORD:
        return word(c, out);
    case CHECK_NAME:
        return column(c, out);
    default:
        return accept(c, "(") && any(c, out) && accept(c, ")");
    }
}

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
           emit(c, (struct check_step){.op = op, .bytes = bytes_of(a->of)});
}

static bool signs(struct parser *c, struct check_part *out)
{
    const size_t from = c->p->count;
    if (++c->nesting > NESTING_MOST)
        return false;
    bool good;
    if (accept(c, "-"))
        good =
            signs(c, out) && (check_is_number(*out)) &&
            emit(c, (struct check_step){.op = CHECK_NEG, .bytes = bytes_of(out->of)});
    else if (accept(c, "+"))
        good = signs(c, out) && check_is_number(*out);
    else
        out->from = from, good = primary(c, out);
    out->from = from;
    c->nesting--;
    return good;
}

static bool product(struct parser *c, struct check_part *out)
{
    if (!signs(c, out))
        return false;
    while (is(c, "*") || is(c, "/") || is(c, "%")) {
        const enum check_op op = is(c, "*")   ? CHECK_MUL
                                 : is(c, "/") ? CHECK_DIV
                                              : CHECK_MOD;
        struct check_part b;
        next(c);
        if (!signs(c, &b) || !compute(c, op, out, b))
            return false;
    }
    return true;
}

static bool sum(struct parser *c, struct check_part *out)
{
    if (!product(c, out))
        return false;
    while (is(c, "+") || is(c, "-")) {
        const enum check_op op = is(c, "+") ? CHECK_ADD : CHECK_SUB;
        struct check_part b;
        next(c);
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
        if (!emit(c, from->steps[i]))
            return false;
    return true;
}

static bool compare(struct parser *c, enum check_op op, struct check_part a,
    bool (*operand)(struct parser *c, struct check_part *out))
{
    struct check_part b;
    const bool sorts = op >= CHECK_LT && op <= CHECK_GE;
    return operand(c, &b) && check_match(c->p, a, b, c->p->count, sorts) &&
           emit_op(c, op);
}

static bool between(struct parser *c, struct check_part a)
{
    struct copy first;
    struct check_part second;
    return copy(c, a, &first) && compare(c, CHECK_GE, a, sum) && accept(c, "and") &&
           again(c, &first, &second) && compare(c, CHECK_LE, second, sum) &&
           emit_op(c, CHECK_AND);
}

static bool in(struct parser *c, struct check_part a)
{
    struct copy first;
    /* Of reals, the list may be taken for float4 where one alone is not. */
    if (a.of == CHECK_IS_REAL || !accept(c, "(") || !copy(c, a, &first) || !compare(c, CHECK_EQ, a, any))
        return false;
    while (accept(c, ","))
        if (!again(c, &first, &a) || !compare(c, CHECK_EQ, a, any) ||
            !emit_op(c, CHECK_OR))
            return false;
    return accept(c, ")");
}

static bool range(struct parser *c, struct check_part *out)
{
    if (!sum(c, out))
        return false;
    const bool negated = is(c, "not") && follows(c, "between", "in");
    if (negated)
        next(c);
    const bool is_in = is(c, "in");
    if (!is_in && !is(c, "between"))
        return true;
    next(c);
    if (is_in ? !in(c, *out) : !between(c, *out))
        return false;
    out->of = CHECK_IS_BOOL;
    return !negated || emit_op(c, CHECK_NOT);
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
        if (!accept(c, all[i].sign))
            continue;
        if (!compare(c, all[i].op, *out, range))
            return false;
        out->of = CHECK_IS_BOOL;
        return !all[i].negated || emit_op(c, CHECK_NOT);
    }
    return true;
}

/* -- IS ---------------------------------------------------------------------------- */

static bool is_what(struct parser *c, struct check_part a)
{
    const bool truth = a.of == CHECK_IS_BOOL;
    if (accept(c, "null") || (truth && accept(c, "unknown")))
        return a.of != CHECK_IS_LITERAL && emit_op(c, CHECK_IS_NULL);
    if (accept(c, "true"))
        return truth && emit_op(c, CHECK_IS_TRUE);
    if (accept(c, "false"))
        return truth && emit_op(c, CHECK_IS_FALSE);
    return accept(c, "distinct") && accept(c, "from") &&
           compare(c, CHECK_SAME, a, comparison) && emit_op(c, CHECK_NOT);
}

static bool test(struct parser *c, struct check_part *out)
{
    if (!comparison(c, out))
        return false;
    while (accept(c, "is")) {
        const bool negated = accept(c, "not");
        if (!is_what(c, *out) || (negated && !emit_op(c, CHECK_NOT)))
            return false;
        out->of = CHECK_IS_BOOL;
    }
    return true;
}

/* -- AND, OR, NOT ------------------------------------------------------------------ */

static bool negation(struct parser *c, struct check_part *out)
{
    if (!is(c, "not"))
        return test(c, out);
    const size_t from = c->p->count;
    next(c);
    if (++c->nesting > NESTING_MOST || !negation(c, out) || out->of != CHECK_IS_BOOL)
        return false;
    c->nesting--;
    out->from = from;
    return emit_op(c, CHECK_NOT);
}

/* Several of a lower level, with a word between. */
static bool chain(struct parser *c, const char *between_them, enum check_op op,
    bool (*level)(struct parser *c, struct check_part *out), struct check_part *out)
{
    if (!level(c, out))
        return false;
    while (accept(c, between_them)) {
        struct check_part b;
        if (out->of != CHECK_IS_BOOL || !level(c, &b) || b.of != CHECK_IS_BOOL ||
            !emit_op(c, op))
            return false;
    }
    return true;
}

static bool conjunction(struct parser *c, struct check_part *out)
{
    return chain(c, "and", CHECK_AND, negation, out);
}

static bool any(struct parser *c, struct check_part *out)
{
    return chain(c, "or", CHECK_OR, conjunction, out);
}

bool check_compile(const struct model *m, const char *sql, struct check_program *p)
{
    struct parser c = {.m = m, .at = sql, .p = p};
    struct check_part whole;
    p->count = p->depth = p->used = 0;
    next(&c);
    return any(&c, &whole) && whole.of == CHECK_IS_BOOL && c.t.kind == CHECK_END;
}
