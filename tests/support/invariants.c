/* invariants.c: walks a whole schema. */
#include "invariants.h"

#include "names.h"
#include "types.h"

#include <stdio.h>
#include <stdlib.h>

#define HOLDS(condition)                                                               \
    do {                                                                               \
        if (!(condition)) {                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
            abort();                                                                   \
        }                                                                              \
    } while (0)

static void check_place(struct place p)
{
    HOLDS(p.line > 0 && p.column > 0 && p.end_column > p.column);
}

static void check_field(const struct model *m, const struct field *f)
{
    HOLDS(f->model == m);
    HOLDS(!sql_name_problem(f->column));
    HOLDS(!name_problem(f->yaml));
    check_place(f->place);
    HOLDS(f->key == (f < m->key + m->key_count));
    const struct traits *t = &f->traits;
    HOLDS(!(f->identity || t->version || t->created || t->updated) || !f->optional);
    HOLDS(!f->identity || f->default_kind == DEFAULT_NONE);
    HOLDS(f->identity || !t->identity_always);
    HOLDS(!t->generated || (!f->identity && f->default_kind == DEFAULT_NONE));
    HOLDS(!t->collation || type_has_collation(f->type));
    HOLDS(!f->settable || !(t->generated || t->version || t->created || t->updated));
    HOLDS(t->lazy == ((size_t)(f - m->fields) >= m->field_count - m->lazy_count));
    HOLDS(!(f->key || f->ref) || !(t->lazy || t->generated || t->version));
    HOLDS((f->type == TYPE_ENUM) == (f->enumeration != NULL));
    HOLDS((f->type == TYPE_VARCHAR) == (f->length > 0));
    HOLDS((f->default_kind == DEFAULT_NONE) == (f->default_text == NULL));
    if (f->default_kind == DEFAULT_LITERAL)
        HOLDS(type_info(f->type)->holds(f, f->default_text));
    if (f->key)
        HOLDS(!f->optional && type_info(f->type)->can_be_key);
    if (f->ref) {
        bool holds = false;
        for (size_t i = 0; i < f->ref->column_count; i++)
            holds = holds || f->ref->fields[i] == f;
        HOLDS(holds);
    }
}

static void check_ref(
    const struct schema *s, const struct model *m, const struct ref *r)
{
    (void)s;
    HOLDS(r->model == m && r->column_count > 0);
    bool clears = false;
    for (size_t i = 0; i < r->column_count; i++) {
        const struct field *ours = r->fields[i], *theirs = r->target_fields[i];
        HOLDS(ours->model == m && theirs->model == r->target);
        HOLDS(!r->to_key || theirs == &r->target->key[i]);
        HOLDS(ours->type == theirs->type && ours->length == theirs->length);
        HOLDS(ours->enumeration == theirs->enumeration);
        HOLDS(!r->clears[i] || ours->optional);
        HOLDS(r->optional || !ours->optional);
        clears = clears || r->clears[i];
    }
    HOLDS(r->to_key ? r->column_count == r->target->key_count : r->column_count == 1);
    HOLDS(r->optional == clears);
    HOLDS(r->optional || r->on_delete != ACTION_SET_NULL);
    HOLDS(r->optional || !r->constrained || r->target->rank < m->rank);
    check_place(r->place);
    if (r->reverse)
        check_place(r->reverse_place);
}

static void check_many(const struct model *m, const struct many *x)
{
    HOLDS(x->model == m && x->target && !name_problem(x->name));
    check_place(x->place);
    if (x->kind == MANY_REVERSE) {
        HOLDS(x->ref && x->ref->target == m && x->ref->model == x->target);
        HOLDS(!x->ref->unique && !x->declared && !x->inverse && !x->join_table);
        return;
    }
    HOLDS(!x->ref && x->join_table);
    HOLDS(x->owner_end.column_count > 0 && x->owner_end.fields[0]->model == m);
    HOLDS(x->target_end.column_count > 0);
    HOLDS(x->target_end.fields[0]->model == x->target);
    HOLDS(x->declared || x->inverse);
    if (x->inverse) {
        HOLDS(x->inverse->inverse == x && x->inverse->declared != x->declared);
        HOLDS(x->inverse->model == x->target && x->inverse->target == m);
        HOLDS(x->inverse->owner_end.columns == x->target_end.columns);
    }
    HOLDS((x->kind == MANY_THROUGH) == (x->through != NULL));
    if (x->through) {
        HOLDS(x->through_owner->model == x->through && x->through_owner->target == m);
        HOLDS(x->through_target->model == x->through);
        HOLDS(x->through_target->target == x->target);
        HOLDS(x->through_owner != x->through_target);
    }
}

void check_invariants(const struct schema *s)
{
    HOLDS(s->path && s->module && s->prefix && s->model_count > 0);
    for (size_t i = 0; i < s->model_count; i++) {
        const struct model *m = &s->models[i];
        HOLDS(!name_problem(m->name) && !sql_name_problem(m->table));
        HOLDS(s->by_dependency[m->rank] == m);
        HOLDS(m->key_count > 0 && m->key_count <= m->field_count);
        HOLDS(m->key == &m->fields[0]);
        check_place(m->place);
        for (size_t j = 0; j < m->field_count; j++)
            check_field(m, &m->fields[j]);
        for (size_t j = 0; j < m->ref_count; j++)
            check_ref(s, m, &m->refs[j]);
        for (size_t j = 0; j < m->one_count; j++)
            HOLDS(m->ones[j]->target == m && m->ones[j]->unique && m->ones[j]->reverse);
        for (size_t j = 0; j < m->many_count; j++) {
            check_many(m, &m->manys[j]);
            HOLDS(j == 0 || m->manys[j - 1].declared || !m->manys[j].declared);
        }
        for (size_t j = 0; j < m->index_count; j++) {
            const struct index *x = &m->indexes[j];
            HOLDS(x->part_count > 0);
            for (size_t k = 0; k < x->part_count; k++)
                HOLDS(x->parts[k].sql || x->parts[k].field->model == m);
        }
        for (size_t j = 0; j < m->unique_count; j++) {
            HOLDS(m->uniques[j].field_count > 0);
            for (size_t k = 0; k < m->uniques[j].field_count; k++)
                HOLDS(m->uniques[j].fields[k]->model == m);
        }
        for (size_t j = 0; j < m->exclusion_count; j++) {
            const struct exclusion *e = &m->exclusions[j];
            HOLDS(e->part_count > 0);
            for (size_t k = 0; k < e->part_count; k++)
                HOLDS(e->parts[k].operator&& e->parts[k].field->model == m);
        }
    }
    for (size_t i = 0; i < s->enumeration_count; i++) {
        const struct enumeration *e = s->enumerations[i];
        HOLDS(e->label_count > 0);
        for (size_t j = 0; j < e->label_count; j++)
            HOLDS(!name_problem(e->labels[j]));
    }
}
