/* constraint.c: what a model says of its rows: unique, checks and exclude. */
#include "over.h"
#include "sql.h"
#include "types.h"

#include <string.h>

/* ---- unique ---- */

struct unique_keys {
    const struct node *on;
    const struct node *include;
    const struct node *nulls_not_distinct;
    const struct node *deferrable;
    const struct node *name;
};

#define AT(member) offsetof(struct unique_keys, member)
const struct key unique_keys[] = {
    {"on", SHAPE_LIST, AT(on), 0, NULL},
    {"include", SHAPE_LIST, AT(include), 0, NULL},
    {"nulls_not_distinct", SHAPE_BOOL, AT(nulls_not_distinct), 0, NULL},
    {"deferrable", SHAPE_TEXT, AT(deferrable), 0, NULL},
    {"name", SHAPE_TEXT, AT(name), 0, NULL},
    {0},
};
#undef AT

static bool take_unique_keys(
    struct draft *d, const char *where, const struct node *n, struct unique_keys *keys)
{
    if (n->kind == NODE_LIST) {
        keys->on = n;
        return true;
    }
    if (n->kind == NODE_TEXT) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%sa constraint is a list of fields, as [one, two], or a map with on:",
            where);
        return false;
    }
    if (!take_keys(d, where, n, unique_keys, keys))
        return false;
    if (!keys->on)
        diag_error(d->diag, ERR_MISSING, n->place, "%swhich fields? Add on: [one, two]",
            where);
    return keys->on != NULL;
}

static bool take_unique(struct draft *d, const struct draft_model *m, const char *where,
    const struct node *n, struct unique *out)
{
    struct unique_keys keys = {0};
    const struct field *fields[MAX_INDEX_COLUMNS];
    size_t count = 0;
    if (!take_unique_keys(d, where, n, &keys))
        return false;
    if (keys.on->count == 0 || (keys.on->count == 1 && n->kind == NODE_LIST)) {
        diag_error(d->diag, ERR_CONSTRAINT, n->place,
            "%sthis is over %s; of one field write unique: true at the field", where,
            keys.on->count ? "one field" : "nothing");
        return false;
    }
    if (!take_column_list(d, where, m, keys.on, fields, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!check_operator_class(
                d, where, keys.on, index_method("btree"), fields[i], false))
            return false;
    *out = (struct unique){
        .place = n->place,
        .name = take_sql_name(d, where, keys.name),
        .nulls_not_distinct = is_true(keys.nulls_not_distinct),
        .field_count = count,
        .fields = arena_array(d->arena, count, sizeof *out->fields),
    };
    memcpy(out->fields, fields, count * sizeof *fields);
    return take_include(d, where, m, keys.include, fields, count, &out->include,
               &out->include_count) &&
           take_deferrable(d, where, keys.deferrable, &out->deferrable);
}

static void fill_uniques(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    const struct node *list = m->unique;
    const char *where = arena_printf(d->arena, "%s.unique: ", shown(d, m->name));
    out->uniques = arena_array(d->arena, list ? list->count : 0, sizeof *out->uniques);
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        out->unique_count +=
            take_unique(d, m, where, n, &out->uniques[out->unique_count]);
}

/* ---- checks ---- */

static bool take_check(struct draft *d, const struct draft_model *m,
    const struct node *n, struct check *out)
{
    const char *where = arena_printf(
        d->arena, "%s.checks: %s: ", shown(d, m->name), shown(d, n->key->text));
    if (n->kind != NODE_TEXT || is_nothing(n)) {
        diag_error(d->diag, ERR_SHAPE, value_place(n),
            "%sa check is a condition in SQL, as pages > 0, and this is %s", where,
            what_is(n));
        return false;
    }
    *out = (struct check){n->key->place, n->key->text, n->text};
    return check_name(d, where, "check", n->key) &&
           check_sql(d, where, n, SQL_CHECK, m->model);
}

static void fill_checks(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    const struct node *map = m->checks;
    out->checks = arena_array(d->arena, map ? map->count : 0, sizeof *out->checks);
    for (const struct node *n = map ? map->first : NULL; n; n = n->next)
        out->check_count += take_check(d, m, n, &out->checks[out->check_count]);
}

/* ---- exclude ---- */

struct exclude_keys {
    const struct node *method;
    const struct node *on;
    const struct node *where;
    const struct node *deferrable;
    const struct node *name;
};

#define AT(member) offsetof(struct exclude_keys, member)
const struct key exclude_keys[] = {
    {"using", SHAPE_TEXT, AT(method), 0, NULL},
    {"on", SHAPE_MAP, AT(on), 0, NULL},
    {"where", SHAPE_TEXT, AT(where), 0, NULL},
    {"deferrable", SHAPE_TEXT, AT(deferrable), 0, NULL},
    {"name", SHAPE_TEXT, AT(name), 0, NULL},
    {0},
};
#undef AT

/* As PostgreSQL's scanner has it, short of what would begin a comment. */
static bool is_operator(const char *text)
{
    const size_t length = strlen(text);
    return length > 0 && length < 64 && strspn(text, "+-*/<>=~!@#%^&|`?") == length &&
           !strstr(text, "--") && !strstr(text, "/*");
}

/* Whether `text` is a word of a list with blanks between. */
static bool is_among(const char *text, const char *words)
{
    const size_t length = strlen(text);
    for (const char *w = words; *w; w += strcspn(w, " "), w += strspn(w, " "))
        if (strcspn(w, " ") == length && strncmp(w, text, length) == 0)
            return true;
    return false;
}

static bool check_operator(struct draft *d, const char *where, const struct node *n,
    const struct index_method *method, const struct field *f)
{
    const char *known = index_operators(method, f);
    if (is_among(n->text, known))
        return true;
    diag_error(d->diag, ERR_CONSTRAINT, n->place,
        "%s%s: two of %s exclude each other in %s by one of these: %s; not by %s",
        where, f->yaml, type_info(f->type)->yaml, method->name, known, n->text);
    return false;
}

static bool take_operator(struct draft *d, const char *where,
    const struct draft_model *m, const struct index_method *method,
    const struct node *n, struct exclusion *out)
{
    const struct field *fields[MAX_INDEX_COLUMNS];
    size_t count = 0;
    if (n->kind != NODE_TEXT || !is_operator(n->text)) {
        diag_error(d->diag, ERR_CONSTRAINT, value_place(n),
            "%s%s: this is the operator that must not hold between two rows, as \"=\" "
            "or \"&&\"",
            where, shown(d, n->key->text));
        return false;
    }
    if (!take_columns(d, where, m, n->key, fields, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!check_operator_class(d, where, n->key, method, fields[i], false) ||
            !check_operator(d, where, n, method, fields[i]))
            return false;
        if (out->part_count == MAX_INDEX_COLUMNS) {
            diag_error(d->diag, ERR_CONSTRAINT, n->key->place,
                "%sthis makes more than %d columns, the most that PostgreSQL takes",
                where, MAX_INDEX_COLUMNS);
            return false;
        }
        out->parts[out->part_count++] =
            (struct index_part){.field = fields[i], .operator= n->text };
    }
    return true;
}

static bool take_exclusion(struct draft *d, const struct draft_model *m,
    const char *where, const struct node *n, struct exclusion *out)
{
    struct exclude_keys keys = {0};
    if (n->kind != NODE_MAP) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%san exclusion must be a map, as { using: gist, on: { during: \"&&\" } }, "
            "and is %s",
            where, what_is(n));
        return false;
    }
    if (!take_keys(d, where, n, exclude_keys, &keys))
        return false;
    if (!keys.on) {
        diag_error(d->diag, ERR_MISSING, n->place,
            "%sof which fields? Add on: { field: \"operator\" }", where);
        return false;
    }
    const struct index_method *method = take_method(d, where, keys.method, "gist");
    if (!method)
        return false;
    if (!method->excludes) {
        diag_error(d->diag, ERR_CONSTRAINT, keys.method->place,
            "%susing %s: it cannot tell whether two rows exclude each other; use gist",
            where, method->name);
        return false;
    }
    const size_t count = keys.on->count;
    if (count == 0 || count > MAX_INDEX_COLUMNS) {
        diag_error(d->diag, ERR_CONSTRAINT, keys.on->place,
            "%san exclusion is on 1 to %d fields, and this one on %zu", where,
            MAX_INDEX_COLUMNS, count);
        return false;
    }
    *out = (struct exclusion){
        .place = n->place,
        .name = take_sql_name(d, where, keys.name),
        .method = method->name,
        .parts = arena_array(d->arena, MAX_INDEX_COLUMNS, sizeof *out->parts),
        .where = keys.where ? keys.where->text : NULL,
    };
    for (const struct node *on = keys.on->first; on; on = on->next)
        if (!take_operator(d, where, m, method, on, out))
            return false;
    if (out->part_count > 1 && !method->several) {
        diag_error(d->diag, ERR_CONSTRAINT, keys.on->place,
            "%susing %s: it is over one column only; use btree or gist", where,
            method->name);
        return false;
    }
    return take_deferrable(d, where, keys.deferrable, &out->deferrable) &&
           (!keys.where || check_sql(d, where, keys.where, SQL_FIXED, m->model));
}

static void fill_exclusions(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    const struct node *list = m->exclude;
    const char *where = arena_printf(d->arena, "%s.exclude: ", shown(d, m->name));
    out->exclusions =
        arena_array(d->arena, list ? list->count : 0, sizeof *out->exclusions);
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        out->exclusion_count +=
            take_exclusion(d, m, where, n, &out->exclusions[out->exclusion_count]);
}

/* `unique: true` at a field. */
static void check_unique_fields(struct draft *d, const struct draft_model *m)
{
    for (const struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
        if (f->kind == FIELD_COLUMN && f->unique && f->column_count == 1 &&
            f->columns[0]->placed)
            check_operator_class(d,
                arena_printf(d->arena, "%s.%s: ", shown(d, m->name), shown(d, f->name)),
                f->keys.unique, index_method("btree"), f->columns[0]->placed, false);
}

void fill_constraints(struct draft *d, struct draft_model *m)
{
    check_unique_fields(d, m);
    fill_uniques(d, m);
    fill_checks(d, m);
    fill_exclusions(d, m);
}
