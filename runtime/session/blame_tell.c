/* blame_tell.c: what the server refused, in the words of the model. */
#include "session/blame.h"

#include "objects/identity.h"

#include <stdio.h>
#include <string.h>

struct told {
    char field[64];
    char text[400];
};

/* "title, author" */
static void name_fields(const struct violation *v, char *to, size_t size)
{
    const struct orm_constraint *c = v->constraint;
    const char *last = "";
    size_t n = 0;
    *to = '\0';
    if (c && c->kind == ORM_REFERENCE) {
        snprintf(to, size, "%s", v->of->to_ones[c->ref].name);
        return;
    }
    for (unsigned i = 0; c && i < c->count && n < size; i++) {
        const char *field = v->of->columns[c->columns[i]].field;
        if (strcmp(field, last) != 0)
            n += (size_t)snprintf(to + n, size - n, "%s%s", i ? ", " : "", field);
        last = field;
    }
    if (!c && v->joined)
        snprintf(to, size, "%s", v->joined->name);
    else if (!c && v->column)
        snprintf(to, size, "%s", v->column->field);
}

/* "book 7", "new book" or "a row of book". */
static const char *who(
    const struct orm_object *o, const struct orm_model *m, char *to, size_t size)
{
    if (o)
        return object_describe(o, to, size);
    snprintf(to, size, "a row of %s", m->name);
    return to;
}

/* "author 4711", as the row that refers to it has its key, or "the author". */
static const char *whom(const struct violation *v, char *to, size_t size)
{
    const struct orm_to_one *ref = &v->of->to_ones[v->constraint->ref];
    const struct orm_model *m = ref->target;
    const struct key_columns theirs = {m, ref->target_columns, ref->count};
    const struct key_columns ours = {v->of, ref->columns, ref->count};
    snprintf(to, size, "the %s", m->name);
    if (!v->object || !key_columns_equal(theirs, key_of_model(m)) ||
        key_is_null(ours, v->object))
        return to;
    union orm_value key[KEY_COLUMNS_MOST];
    char shown[96];
    key_read(ours, v->object, key);
    snprintf(to, size, "%s %s", m->name, key_describe(m, key, shown, sizeof shown));
    return to;
}

static void tell_unique(const struct violation *v, struct told *t)
{
    char one[128], other[128];
    snprintf(other, sizeof other, "another %s", v->of->name);
    snprintf(t->text, sizeof t->text, "%s has the same value%s as %s",
        who(v->object, v->of, one, sizeof one), strchr(t->field, ',') ? "s" : "",
        v->other ? object_describe(v->other, other, sizeof other) : other);
}

static void tell_key(const struct violation *v, struct told *t)
{
    union orm_value key[KEY_COLUMNS_MOST];
    char shown[96];
    if (!v->object) {
        tell_unique(v, t);
        return;
    }
    key_read(key_of_model(v->of), v->object, key);
    snprintf(t->text, sizeof t->text, "there is a %s %s already", v->of->name,
        key_describe(v->of, key, shown, sizeof shown));
}

static void tell_check(const struct violation *v, struct told *t)
{
    char one[128];
    snprintf(t->text, sizeof t->text, "%s does not pass the check",
        who(v->object, v->of, one, sizeof one));
}

static void tell_exclusion(const struct violation *v, struct told *t)
{
    char one[128];
    snprintf(t->text, sizeof t->text, "%s meets another %s, which excludes it",
        who(v->object, v->of, one, sizeof one), v->of->name);
}

static void tell_reference(const struct violation *v, struct told *t)
{
    const struct orm_model *target = v->of->to_ones[v->constraint->ref].target;
    char one[128], other[128];
    if (v->stays)
        snprintf(t->text, sizeof t->text, "%s still refers to %s, which cannot go",
            who(v->other, v->of, one, sizeof one),
            who(v->object, target, other, sizeof other));
    else
        snprintf(t->text, sizeof t->text, "%s refers to %s, which is not there",
            who(v->object, v->of, one, sizeof one), whom(v, other, sizeof other));
}

static void tell_join(const struct violation *v, struct told *t)
{
    char one[128];
    if (v->stays)
        snprintf(t->text, sizeof t->text, "%s is still linked",
            v->object ? object_describe(v->object, one, sizeof one) : "what goes");
    else
        snprintf(t->text, sizeof t->text, "%s is not there any more",
            v->object ? object_describe(v->object, one, sizeof one)
                      : "one of those that are linked");
}

static void tell_null(const struct violation *v, struct told *t)
{
    char one[128];
    snprintf(t->text, sizeof t->text, "required, but %s has none",
        who(v->object, v->of, one, sizeof one));
}

static void (*const tellers[])(const struct violation *v, struct told *t) = {
    [ORM_BY_KEY] = tell_key,
    [ORM_UNIQUE] = tell_unique,
    [ORM_CHECK] = tell_check,
    [ORM_EXCLUSION] = tell_exclusion,
    [ORM_REFERENCE] = tell_reference,
};

/* Without one that is ours the server's words stand. */
static void put_words(
    const struct orm_error *e, const struct violation *v, struct told *t)
{
    if (v->constraint)
        tellers[v->constraint->kind](v, t);
    else if (v->joined && strcmp(e->sqlstate, "23503") == 0)
        tell_join(v, t);
    else if (v->is_null && v->column)
        tell_null(v, t);
    else
        error_copy(t->text, sizeof t->text, e->message);
}

void violation_tell(struct orm_session *s, const struct violation *v)
{
    struct orm_error *e = &s->error;
    struct told t = {{0}, {0}};
    const bool ours = v->constraint || v->joined;
    name_fields(v, t.field, sizeof t.field);
    put_words(e, v, &t);
    if (v->constraint) {
        e->violated = (unsigned)(v->constraint - v->of->constraints) + 1;
        error_copy(e->constraint, sizeof e->constraint, v->constraint->name);
    }
    e->object = v->object;
    if (v->stays && !e->hint[0])
        snprintf(e->hint, sizeof e->hint,
            "delete what refers to it first, or say in the schema what becomes of it, "
            "as on_delete: cascade");
    const char *detail = s->shows_details ? e->detail : "";
    error_retell(e, v->of, t.field[0] ? t.field : NULL, "%s%s%s%s%s%s", t.text,
        ours ? " (\"" : "", ours ? e->constraint : "", ours ? "\")" : "",
        *detail ? "; " : "", detail);
}
