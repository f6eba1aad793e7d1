/* index.c: a model's indexes, from their maps to model.h. */
#include "over.h"
#include "sql.h"
#include "types.h"

#include <string.h>

/* ---- keys ---- */

struct index_keys {
    const struct node *on;
    const struct node *order;
    const struct node *nulls;
    const struct node *method;
    const struct node *unique;
    const struct node *nulls_not_distinct;
    const struct node *include;
    const struct node *where;
    const struct node *name;
};

#define AT(member) offsetof(struct index_keys, member)
const struct key index_keys[] = {
    {"on", SHAPE_LIST, AT(on), 0, NULL},
    {"order", SHAPE_LIST, AT(order), 0, NULL},
    {"nulls", SHAPE_LIST, AT(nulls), 0, NULL},
    {"using", SHAPE_TEXT, AT(method), 0, NULL},
    {"unique", SHAPE_BOOL, AT(unique), 0, NULL},
    {"nulls_not_distinct", SHAPE_BOOL, AT(nulls_not_distinct), 0, NULL},
    {"include", SHAPE_LIST, AT(include), 0, NULL},
    {"where", SHAPE_TEXT, AT(where), 0, NULL},
    {"name", SHAPE_TEXT, AT(name), 0, NULL},
    {0},
};
#undef AT

struct part_keys {
    const struct node *field;
    const struct node *sql;
    const struct node *collation;
    const struct node *ops;
};

#define AT(member) offsetof(struct part_keys, member)
const struct key part_keys[] = {
    {"field", SHAPE_TEXT, AT(field), 0, NULL},
    {"sql", SHAPE_TEXT, AT(sql), 0, NULL},
    {"collation", SHAPE_TEXT, AT(collation), 0, NULL},
    {"ops", SHAPE_TEXT, AT(ops), 0, NULL},
    {0},
};
#undef AT

/* What is read of one index, and for which. */
struct reading {
    struct draft *d;
    const struct draft_model *m;
    const char *where;
    const struct index_method *method;
    struct index *out;
};

/* ---- parts ---- */

/* An array is sorted by its items. */
static enum type sorted_type(const struct field *f)
{
    return f->type == TYPE_ARRAY ? f->element : f->type;
}

static bool is_twice(const struct index *x, const struct index_part *p)
{
    for (size_t i = 0; i < x->part_count; i++)
        if (p->field && x->parts[i].field == p->field)
            return true;
    return false;
}

static bool add_part(struct reading *r, const struct node *at, struct index_part part)
{
    struct draft *d = r->d;
    struct index *x = r->out;
    if (part.field &&
        !check_operator_class(d, r->where, at, r->method, part.field, part.ops != NULL))
        return false;
    if (is_twice(x, &part)) {
        diag_error(d->diag, ERR_INDEX, at->place, "%s\"%s\" is named twice; delete one",
            r->where, part.field->yaml);
        return false;
    }
    if (x->part_count == MAX_INDEX_COLUMNS) {
        diag_error(d->diag, ERR_INDEX, at->place,
            "%sthis makes more than %d columns, the most that PostgreSQL takes",
            r->where, MAX_INDEX_COLUMNS);
        return false;
    }
    x->parts[x->part_count++] = part;
    return true;
}

static bool add_field(
    struct reading *r, const struct node *name, struct index_part part)
{
    const struct field *fields[MAX_INDEX_COLUMNS];
    size_t count = 0;
    bool right = take_columns(r->d, r->where, r->m, name, fields, &count);
    for (size_t i = 0; right && i < count; i++) {
        part.field = fields[i];
        if (part.collation && !type_has_collation(sorted_type(part.field))) {
            diag_error(r->d->diag, ERR_INDEX, name->place,
                "%s\"%s\" is %s, and only texts have a collation; delete collation:",
                r->where, shown(r->d, name->text), type_info(part.field->type)->yaml);
            return false;
        }
        right = add_part(r, name, part);
    }
    return right;
}

static bool take_part(struct reading *r, const struct node *n, struct index_part part)
{
    struct part_keys keys = {0};
    if (n->kind == NODE_TEXT)
        return add_field(r, n, part);
    if (n->kind == NODE_LIST) {
        diag_error(r->d->diag, ERR_SHAPE, n->place,
            "%son takes names of fields, { field: ... } and { sql: ... }, and this is "
            "a list",
            r->where);
        return false;
    }
    if (!take_keys(r->d, r->where, n, part_keys, &keys))
        return false;
    if (!keys.field == !keys.sql) {
        diag_error(r->d->diag, keys.sql ? ERR_EXCLUSIVE : ERR_MISSING, n->place,
            "%sa part of an index is { field: ... } or { sql: ... }", r->where);
        return false;
    }
    if (keys.collation)
        part.collation = sql_name(r->d, r->where, keys.collation);
    if (keys.ops)
        part.ops = sql_name(r->d, r->where, keys.ops);
    if (keys.field)
        return add_field(r, keys.field, part);
    part.sql = keys.sql->text;
    return check_sql(r->d, r->where, keys.sql, SQL_FIXED, r->m->model) &&
           add_part(r, n, part);
}

/* One of two words for each part; false: reported. */
static bool take_words(struct reading *r, const struct node *list, const char *key,
    size_t count, const char *const words[2], unsigned *taken)
{
    if (!list)
        return true;
    if (!r->method->sorts) {
        diag_error(r->d->diag, ERR_INDEX, list->key->place,
            "%sonly a btree is in order; delete %s:", r->where, key);
        return false;
    }
    if (list->count != count) {
        diag_error(r->d->diag, ERR_INDEX, list->place,
            "%son is %zu long and %s is %zu; give each part its %s or %s", r->where,
            count, key, list->count, words[0], words[1]);
        return false;
    }
    for (const struct node *n = list->first; n; n = n->next, taken++) {
        const bool is_text = n->kind == NODE_TEXT;
        *taken = is_text && strcmp(n->text, words[0]) == 0   ? 1
                 : is_text && strcmp(n->text, words[1]) == 0 ? 2
                                                             : 0;
        if (!*taken) {
            diag_error(r->d->diag, ERR_INDEX, n->place, "%s%s is %s or %s", r->where,
                key, words[0], words[1]);
            return false;
        }
    }
    return true;
}

static bool take_parts(struct reading *r, const struct index_keys *k)
{
    static const char *const orders[] = {"asc", "desc"};
    static const char *const nulls[] = {"first", "last"};
    unsigned order[MAX_INDEX_COLUMNS] = {0}, null[MAX_INDEX_COLUMNS] = {0};
    const size_t count = k->on->count;
    if (count == 0 || count > MAX_INDEX_COLUMNS) {
        diag_error(r->d->diag, ERR_INDEX, k->on->place,
            "%san index is on 1 to %d fields, and this one on %zu", r->where,
            MAX_INDEX_COLUMNS, count);
        return false;
    }
    if (!take_words(r, k->order, "order", count, orders, order) ||
        !take_words(r, k->nulls, "nulls", count, nulls, null))
        return false;
    size_t i = 0;
    for (const struct node *n = k->on->first; n; n = n->next, i++) {
        const struct index_part part = {
            .descending = order[i] == 2, .nulls = (enum nulls)null[i]};
        if (!take_part(r, n, part))
            return false;
    }
    return true;
}

/* ---- the rest of an index ---- */

static bool take_index_include(struct reading *r, const struct node *list)
{
    struct index *x = r->out;
    const struct field *on[MAX_INDEX_COLUMNS];
    for (size_t i = 0; i < x->part_count; i++)
        on[i] = x->parts[i].field;
    return take_include(
        r->d, r->where, r->m, list, on, x->part_count, &x->include, &x->include_count);
}

/* What this kind of index cannot do. */
static bool check_method(struct reading *r, const struct index_keys *k)
{
    const struct index_method *m = r->method;
    const struct {
        bool wrong;
        const struct node *at;
        const char *what;
    } rules[] = {
        {is_true(k->unique) && !m->unique, k->unique,
            "only a btree can be unique; delete unique:, or using:"},
        {k->nulls_not_distinct && !is_true(k->unique), k->nulls_not_distinct,
            "nulls_not_distinct is about unique indexes; add unique: true"},
        {k->include && !m->includes, k->include,
            "it has no room for included columns; use btree, gist or spgist"},
        {r->out->part_count > 1 && !m->several, k->on,
            "it is over one column only; write one index for each"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].wrong) {
            const struct node *at = rules[i].at;
            diag_error(r->d->diag, ERR_INDEX, at->key->place, "%susing %s: %s",
                r->where, m->name, rules[i].what);
            return false;
        }
    return true;
}

static bool take_index(struct draft *d, const struct draft_model *m, const char *where,
    const struct node *n, struct index *out)
{
    struct index_keys keys = {0};
    if (n->kind != NODE_MAP) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%san index must be a map, as { on: [name] }, and is %s", where,
            what_is(n));
        return false;
    }
    if (!take_keys(d, where, n, index_keys, &keys))
        return false;
    if (!keys.on) {
        diag_error(
            d->diag, ERR_MISSING, n->place, "%sof which fields? Add on: [name]", where);
        return false;
    }
    struct reading r = {d, m, where, take_method(d, where, keys.method, "btree"), out};
    if (!r.method)
        return false;
    *out = (struct index){
        .place = n->place,
        .name = take_sql_name(d, where, keys.name),
        .method = r.method->name,
        .unique = is_true(keys.unique),
        .nulls_not_distinct = is_true(keys.nulls_not_distinct),
        .parts = arena_array(d->arena, MAX_INDEX_COLUMNS, sizeof *out->parts),
        .where = keys.where ? keys.where->text : NULL,
    };
    return take_parts(&r, &keys) && check_method(&r, &keys) &&
           take_index_include(&r, keys.include) &&
           (!keys.where || check_sql(d, where, keys.where, SQL_FIXED, m->model));
}

void fill_indexes(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    const struct node *list = m->indexes;
    const char *where = arena_printf(d->arena, "%s.indexes: ", shown(d, m->name));
    out->indexes = arena_array(d->arena, list ? list->count : 0, sizeof *out->indexes);
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        out->index_count += take_index(d, m, where, n, &out->indexes[out->index_count]);
}
