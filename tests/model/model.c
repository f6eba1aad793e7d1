/* model.c: see model.h. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct orm_model *const *models;
unsigned model_count;

void model_begin(const struct orm_schema *schema)
{
    models = schema->models;
    model_count = schema->model_count;
}

unsigned number_of(const struct orm_model *m)
{
    unsigned i = 0;
    while (models[i] != m)
        i++;
    return i;
}

/* -- Values ------------------------------------------------------------------------ */

int value_of_text(const struct orm_column *c, const char *text)
{
    if (c->type == ORM_ENUM)
        for (int i = 0; i < c->named->label_count; i++)
            if (strcmp(c->named->labels[i], text) == 0)
                return i;
    if (c->type == ORM_DECIMAL) { /* of two digits */
        const char *point = strchr(text, '.');
        return atoi(text) * 100 +
               (*text == '-' ? -1 : 1) * (point ? atoi(point + 1) : 0);
    }
    return atoi(type_is_number(c) ? text : text + 1); /* behind "t" or "{" */
}

int value_of(const struct orm_object *o, unsigned column)
{
    const struct orm_column *c = &o->model->columns[column];
    const union orm_value v = type_get(c, o);
    if (!orm_has(o, column))
        return NIL;
    if (type_is_number(c))
        return (int)v.integer;
    if (c->type != ORM_ARRAY)
        return value_of_text(c, v.text);
    const struct orm_int4_array *a = v.data;
    return a->len == 2 && a->items[1] == a->items[0] + 1 ? a->items[0] : -1;
}

/* -- Columns ----------------------------------------------------------------------- */

bool is_foreign(const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < m->to_one_count; i++)
        if (!m->to_ones[i].reverse &&
            key_has_column(ref_columns(m, &m->to_ones[i]), column))
            return true;
    return false;
}

bool is_unique(const struct orm_model *m, unsigned column)
{
    static const char *const uniques[] = {
        "house.name", "tag.name", "profile.author_id", "ledger.token"};
    char name[64];
    snprintf(name, sizeof name, "%s.%s", m->name, m->columns[column].name);
    for (size_t i = 0; i < sizeof uniques / sizeof *uniques; i++)
        if (strcmp(uniques[i], name) == 0)
            return true;
    return false;
}

bool is_refused(const struct orm_model *m, const int *v)
{
    for (unsigned i = 0; i < m->column_count; i++)
        if (strcmp(m->columns[i].name, "rank") == 0 && v[i] != NIL && v[i] < 0)
            return true;
    return false;
}

int version_of(const struct orm_model *m)
{
    for (int i = 0; i < m->column_count; i++)
        if (m->columns[i].flags & ORM_COLUMN_VERSION)
            return i;
    return -1;
}

/* -- Rows -------------------------------------------------------------------------- */

bool key_equal(const struct orm_model *m, const int *a, const int *b)
{
    for (unsigned i = 0; i < m->key_count; i++)
        if (a[m->key[i]] != b[m->key[i]])
            return false;
    return true;
}

struct row *row_find(struct base *b, unsigned model, const int *v)
{
    for (unsigned i = 0; i < ROWS; i++) {
        struct row *r = &b->rows[model][i];
        if ((r->there || r->murky) && key_equal(models[model], r->v, v))
            return r;
    }
    return NULL;
}

struct row *there(struct row *r)
{
    return r && r->there ? r : NULL;
}

struct row *row_add(struct base *b, unsigned model)
{
    for (unsigned i = 0; i < ROWS; i++) {
        struct row *r = &b->rows[model][i];
        if (!r->there && !r->murky) {
            *r = (struct row){.there = true};
            return r;
        }
    }
    return NULL;
}

bool ref_key(const struct orm_to_one *ref, const int *v, int *key)
{
    for (unsigned i = 0; i < ref->count; i++) {
        if (v[ref->columns[i]] == NIL)
            return false;
        key[ref->target_columns[i]] = v[ref->columns[i]];
    }
    return true;
}

bool ref_hits(const struct orm_to_one *ref, const int *v, const int *target)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (v[ref->columns[i]] == NIL ||
            v[ref->columns[i]] != target[ref->target_columns[i]])
            return false;
    return true;
}

bool leads_nowhere(struct base *b, const struct orm_to_one *ref, const int *v)
{
    int key[COLUMNS];
    return !ref->reverse && ref_key(ref, v, key) &&
           !there(row_find(b, number_of(ref->target), key));
}

/* -- Pairs ------------------------------------------------------------------------- */

bool pair_is_turned(const struct orm_to_many *many)
{
    return strcmp(many->owner->name, "book") != 0;
}

void pair_put(struct base *b, int owner, int target, bool is_there)
{
    for (size_t i = 0; i < b->pair_count; i++)
        if (b->pairs[i].owner == owner && b->pairs[i].target == target) {
            if (!is_there)
                b->pairs[i] = b->pairs[--b->pair_count];
            return;
        }
    if (is_there && b->pair_count < PAIRS)
        b->pairs[b->pair_count++] = (struct pair){owner, target};
}

/* -- What the database does -------------------------------------------------------- */

static bool is_left_behind(struct base *b)
{
    for (unsigned m = 0; m < model_count; m++)
        for (unsigned k = 0; k < models[m]->to_one_count; k++) {
            const struct orm_to_one *ref = &models[m]->to_ones[k];
            if (ref->on_delete == ORM_CASCADE || ref->on_delete == ORM_SET_NULL)
                continue;
            for (unsigned i = 0; i < ROWS; i++)
                if (b->rows[m][i].there && leads_nowhere(b, ref, b->rows[m][i].v))
                    return true;
        }
    return false;
}

static bool follow_row(struct base *b, const struct orm_model *m, struct row *r)
{
    bool any = false;
    for (unsigned k = 0; r->there && k < m->to_one_count; k++) {
        const struct orm_to_one *ref = &m->to_ones[k];
        if ((ref->on_delete != ORM_CASCADE && ref->on_delete != ORM_SET_NULL) ||
            !leads_nowhere(b, ref, r->v))
            continue;
        any = true;
        r->there = ref->on_delete != ORM_CASCADE;
        for (unsigned i = 0; i < ref->count; i++)
            if (r->there && ref->clears >> i & 1)
                r->v[ref->columns[i]] = NIL;
    }
    return any;
}

static bool is_id(struct base *b, const char *model, int id)
{
    for (unsigned m = 0; m < model_count; m++)
        if (strcmp(models[m]->name, model) == 0)
            for (unsigned i = 0; i < ROWS; i++)
                if (b->rows[m][i].there && b->rows[m][i].v[models[m]->key[0]] == id)
                    return true;
    return false;
}

bool pair_is_whole(struct base *b, const struct pair *p)
{
    return is_id(b, "book", p->owner) && is_id(b, "tag", p->target);
}

void base_follow(struct base *b, bool *at_first, bool *at_last)
{
    *at_first = is_left_behind(b);
    for (bool more = true; more;) {
        more = false;
        for (unsigned m = 0; m < model_count; m++)
            for (unsigned i = 0; i < ROWS; i++)
                more |= follow_row(b, models[m], &b->rows[m][i]);
    }
    for (size_t i = 0; i < b->pair_count;)
        if (pair_is_whole(b, &b->pairs[i]))
            i++;
        else
            b->pairs[i] = b->pairs[--b->pair_count];
    *at_last = is_left_behind(b);
}

/* -- Things ------------------------------------------------------------------------ */

struct thing *thing_find(struct unit *u, unsigned model, const int *v)
{
    for (unsigned i = 0; i < THINGS; i++) {
        struct thing *t = &u->things[i];
        if ((t->is == IS_CLEAN || t->is == IS_DELETED) && t->model == model &&
            key_equal(models[model], t->v, v))
            return t;
    }
    return NULL;
}

bool thing_is_live(const struct thing *t)
{
    return t->is == IS_NEW || t->is == IS_CLEAN;
}
