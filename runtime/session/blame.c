/* blame.c: what an error of the server's is about, in the words of the model.
 *
 * A constraint is found by its name and its table's.  Poolers and servers before ours
 * leave those out: then by a name in the message that only one of the constraints has.
 */
#include "session/blame.h"

#include "session/detail.h"
#include "session/grant.h"

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

/* -- Both rows, where one cannot go ------------------------------------------------ */

/* A mapped row that refers to the object. */
static struct orm_object *find_referring(const struct orm_session *s,
    const struct violation *v, const struct orm_to_one *ref)
{
    const struct idmap *map = &session_model(s, v->of)->map;
    for (size_t i = 0; v->object && i < map->capacity; i++) {
        struct orm_object *o = map->slots[i].object;
        if (!o || o->state & (OBJECT_DELETED | OBJECT_GONE))
            continue;
        bool refers = true;
        for (unsigned k = 0; refers && k < ref->count; k++)
            refers = !bit_is_set(object_null_bits(o), ref->columns[k]) &&
                     type_equal(&ref->target->columns[ref->target_columns[k]],
                         object_value(o, ref->columns[k]),
                         object_value(v->object, ref->target_columns[k]));
        if (refers)
            return o;
    }
    return NULL;
}

static void find_what_stays(const struct orm_session *s, struct violation *v)
{
    if (!v->constraint || v->constraint->kind != ORM_REFERENCE)
        return;
    const struct orm_to_one *ref = &v->of->to_ones[v->constraint->ref];
    const struct key_columns theirs = {ref->target, ref->target_columns, ref->count};
    v->object = detail_find_mapped(s, theirs, pg_said(s->pg)->detail);
    v->other = find_referring(s, v, ref);
}

/* -- The whole --------------------------------------------------------------------- */

void session_blame(struct orm_session *s, const struct orm_model *m)
{
    struct orm_error *e = &s->error;
    struct violation v;
    if (!e->sqlstate[0] || e->code == ORM_LOST || s->began_not)
        return;
    if (violation_find(s, m, &v)) {
        if (v.stays)
            find_what_stays(s, &v);
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
