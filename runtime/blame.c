/* blame.c: what an error of the server's is about, in the words of the model.
 *
 * A constraint is found by its name and its table's.  Poolers and servers before ours
 * leave those out: then by a name in the message that only one of the constraints has.
 */
#include "blame.h"

#include "grant.h"
#include "identity.h"

#include <stdio.h>
#include <string.h>

/* -- Names in messages ------------------------------------------------------------- */

/* What is beyond ASCII may be another language's quotes. */
static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

static bool mentions(const char *text, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at += length)
        if ((at == text || !is_of_name(at[-1])) && !is_of_name(at[length]))
            return true;
    return false;
}

/* The column that a message names as ours: t.pages or t."pages". */
static const struct orm_column *named_in(const char *message, const struct orm_model *m)
{
    for (unsigned i = 0; m && i < m->column_count; i++) {
        const char *name = m->columns[i].name;
        const size_t length = strlen(name);
        for (const char *at = message; (at = strstr(at, name)) != NULL; at += length)
            if (at > message && strchr(".\"", at[-1]) && strchr(" \"", at[length]))
                return &m->columns[i];
    }
    return NULL;
}

/* -- What it is about -------------------------------------------------------------- */

static bool is_table(const struct pg_said *said, const char *schema, const char *table)
{
    return strcmp(said->table, table) == 0 &&
           (!said->schema[0] || strcmp(said->schema, schema) == 0);
}

static const struct orm_model *model_said(
    const struct orm_session *s, const struct pg_said *said)
{
    for (unsigned i = 0; said->table[0] && i < s->schema->model_count; i++) {
        const struct orm_model *m = s->schema->models[i];
        if (is_table(said, m->schema, m->table))
            return m;
    }
    return NULL;
}

static const struct orm_to_many *join_said(
    const struct orm_session *s, const struct pg_said *said)
{
    for (unsigned i = 0; said->table[0] && i < s->schema->model_count; i++) {
        const struct orm_model *m = s->schema->models[i];
        for (unsigned k = 0; k < m->to_many_count; k++) {
            const struct orm_to_many *rel = &m->to_manys[k];
            if (rel->kind == ORM_MANY_JOIN && !rel->through &&
                is_table(said, rel->join_schema, rel->join_table))
                return rel;
        }
    }
    return NULL;
}

static const struct orm_constraint *constraint_of(
    const struct orm_model *m, const struct orm_error *e)
{
    for (unsigned i = 0; m && i < m->constraint_count; i++) {
        const char *name = m->constraints[i].name;
        if (e->constraint[0] ? strcmp(e->constraint, name) == 0
                             : mentions(e->message, name))
            return &m->constraints[i];
    }
    return NULL;
}

/* By the name alone, if only one model has it. */
static bool find_by_name(
    const struct orm_session *s, const struct orm_error *e, struct violation *v)
{
    unsigned found = 0;
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        const struct orm_constraint *c = constraint_of(s->schema->models[i], e);
        if (!c)
            continue;
        v->of = s->schema->models[i];
        v->constraint = c;
        found++;
    }
    if (found != 1)
        v->constraint = NULL;
    return found == 1;
}

static const struct orm_column *column_said(
    const struct orm_model *m, const struct pg_said *said)
{
    for (unsigned i = 0; m && said->column[0] && i < m->column_count; i++)
        if (strcmp(m->columns[i].name, said->column) == 0)
            return &m->columns[i];
    return NULL;
}

/* Both tables may have the key's columns; the server's own words tell the ends apart,
 * and where it speaks another language, the statement. */
static bool is_about_target(
    const struct orm_error *e, const struct violation *v, const struct orm_model *m)
{
    if (strcmp(e->sqlstate, "23001") == 0)
        return true;
    if (strcmp(e->sqlstate, "23503") != 0)
        return false;
    if (strncmp(e->message, "update or delete on", 19) == 0)
        return true;
    return strncmp(e->message, "insert or update on", 19) != 0 && m && m != v->of;
}

bool violation_find(
    const struct orm_session *s, const struct orm_model *m, struct violation *v)
{
    const struct orm_error *e = &s->error;
    const struct pg_said *said = pg_said(s->pg);
    *v = (struct violation){.of = m};
    if (e->code != ORM_CONSTRAINT || strcmp(said->sqlstate, e->sqlstate) != 0)
        return false;
    const struct orm_model *told = model_said(s, said);
    v->joined = told ? NULL : join_said(s, said);
    if (told)
        v->of = told;
    else if (v->joined)
        v->of = v->joined->owner;
    v->is_null = strcmp(e->sqlstate, "23502") == 0;
    v->constraint = v->is_null || v->joined ? NULL : constraint_of(v->of, e);
    if (!v->constraint && !told && !v->joined && !v->is_null && !find_by_name(s, e, v))
        v->of = m;
    v->column = column_said(v->of, said);
    if (!v->column && v->is_null)
        v->column = named_in(e->message, v->of);
    v->stays = is_about_target(e, v, m);
    return true;
}

/* -- What is told ------------------------------------------------------------------ */

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

void session_blame(struct orm_session *s, const struct orm_model *m)
{
    struct orm_error *e = &s->error;
    struct violation v;
    if (!e->sqlstate[0] || e->code == ORM_LOST || s->began_not)
        return;
    if (violation_find(s, m, &v)) {
        violation_tell(s, &v);
        return;
    }
    if (grant_tell(s, m))
        return;
    /* The server complains of the SELECT around what writes. */
    static const char writes_nothing[] =
        "nothing can be written: the transaction, or the server, is read only";
    const bool is_read_only = strcmp(e->sqlstate, "25006") == 0;
    const struct orm_column *c = named_in(e->message, m);
    const char *detail = s->shows_details ? e->detail : "";
    char said[sizeof e->message];
    error_copy(said, sizeof said, is_read_only ? writes_nothing : e->message);
    error_retell(e, m, c ? c->field : NULL, "%s%s%s%s", said,
        e->code == ORM_DRIFT ? "; migrate the table or generate again" : "",
        *detail ? "; " : "", detail);
}
