/* flush_failed.c: what the failure of a flush means, in the words of what was written.
 */
#include "write/flush.h"

#include "write/violation.h"

#include <stdio.h>
#include <string.h>

static bool compares_version(const struct batch *b)
{
    for (unsigned i = 0; i < b->model->column_count; i++)
        if (b->model->columns[i].flags & ORM_COLUMN_VERSION &&
            bit_is_set(b->columns, i))
            return true;
    return false;
}

/* The guard's error becomes what it means. */
static bool explain_stale(struct orm_session *s, const struct batch *b)
{
    const char *key = strstr(s->error.message, BATCH_STALE);
    if (!key || !batch_is_guarded(b))
        return false;
    char shown[64];
    error_copy(shown, sizeof shown, key + strlen(BATCH_STALE));
    shown[strcspn(shown, "\"")] = '\0';
    const struct orm_error said = s->error;
    error_clear(&s->error);
    error_set_field(&s->error, ORM_STALE, b->model, NULL,
        "the row with %s %s %s; nothing was written",
        b->model->key_count == 1 ? b->model->columns[b->model->key[0]].field : "key",
        shown,
        compares_version(b) ? "was changed or deleted since it was loaded"
                            : "is not there any more");
    s->error.outcome = said.outcome;
    s->error.object = violation_of_key(b, shown);
    memcpy(s->error.statement, said.statement, sizeof said.statement);
    return true;
}

/* Drafts that only the server knows to be of one row. */
static bool explain_twins(struct orm_session *s, const struct batch *b)
{
    if (b->kind != BATCH_UPSERT || strcmp(s->error.sqlstate, "21000") != 0)
        return false;
    const struct orm_error said = s->error;
    error_clear(&s->error);
    error_set_field(&s->error, ORM_INVALID, b->model,
        &b->model->columns[b->model->constraints[b->by - 1].columns[0]],
        "two new %s of one flush are the same row to the server; keep one of them, or "
        "flush in between",
        b->model->name);
    s->error.outcome = said.outcome;
    memcpy(s->error.statement, said.statement, sizeof said.statement);
    return true;
}

static void advise(struct orm_session *s, const char *hint)
{
    snprintf(s->error.hint, sizeof s->error.hint, "%s", hint);
}

static bool changes_any(const struct orm_object *o, struct key_columns k)
{
    for (unsigned i = 0; i < k.count; i++)
        if (bit_is_set(object_changed_bits(o), k.at[i]))
            return true;
    return false;
}

static bool are_equal(
    const struct orm_object *a, const struct orm_object *b, struct key_columns k)
{
    for (unsigned i = 0; i < k.count; i++)
        if (!type_equal(&a->model->columns[k.at[i]], object_value(a, k.at[i]),
                object_value(b, k.at[i])))
            return false;
    return true;
}

/* Two rows got values of the constraint, and not the same: perhaps each other's. */
static bool may_exchange(const struct flush *p, const struct orm_model *m)
{
    const struct orm_error *e = &p->s->error;
    if (e->of != m || !e->violated || !e->object)
        return false;
    const struct orm_constraint *c = &m->constraints[e->violated - 1];
    const struct key_columns k = {m, c->columns, c->count};
    bool others = false;
    for (size_t i = 0; i < p->update_count; i++) {
        const struct orm_object *o = p->updates[i];
        if (o == e->object || o->model != m || !changes_any(o, k))
            continue;
        if (are_equal(o, e->object, k))
            return false;
        others = true;
    }
    return others;
}

/* What the order of the statements has to do with it. */
static void explain_order(const struct flush *p, const struct batch *b)
{
    struct orm_session *s = p->s;
    const char *state = s->error.sqlstate;
    if (b->kind == BATCH_DELETE && strcmp(state, "23503") == 0 && p->ahead_count &&
        b->number <= p->ahead_batches)
        advise(s, "it goes first because another row takes its key or unique value; "
                  "flush what refers to it away before");
    if (b->kind == BATCH_UPDATE && strcmp(state, "23505") == 0 &&
        may_exchange(p, b->model))
        advise(s, "rows that exchange unique values need a constraint with "
                  "deferrable: deferred, or another value and a flush in between");
}

/* Of no batch is what COMMIT says, which checks what was put off. */
void flush_explain(const struct flush *p, size_t failed)
{
    const struct batch *b = p->first;
    for (size_t i = 0; b && i < failed; i++)
        b = b->next;
    if (!b || !(explain_stale(p->s, b) || explain_twins(p->s, b)))
        violation_explain(p->s, b);
    if (b)
        explain_order(p, b);
}
