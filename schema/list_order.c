/* list_order.c: the order of a relation's list: `order:` and `reverse_order:`.
 *
 * A list is ordered by columns of what it holds; rows that are equal in all of them
 * come in the order of the key. */
#include "over.h"
#include "resolve.h"
#include "types.h"

#include <string.h>

/* "published desc": the field, and what is asked of it.  False: reported. */
static bool take_word(struct draft *d, const char *where, const struct node *n,
    struct node *field, bool *descending)
{
    const char *blank = strchr(n->text, ' ');
    *field = *n;
    *descending = blank && strcmp(blank + 1, "desc") == 0;
    if (!blank)
        return true;
    if (!*descending && strcmp(blank + 1, "asc") != 0) {
        diag_error(d->diag, ERR_LIST_ORDER, n->place,
            "%s\"%s\": a field is followed by asc or desc, as \"published desc\"",
            where, shown(d, n->text));
        return false;
    }
    field->length = (size_t)(blank - n->text);
    field->text = arena_copy(d->arena, n->text, field->length);
    return true;
}

static bool check_column(struct draft *d, const char *where, const struct node *n,
    const struct many *list, const struct field *f)
{
    if (index_takes(index_method("btree"), f) != TAKES) {
        diag_error(d->diag, ERR_LIST_ORDER, n->place,
            "%s\"%s\" is %s, which has no order; name another field", where, f->yaml,
            type_info(f->type)->yaml);
        return false;
    }
    for (size_t i = 0; i < list->order_count; i++)
        if (list->order[i].field == f) {
            diag_error(d->diag, ERR_LIST_ORDER, n->place,
                "%s\"%s\" is named twice; delete one", where, f->yaml);
            return false;
        }
    return true;
}

/* `by` is a list of texts, or NULL; `of` is the model that the list holds. */
static void fill(struct draft *d, const char *where, const struct node *by,
    const struct draft_model *of, struct many *list)
{
    if (by && by->count == 0)
        diag_error(d->diag, ERR_LIST_ORDER, by->place,
            "%sby nothing; name fields, or delete it: then the key orders the list",
            where);
    if (!by || !list)
        return;
    list->order = arena_array(d->arena, MAX_INDEX_COLUMNS, sizeof *list->order);
    for (const struct node *n = by->first; n; n = n->next) {
        if (n->kind != NODE_TEXT) {
            diag_error(d->diag, ERR_SHAPE, n->place,
                "%sthese are names of fields, and this is %s", where, what_is(n));
            continue;
        }
        const struct field *columns[MAX_INDEX_COLUMNS];
        size_t count = 0;
        struct node field;
        bool descending;
        if (!take_word(d, where, n, &field, &descending) ||
            !take_columns(d, where, of, &field, columns, &count))
            continue;
        for (size_t i = 0; i < count; i++) {
            if (list->order_count == MAX_INDEX_COLUMNS) {
                diag_error(d->diag, ERR_LIST_ORDER, n->place,
                    "%smore than %d columns to order by", where, MAX_INDEX_COLUMNS);
                return;
            }
            if (check_column(d, where, n, list, columns[i]))
                list->order[list->order_count++] =
                    (struct list_order){columns[i], descending};
        }
    }
}

struct many *other_end(const struct draft_field *f)
{
    struct model *to = f->target->model;
    for (size_t i = 0; f->reverse && i < to->many_count; i++) {
        struct many *m = &to->manys[i];
        if ((f->ref && m->ref == f->ref) || (f->many && m->inverse == f->many))
            return m;
    }
    return NULL;
}

void fill_list_orders(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
            if (!f->target || f->broken)
                continue;
            const char *name = place_name(d, f);
            fill(d, arena_printf(d->arena, "%s: order: ", name), f->keys.order,
                f->target, f->many);
            fill(d, arena_printf(d->arena, "%s: reverse_order: ", name),
                f->keys.reverse_order, m, other_end(f));
        }
}
