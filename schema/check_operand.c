/* check_operand.c: what stands alone in a condition, and the words and steps around it.
 */
#include "check_parse.h"

#include <string.h>

/* -- Words ------------------------------------------------------------------------- */

void check_next(struct parser *c)
{
    check_lex(&c->at, &c->t);
}

bool check_is(const struct parser *c, const char *text)
{
    return (c->t.kind == CHECK_WORD || c->t.kind == CHECK_SIGN) &&
           strcmp(c->t.text, text) == 0;
}

bool check_accept(struct parser *c, const char *text)
{
    const bool there = check_is(c, text);
    if (there)
        check_next(c);
    return there;
}

bool check_follows(const struct parser *c, const char *one, const char *other)
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

bool check_emit(struct parser *c, struct check_step step)
{
    struct check_program *p = c->p;
    p->depth += 1 - operands(step);
    if (p->count == CHECK_STEPS_MOST || p->depth > CHECK_DEPTH_MOST)
        return false;
    p->steps[p->count++] = step;
    return true;
}

bool check_emit_op(struct parser *c, enum check_op op)
{
    return check_emit(c, (struct check_step){.op = op});
}

/* -- What stands alone ------------------------------------------------------------- */

static const char *keep(struct check_program *p, const char *text)
{
    const size_t size = strlen(text) + 1;
    if (p->used + size > sizeof p->texts)
        return NULL;
    char *kept = memcpy(p->texts + p->used, text, size);
    p->used += size;
    return kept;
}

/* An int64_t holds them all. */
#define MOST_DIGITS 18

static bool number(struct parser *c, struct check_part *out)
{
    struct check_step step = {.op = CHECK_NUMBER, .text = keep(c->p, c->t.text)};
    const char *point = strchr(c->t.text, '.');
    size_t digits = 0;
    for (const char *d = c->t.text; *d; d++) {
        if (*d == '.')
            continue;
        if (digits == MOST_DIGITS)
            return false;
        step.number = step.number * 10 + (*d - '0');
        digits += step.number != 0;
        step.scale += point && d > point;
    }
    if (!step.text || step.scale > MOST_DIGITS)
        return false;
    out->of = point                      ? CHECK_IS_NUMERIC
              : step.number > 2147483647 ? CHECK_IS_INT8
                                         : CHECK_IS_INT4;
    check_next(c);
    return check_emit(c, step);
}

static bool string(struct parser *c, enum check_class of, struct check_part *out)
{
    out->of = of;
    const struct check_step step = {.op = CHECK_TEXT, .text = keep(c->p, c->t.text)};
    check_next(c);
    return step.text && check_emit(c, step);
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
        check_next(c);
        return check_emit(c, (struct check_step){.op = CHECK_COLUMN, .field = f});
    }
    return false;
}

static bool length(struct parser *c, struct check_part *out)
{
    struct check_part of;
    if (!check_any(c, &of) || !check_accept(c, ")") ||
        (of.of != CHECK_IS_CHARACTERS && of.of != CHECK_IS_COLLATED))
        return false;
    out->of = CHECK_IS_INT4;
    return check_emit_op(c, CHECK_LENGTH);
}

/* num_nulls(), or num_nonnulls(): all of them without. */
static bool nulls(struct parser *c, bool are, struct check_part *out)
{
    struct check_step count = {.op = CHECK_COUNT_NULLS};
    struct check_part of;
    do {
        if (!check_any(c, &of) || of.of == CHECK_IS_LITERAL)
            return false;
        count.number++;
    } while (check_accept(c, ","));
    out->of = CHECK_IS_INT4;
    if (!check_accept(c, ")"))
        return false;
    if (are)
        return check_emit(c, count);
    return check_emit(c, count) && check_emit_op(c, CHECK_NEG) &&
           check_emit(
               c, (struct check_step){.op = CHECK_NUMBER, .number = count.number}) &&
           check_emit(c, (struct check_step){.op = CHECK_ADD, .bytes = 4});
}

static bool call(struct parser *c, struct check_part *out)
{
    char name[CHECK_TOKEN_MOST];
    memcpy(name, c->t.text, sizeof name);
    check_next(c);
    check_next(c);
    if (strcmp(name, "length") == 0 || strcmp(name, "char_length") == 0 ||
        strcmp(name, "character_length") == 0)
        return length(c, out);
    const bool are = strcmp(name, "num_nulls") == 0;
    return (are || strcmp(name, "num_nonnulls") == 0) && nulls(c, are, out);
}

static bool word(struct parser *c, struct check_part *out)
{
    if (check_is(c, "true") || check_is(c, "false")) {
        const bool yes = check_is(c, "true");
        out->of = CHECK_IS_BOOL;
        check_next(c);
        return check_emit(c, (struct check_step){.op = CHECK_NUMBER, .number = yes});
    }
    if (check_follows(c, "(", "("))
        return call(c, out);
    const char *behind = c->at + strspn(c->at, " \t\n\r");
    if (check_is(c, "date") && *behind == '\'') {
        check_next(c);
        return c->t.kind == CHECK_STRING && date(c, out);
    }
    return column(c, out);
}

bool check_primary(struct parser *c, struct check_part *out)
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
        return check_accept(c, "(") && check_any(c, out) && check_accept(c, ")");
    }
}
