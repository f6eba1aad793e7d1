/* walk_rows.c: see walk_rows.h.  All models have as many rows, so that one-to-ones find
 * one each. */
#include "walk_rows.h"

#include "sessions.h"

#include <objects/identity.h>
#include <objects/relate.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS_EACH   12
#define MOST_MODELS 16

static bool is_referring(const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < m->to_one_count; i++)
        if (!m->to_ones[i].reverse &&
            key_has_column(ref_columns(m, &m->to_ones[i]), column))
            return true;
    return false;
}

/* Numbers are distinct, and so are texts that have the room. */
static void fill(struct orm_object *o, unsigned number, unsigned (*chance)(unsigned))
{
    const struct orm_model *m = o->model;
    char text[64];
    for (unsigned i = 0; i < m->column_count; i++) {
        const struct orm_column *c = &m->columns[i];
        const bool optional = c->flags & ORM_COLUMN_NULLABLE;
        if (c->flags & ORM_COLUMN_IDENTITY || is_referring(m, i) ||
            (optional && chance(5) == 0))
            continue;
        snprintf(
            text, sizeof text, "%c%s %u", (char)('a' + number % 3), c->field, number);
        if (c->type == ORM_VARCHAR && c->length < sizeof text)
            text[c->length] = '\0';
        if (type_is_text(c))
            orm_set_text(o, i, text);
        else
            orm_set_integer(o, i, number);
    }
}

static void refer(struct orm_object *o, unsigned number,
    struct orm_object *const *targets, unsigned slot, unsigned (*chance)(unsigned))
{
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    const unsigned at = ref->unique ? number : chance(ROWS_EACH);
    if (!ref->reverse && (!ref->clears || chance(4)))
        orm_set_ref(o, slot, targets[at]);
}

/* A join is filled from one of its ends. */
static bool is_first_end(const struct orm_session *s, const struct orm_to_many *many)
{
    const struct orm_to_many *other = join_inverse(many);
    if (!other)
        return true;
    const size_t ours = session_number(s, many->owner);
    const size_t theirs = session_number(s, other->owner);
    return ours != theirs ? ours < theirs : many->offset < other->offset;
}

static void join(struct orm_object *o, const struct orm_to_many *many,
    struct orm_object *const *targets, unsigned (*chance)(unsigned))
{
    if (many->kind != ORM_MANY_JOIN || !is_first_end(object_session(o), many))
        return;
    for (unsigned i = 0; i < ROWS_EACH; i++)
        if (chance(8) == 0)
            orm_add(object_manager(o, many), targets[i]);
}

void walk_arrange(struct orm_session *s, const struct orm_schema *schema,
    unsigned (*chance)(unsigned below))
{
    static struct orm_object *rows[MOST_MODELS][ROWS_EACH];
    assert_true(schema->model_count <= MOST_MODELS);
    for (unsigned m = 0; m < schema->model_count; m++)
        for (unsigned i = 0; i < ROWS_EACH; i++) {
            rows[m][i] = orm_new(orm_table(s, schema->models[m]));
            fill(rows[m][i], i, chance);
        }
    for (unsigned m = 0; m < schema->model_count; m++)
        for (unsigned i = 0; i < ROWS_EACH; i++) {
            const struct orm_model *model = schema->models[m];
            for (unsigned k = 0; k < model->to_one_count; k++)
                refer(rows[m][i], i, rows[session_number(s, model->to_ones[k].target)],
                    k, chance);
            for (unsigned k = 0; k < model->to_many_count; k++)
                join(rows[m][i], &model->to_manys[k],
                    rows[session_number(s, model->to_manys[k].target)], chance);
        }
    if (!orm_commit(s))
        fail_msg("%s", orm_message(s));
}
