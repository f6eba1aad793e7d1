/* via.c: the tables that a query reaches through to-one slots. */
#include "query/via.h"

void via_begin(struct via *v, struct compiler *c, struct source root)
{
    v->c = c;
    v->root = root;
    v->count = 0;
}

static const struct via_table *find(
    const struct via *v, unsigned from, const struct orm_to_one *slot)
{
    for (unsigned i = 0; i < v->count; i++)
        if (v->tables[i].from.alias == from && v->tables[i].slot == slot)
            return &v->tables[i];
    return NULL;
}

bool via_step(struct via *v, unsigned slot, struct source *at)
{
    if (slot >= at->model->to_one_count)
        return error_set_field(&v->c->s->error, ORM_INVALID, at->model, NULL,
            "the query goes through relation %u, which the model does not have", slot);
    const struct orm_to_one *ref = &at->model->to_ones[slot];
    const struct via_table *known = find(v, at->alias, ref);
    if (known) {
        *at = known->at;
        return true;
    }
    if (v->count == VIA_TABLES)
        return error_set_field(&v->c->s->error, ORM_INVALID, v->root.model, NULL,
            "the query goes to more than %d other tables", VIA_TABLES);
    struct via_table *t = &v->tables[v->count++];
    *t = (struct via_table){*at, ref, compile_source(v->c, ref->target)};
    *at = t->at;
    return true;
}

bool via_reach(struct via *v, const uint16_t slots[ORM_ORDER_VIA], struct source *at)
{
    *at = v->root;
    for (unsigned i = 0; i < ORM_ORDER_VIA; i++) {
        shape_add(v->c->s, slots[i]);
        if (!slots[i])
            break;
        if (!via_step(v, slots[i] - 1u, at))
            return false;
    }
    return true;
}

void via_joins(const struct via *v)
{
    for (unsigned i = 0; i < v->count; i++) {
        const struct via_table *t = &v->tables[i];
        compile_text(v->c, " LEFT JOIN ");
        compile_table(v->c, t->at);
        for (unsigned k = 0; k < t->slot->count; k++) {
            compile_text(v->c, k ? " AND " : " ON ");
            compile_column(v->c, t->at, t->slot->target_columns[k]);
            compile_text(v->c, " = ");
            compile_column(v->c, t->from, t->slot->columns[k]);
        }
    }
}
