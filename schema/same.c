/* same.c: indexes and constraints that say again what another one says: each costs a
 * write per row and gains nothing. */
#include "draft.h"

#include <string.h>

/* An index, whatever made it. */
struct made {
    struct place place;
    const char *what;
    bool is_unique;
    size_t count;
    const struct field *const *fields;
};

static bool has(const struct made *a, const struct field *f)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->fields[i] == f)
            return true;
    return false;
}

static bool are_alike(const struct made *a, const struct made *b, bool in_order)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = in_order ? a->fields[i] == b->fields[i] : has(b, a->fields[i]);
    return same;
}

static void report(
    struct draft *d, const struct model *m, const struct made *a, const struct made *b)
{
    const bool in_order = a->place.line != b->place.line
                              ? a->place.line < b->place.line
                              : a->place.column < b->place.column;
    const struct made *first = in_order ? a : b, *second = in_order ? b : a;
    diag_error(d->diag, ERR_CONSTRAINT, second->place,
        "%s: this %s is over the same columns as the %s%s; delete one", m->name,
        second->what, first->what, second->what == first->what ? " before it" : "");
    diag_note(d->diag, first->place, "the %s is here", first->what);
}

/* A plain index: over columns alone, in their order, and over all rows. */
static bool is_plain(const struct index *x)
{
    bool plain = strcmp(x->method, "btree") == 0 && !x->where && !x->include_count &&
                 !x->nulls_not_distinct;
    for (size_t i = 0; i < x->part_count; i++) {
        const struct index_part *p = &x->parts[i];
        plain = plain && p->field && !p->collation && !p->ops && !p->descending &&
                p->nulls != NULLS_FIRST;
    }
    return plain;
}

static struct made made_by_index(struct draft *d, const struct index *x)
{
    const struct field **fields = arena_array(d->arena, x->part_count, sizeof *fields);
    for (size_t i = 0; i < x->part_count; i++)
        fields[i] = x->parts[i].field;
    return (struct made){x->place, x->unique ? "unique index" : "index", x->unique,
        x->part_count, fields};
}

static struct made made_by_fields(
    struct draft *d, const struct field *first, size_t count, const char *what)
{
    const struct field **fields = arena_array(d->arena, count, sizeof *fields);
    for (size_t i = 0; i < count; i++)
        fields[i] = &first[i];
    return (struct made){first->place, what, true, count, fields};
}

/* All that have an index over plain columns. */
static struct made *collect(struct draft *d, const struct model *m, size_t *count)
{
    struct made *all = arena_array(d->arena,
        1 + m->field_count + m->ref_count + m->unique_count + m->index_count,
        sizeof *all);
    size_t n = 0;
    if (!m->view_sql) /* which has no index of its key */
        all[n++] = made_by_fields(d, m->key, m->key_count, "key");
    for (size_t i = 0; i < m->field_count; i++)
        if (m->fields[i].unique)
            all[n++] = made_by_fields(d, &m->fields[i], 1, "unique field");
    for (size_t i = 0; i < m->ref_count; i++) {
        const struct ref *r = &m->refs[i];
        const struct made ref = {
            r->place, "unique ref", true, r->column_count, r->fields};
        /* One to one by the key is unique anyhow. */
        const bool is_key = n > 0 && are_alike(&ref, &all[0], false);
        if (r->unique && r->column_count > 1 && !is_key)
            all[n++] = ref;
    }
    for (size_t i = 0; i < m->unique_count; i++) {
        const struct unique *u = &m->uniques[i];
        all[n++] = (struct made){
            u->place, "unique constraint", true, u->field_count, u->fields};
    }
    for (size_t i = 0; i < m->index_count; i++)
        if (is_plain(&m->indexes[i]))
            all[n++] = made_by_index(d, &m->indexes[i]);
    *count = n;
    return all;
}

void check_same(struct draft *d, const struct model *m)
{
    size_t count;
    const struct made *all = collect(d, m, &count);
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            /* Unique over the same columns is the same promise in any order; an index
             * that is there for its order is the same only in the same. */
            const bool both_promise = all[i].is_unique && all[j].is_unique;
            if (are_alike(&all[j], &all[i], !both_promise)) {
                report(d, m, &all[j], &all[i]);
                break;
            }
        }
}
