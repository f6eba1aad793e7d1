/* index.c: a model's indexes, from their maps to model.h. */
#include "keys.h"

#include "resolve.h"

#include <string.h>

enum {
    MAX_INDEX_COLUMNS = 32
};

struct index_keys {
    const struct node *on;
    const struct node *order;
    const struct node *unique;
};

static const struct key index_keys[] = {
    {"on", SHAPE_LIST, offsetof(struct index_keys, on), 0, NULL},
    {"order", SHAPE_LIST, offsetof(struct index_keys, order), 0, NULL},
    {"unique", SHAPE_BOOL, offsetof(struct index_keys, unique), 0, NULL},
    {0},
};

void parse_indexes(struct draft *d, struct draft_model *m, const struct node *list)
{
    const char *where = arena_printf(d->arena, "%s.indexes: ", shown(d, m->name));
    m->indexes = arena_array(d->arena, list->count, sizeof *m->indexes);
    for (const struct node *n = list->first; n; n = n->next) {
        struct index_keys keys = {0};
        if (n->kind != NODE_MAP) {
            diag_error(d->diag, ERR_SHAPE, n->place,
                "%san index must be a map, as { on: [name] }, and is %s", where,
                what_is(n));
            continue;
        }
        if (!take_keys(d, where, n, index_keys, &keys))
            continue;
        if (!keys.on) {
            diag_error(d->diag, ERR_MISSING, n->place,
                "%sof which fields? Add on: [name]", where);
            continue;
        }
        m->indexes[m->index_count++] = (struct draft_index){.place = n->place,
            .unique = is_true(keys.unique),
            .on = keys.on,
            .order = keys.order};
    }
}

static bool fill_index_fields(struct draft *d, const char *where, struct draft_model *m,
    const struct draft_index *in, struct index *out)
{
    for (const struct node *n = in->on->first; n; n = n->next) {
        if (n->kind != NODE_TEXT) {
            diag_error(d->diag, ERR_SHAPE, n->place,
                "%son takes names of fields; order: has their asc or desc", where);
            return false;
        }
        const bool is_implicit =
            !m->key && strcmp(n->text, "id") == 0 && !strmap_get(&m->by_name, "id");
        const struct draft_field *f =
            is_implicit ? NULL : find_field(d, where, m, n, FIELD_COLUMN | FIELD_REF);
        if (f && f->kind == FIELD_MANY)
            diag_error(d->diag, ERR_INDEX, n->place,
                "%s%s is a list and has no column; its join table has its indexes "
                "already",
                where, place_name(d, f));
        const struct field *column = f && f->column_count ? f->columns[0]->placed
                                     : is_implicit        ? m->model->key
                                                          : NULL;
        if (f && f->column_count > 1) {
            diag_error(d->diag, ERR_INDEX, n->place,
                "%s\"%s\" has %zu columns; an index over them is not supported yet",
                where, shown(d, n->text), f->column_count);
            return false;
        }
        if (!column)
            return false;
        for (size_t i = 0; i < out->field_count; i++)
            if (out->fields[i] == column) {
                diag_error(d->diag, ERR_INDEX, n->place,
                    "%s\"%s\" is named twice; delete one", where, shown(d, n->text));
                return false;
            }
        out->fields[out->field_count++] = column;
    }
    return true;
}

static bool fill_index_order(
    struct draft *d, const char *where, const struct node *order, struct index *out)
{
    if (!order)
        return true;
    if (order->count != out->field_count) {
        diag_error(d->diag, ERR_INDEX, order->place,
            "%son has %zu fields and order has %zu; give each field its asc or desc",
            where, out->field_count, order->count);
        return false;
    }
    size_t i = 0;
    for (const struct node *n = order->first; n; n = n->next, i++) {
        const bool is_text = n->kind == NODE_TEXT;
        out->descending[i] = is_text && strcmp(n->text, "desc") == 0;
        if (out->descending[i] || (is_text && strcmp(n->text, "asc") == 0))
            continue;
        diag_error(d->diag, ERR_INDEX, n->place, "%sorder is asc or desc", where);
        return false;
    }
    return true;
}

void fill_indexes(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    const char *where = arena_printf(d->arena, "%s.indexes: ", shown(d, m->name));
    out->indexes = arena_array(d->arena, m->index_count, sizeof *out->indexes);
    for (struct draft_index *in = m->indexes; in < m->indexes + m->index_count; in++) {
        const size_t count = in->on->count;
        if (count == 0 || count > MAX_INDEX_COLUMNS) {
            diag_error(d->diag, ERR_INDEX, in->on->place,
                "%san index is on 1 to %d fields, and this one on %zu", where,
                MAX_INDEX_COLUMNS, count);
            continue;
        }
        struct index *i = &out->indexes[out->index_count];
        i->place = in->place;
        i->unique = in->unique;
        i->fields = arena_array(d->arena, count, sizeof *i->fields);
        i->descending = arena_array(d->arena, count, sizeof *i->descending);
        if (fill_index_fields(d, where, m, in, i) &&
            fill_index_order(d, where, in->order, i))
            out->index_count++;
    }
}
