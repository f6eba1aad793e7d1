/* join.c: to-one relations whose targets come in the statement of their owners.
 *
 * A join never replaces what a slot holds.  What it brings goes through the identity
 * map, and the objects of one join are peers. */
#include "query/join.h"

#include "objects/relate.h"
#include "objects/scope.h"
#include "relations/to_one.h"

#include <string.h>

const struct joins join_none = {0};

/* -- The statement ----------------------------------------------------------------- */

bool join_reach(const struct joins *j, struct via *v)
{
    for (size_t i = 0; i < j->count; i++) {
        struct join *join = &j->all[i];
        join->at = join->from == JOIN_OF_ROWS ? v->root : j->all[join->from].at;
        shape_add(v->c->s, (unsigned)join->from);
        shape_add(v->c->s, join->slot);
        if (!via_step(v, join->slot, &join->at))
            return false;
    }
    shape_add(v->c->s, UINT32_MAX);
    return true;
}

void join_columns(struct compiler *c, const struct joins *j)
{
    for (size_t i = 0; i < j->count; i++) {
        const struct source at = j->all[i].at;
        for (unsigned k = 0; k < model_eager_count(at.model); k++) {
            compile_text(c, ", ");
            compile_column(c, at, k);
        }
    }
}

/* -- The rows ---------------------------------------------------------------------- */

size_t join_width(const struct joins *j, size_t columns)
{
    for (size_t i = 0; i < j->count; i++)
        columns += model_eager_count(j->all[i].ref->target);
    return columns;
}

struct load_source *join_sources(struct orm_session *s, const struct joins *j,
    struct load_source rows, size_t row_count, size_t columns)
{
    struct load_source *sources =
        arena_get(&s->scratch, (j->count + 1) * sizeof *sources);
    if (!sources)
        return session_nomem(s), NULL;
    sources[0] = rows;
    for (size_t i = 0; i < j->count; i++) {
        struct join *join = &j->all[i];
        join->objects = arena_get(&s->scratch, (row_count + 1) * sizeof *join->objects);
        if (!join->objects)
            return session_nomem(s), NULL;
        sources[i + 1] = (struct load_source){.model = join->ref->target,
            .first = columns,
            .outer = true,
            .objects = join->objects};
        columns += model_eager_count(join->ref->target);
        if (!join->group && !(join->group = group_begin(join->path)))
            return session_nomem(s), NULL;
        group_want(join->path, row_count);
    }
    return sources;
}

/* -- The slots --------------------------------------------------------------------- */

/* What the program changed since stays; then the row does not tell of the slot. */
static bool refers(const struct orm_object *owner, const struct orm_to_one *ref,
    const struct orm_object *target)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (!type_equal(&owner->model->columns[ref->columns[i]],
                object_value(owner, ref->columns[i]),
                object_value(target, ref->target_columns[i])))
            return false;
    return object_is_live(target);
}

static void wire(
    struct orm_object *owner, const struct join *join, struct orm_object *target)
{
    if (!owner || !to_one_waits(owner, join->slot))
        return;
    if (target && refers(owner, join->ref, target))
        to_one_wire(owner, join->slot, target);
    else if (!target && !relate_is_changed(owner, join->ref))
        bit_put(object_missing_bits(owner), join->slot, true);
}

static size_t without_nulls(struct orm_object **objects, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (objects[i])
            objects[n++] = objects[i];
    return n;
}

void join_wire(const struct joins *j, const struct load_source *sources, size_t rows)
{
    for (size_t i = 0; i < j->count; i++) {
        const struct join *join = &j->all[i];
        struct orm_object **owners = join->from == JOIN_OF_ROWS
                                         ? sources[0].objects
                                         : j->all[join->from].objects;
        for (size_t row = 0; row < rows; row++)
            wire(owners[row], join, join->objects[row]);
    }
    /* Only now: joins of joins look at the rows. */
    for (size_t i = 0; i < j->count; i++) {
        struct join *join = &j->all[i];
        group_form(join->group, join->objects, without_nulls(join->objects, rows));
        join->group = NULL;
    }
}

bool join_load(struct orm_scope *scope, const struct joins *j,
    const struct orm_model *m, const struct pg_result *r, struct orm_object **objects,
    struct orm_group *g)
{
    const struct load_source of_rows = {.model = m, .objects = objects, .peers = g};
    const size_t columns = model_eager_count(m);
    struct load_result l = {.scope = scope,
        .result = r,
        .columns = join_width(j, columns),
        .sources = join_sources(scope->session, j, of_rows, pg_rows(r), columns),
        .source_count = j->count + 1};
    if (!l.sources) {
        scope_want_nothing(scope->session);
        return false;
    }
    if (!load_through(&l))
        return false;
    join_wire(j, l.sources, pg_rows(r));
    return true;
}
