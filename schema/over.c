/* over.c: the names of columns and methods in indexes and constraints. */
#include "over.h"

#include "names.h"
#include "resolve.h"
#include "suggest.h"
#include "types.h"

#include <string.h>

bool take_columns(struct draft *d, const char *where, const struct draft_model *m,
    const struct node *name, const struct field **fields, size_t *count)
{
    const bool is_implicit =
        !m->key && strcmp(name->text, "id") == 0 && !strmap_get(&m->by_name, "id");
    if (is_implicit) {
        fields[(*count)++] = m->model->key;
        return true;
    }
    const struct draft_field *f =
        find_field(d, where, m, name, FIELD_COLUMN | FIELD_REF);
    if (f && f->kind & (FIELD_MANY | FIELD_REVERSE))
        diag_error(d->diag, ERR_INDEX, name->place,
            "%s%s is a list and has no column; its join table has its indexes already",
            where, place_name(d, f));
    if (!f || !f->column_count)
        return false;
    if (*count + f->column_count > MAX_INDEX_COLUMNS) {
        diag_error(d->diag, ERR_INDEX, name->place,
            "%sthis makes more than %d columns, the most that PostgreSQL takes", where,
            MAX_INDEX_COLUMNS);
        return false;
    }
    for (size_t i = 0; i < f->column_count; i++)
        fields[(*count)++] = f->columns[i]->placed;
    return true;
}

bool take_column_list(struct draft *d, const char *where, const struct draft_model *m,
    const struct node *list, const struct field **fields, size_t *count)
{
    for (const struct node *n = list->first; n; n = n->next) {
        if (n->kind != NODE_TEXT) {
            diag_error(d->diag, ERR_SHAPE, n->place,
                "%sthese are names of fields, and this is %s", where, what_is(n));
            return false;
        }
        const size_t before = *count;
        if (!take_columns(d, where, m, n, fields, count))
            return false;
        for (size_t i = 0; i < before * (*count - before); i++)
            if (fields[i % before] == fields[before + i / before]) {
                diag_error(d->diag, ERR_INDEX, n->place,
                    "%s\"%s\" is named twice; delete one", where, shown(d, n->text));
                return false;
            }
    }
    return true;
}

bool take_include(struct draft *d, const char *where, const struct draft_model *m,
    const struct node *list, const struct field *const *on, size_t on_count,
    const struct field ***include, size_t *count)
{
    const struct field *fields[MAX_INDEX_COLUMNS];
    if (!list)
        return true;
    if (!take_column_list(d, where, m, list, fields, count))
        return false;
    for (size_t i = 0; i < *count * on_count; i++)
        if (fields[i / on_count] == on[i % on_count]) {
            diag_error(d->diag, ERR_INDEX, list->place,
                "%sinclude: \"%s\" is in on: already", where,
                fields[i / on_count]->yaml);
            return false;
        }
    if (on_count + *count > MAX_INDEX_COLUMNS) {
        diag_error(d->diag, ERR_INDEX, list->place,
            "%son and include make %zu columns; PostgreSQL takes %d", where,
            on_count + *count, MAX_INDEX_COLUMNS);
        return false;
    }
    *include = arena_array(d->arena, *count, sizeof **include);
    memcpy(*include, fields, *count * sizeof *fields);
    return true;
}

const struct index_method *take_method(
    struct draft *d, const char *where, const struct node *name, const char *otherwise)
{
    if (!name)
        return index_method(otherwise);
    const struct index_method *found = index_method(name->text);
    if (found)
        return found;
    struct suggestion s = {.wanted = name->text};
    for (const struct index_method *m = index_methods; m->name; m++)
        suggest_offer(&s, m->name);
    if (s.best)
        diag_error(d->diag, ERR_INDEX, name->place,
            "%sno kind of index \"%s\"; did you mean \"%s\"?", where,
            shown(d, name->text), s.best);
    else
        diag_error(d->diag, ERR_INDEX, name->place,
            "%sno kind of index \"%s\"; there are btree, hash, gist, gin, spgist and "
            "brin",
            where, shown(d, name->text));
    return NULL;
}

/* What is made for its type, if anything is, else what takes nearly all. */
static const char *method_for(const struct field *f)
{
    static const char *const by_purpose[] = {"gin", "gist", "btree"};
    for (size_t i = 0; i < sizeof by_purpose / sizeof *by_purpose; i++)
        if (index_takes(index_method(by_purpose[i]), f) == TAKES)
            return by_purpose[i];
    return NULL;
}

static const char *type_words(struct draft *d, const struct field *f)
{
    return f->type == TYPE_ARRAY
               ? arena_printf(d->arena, "%s[]", type_info(f->element)->yaml)
               : type_info(f->type)->yaml;
}

bool check_operator_class(struct draft *d, const char *where, const struct node *at,
    const struct index_method *method, const struct field *f, bool ops)
{
    const enum takes takes = index_takes(method, f);
    const bool is_taught =
        takes == TAKES_WITH_EXTENSION && has_extension(d, method->extension);
    if (ops || takes == TAKES || is_taught)
        return true;
    const char *other = method_for(f), *type = type_words(d, f);
    if (takes == TAKES_WITH_EXTENSION)
        diag_error(d->diag, ERR_INDEX, at->place,
            "%s%s takes %s, as \"%s\" is, only with the extension %s: add it to "
            "extensions: at the top of the file, or use %s",
            where, method->name, type, f->yaml, method->extension, other);
    else if (other)
        diag_error(d->diag, ERR_INDEX, at->place,
            "%s%s takes no %s, as \"%s\" is; use %s, or name an operator class with "
            "{ field: %s, ops: ... }",
            where, method->name, type, f->yaml, other, f->yaml);
    else
        diag_error(d->diag, ERR_INDEX, at->place,
            "%sno index takes %s, as \"%s\" is; index an expression of it, under "
            "indexes: { sql: ... }",
            where, type, f->yaml);
    return false;
}

const char *take_sql_name(struct draft *d, const char *where, const struct node *n)
{
    return n ? sql_name(d, where, n) : NULL;
}

bool take_deferrable(struct draft *d, const char *where, const struct node *n,
    enum deferrable *deferrable)
{
    *deferrable = DEFERRABLE_NO;
    if (!n)
        return true;
    if (is_true(n))
        *deferrable = DEFERRABLE_YES;
    else if (is_word(n, "deferred"))
        *deferrable = DEFERRABLE_INITIALLY;
    else if (!is_word(n, "false")) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%sdeferrable is true, if a transaction may put the check off, or "
            "deferred, if it does so by itself",
            where);
        return false;
    }
    return true;
}
