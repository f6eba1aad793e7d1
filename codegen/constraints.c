/* constraints.c: what the server can refuse a model's rows by.
 *
 * A key or unique is called by its fields, a reference by its name, all else by its
 * name in SQL.  Where that is a column's constant, or another constraint's, it says the
 * kind as well, so that adding one never makes a schema wrong. */
#include "constraints.h"

#include "buffer.h"
#include "cname.h"
#include "sqlname.h"

#include <stdlib.h>
#include <string.h>

static struct constraint *add(struct constraints *c, enum constraint_kind kind,
    struct place place, const char *yaml, char *name)
{
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 8;
        c->at = must(realloc(c->at, c->room * sizeof *c->at));
    }
    struct constraint *added = &c->at[c->count++];
    *added =
        (struct constraint){.kind = kind, .place = place, .yaml = yaml, .name = name};
    return added;
}

static void add_field(struct constraint *c, const struct field *f)
{
    for (size_t i = 0; i < c->field_count; i++)
        if (c->fields[i] == f)
            return;
    c->fields = must(realloc(c->fields, (c->field_count + 1) * sizeof *c->fields));
    c->fields[c->field_count++] = f;
}

static void add_fields(
    struct constraint *c, const struct field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_field(c, fields[i]);
}

/* Expressions are over columns that are not known here. */
static bool add_parts(
    struct constraint *c, const struct index_part *parts, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        all = all && parts[i].field;
        if (parts[i].field)
            add_field(c, parts[i].field);
    }
    return all;
}

/* -- What they are called ---------------------------------------------------------- */

/* A name in SQL may have what none in C has. */
static char *constant(const struct model *m, const char *words)
{
    char *model = c_model(m);
    char *both = format("%s_%s", model, words);
    char *made = c_upper(both);
    for (char *p = made; *p; p++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *p))
            *p = '_';
    free(model);
    free(both);
    return made;
}

/* By a column, or by a constraint before the last one. */
static bool is_taken(
    const struct constraints *all, const struct model *m, const char *upper)
{
    bool taken = false;
    for (size_t i = 0; i + 1 < all->count; i++)
        taken = taken || strcmp(all->at[i].upper, upper) == 0;
    for (size_t i = 0; i < m->field_count && !taken; i++) {
        char *column = constant(m, m->fields[i].name);
        taken = strcmp(column, upper) == 0;
        free(column);
    }
    return taken;
}

/* The name in SQL, without the table's, which the constant has of the model. */
static const char *own_part(const struct constraint *c, const struct model *m)
{
    const size_t length = strlen(m->table);
    const bool derived =
        strncmp(c->name, m->table, length) == 0 && c->name[length] == '_';
    return c->name + (derived ? length + 1 : 0);
}

/* Frees `words`. */
static void call_it(struct constraints *all, const struct model *m, char *words)
{
    static const char *const kinds[] = {
        [CONSTRAINT_KEY] = "key",
        [CONSTRAINT_UNIQUE] = "unique",
        [CONSTRAINT_CHECK] = "check",
        [CONSTRAINT_EXCLUSION] = "exclude",
        [CONSTRAINT_REFERENCE] = "reference",
    };
    struct constraint *c = &all->at[all->count - 1];
    c->upper = constant(m, words);
    free(words);
    if (!is_taken(all, m, c->upper))
        return;
    free(c->upper);
    words = format("%s_%s", kinds[c->kind], own_part(c, m));
    c->upper = constant(m, words);
    free(words);
}

/* The columns of a reference are one field. */
static char *words_of_fields(const struct constraint *c)
{
    struct buffer words = {0};

    buffer_puts(&words, "by");
    for (size_t i = 0; i < c->field_count; i++)
        if (i == 0 || strcmp(c->fields[i]->yaml, c->fields[i - 1]->yaml) != 0)
            buffer_printf(&words, "_%s", c->fields[i]->yaml);
    return words.at;
}

static char *words_of_name(const struct constraint *c, const struct model *m)
{
    return format("%s", own_part(c, m));
}

/* -- Each kind --------------------------------------------------------------------- */

static void add_key(struct constraints *all, const struct model *m)
{
    struct constraint *c =
        add(all, CONSTRAINT_KEY, m->place, "key", sql_pkey(m->table));
    for (size_t i = 0; i < m->key_count; i++)
        add_field(c, &m->key[i]);
    call_it(all, m, words_of_fields(c));
}

static void add_uniques(struct constraints *all, const struct model *m)
{
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        if (!f->unique)
            continue;
        struct constraint *c = add(
            all, CONSTRAINT_UNIQUE, f->place, f->yaml, sql_unique(m->table, f->column));
        add_field(c, f);
        call_it(all, m, words_of_fields(c));
    }
    for (size_t i = 0; i < m->ref_count; i++) {
        const struct ref *r = &m->refs[i];
        if (!sql_needs_unique(r))
            continue;
        struct constraint *c =
            add(all, CONSTRAINT_UNIQUE, r->place, r->name, sql_ref_unique(r));
        add_fields(c, r->fields, r->column_count);
        call_it(all, m, words_of_fields(c));
    }
    for (size_t i = 0; i < m->unique_count; i++) {
        const struct unique *u = &m->uniques[i];
        struct constraint *c =
            add(all, CONSTRAINT_UNIQUE, u->place, "unique", sql_unique_over(m, u));
        add_fields(c, u->fields, u->field_count);
        c->partial = u->deferrable != DEFERRABLE_NO;
        call_it(all, m, words_of_fields(c));
    }
}

static void add_unique_indexes(struct constraints *all, const struct model *m)
{
    for (size_t i = 0; i < m->index_count; i++) {
        const struct index *x = &m->indexes[i];
        if (!x->unique)
            continue;
        struct constraint *c =
            add(all, CONSTRAINT_UNIQUE, x->place, "indexes", sql_index(m, x));
        const bool plain = add_parts(c, x->parts, x->part_count);
        c->partial = !plain || x->where;
        call_it(all, m, plain ? words_of_fields(c) : words_of_name(c, m));
    }
}

static void add_checks(struct constraints *all, const struct model *m)
{
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        if (!f->traits.check)
            continue;
        struct constraint *c = add(
            all, CONSTRAINT_CHECK, f->place, f->yaml, sql_check(m->table, f->column));
        c->check = f->traits.check;
        add_field(c, f);
        call_it(all, m, format("%s_check", f->name));
    }
    for (size_t i = 0; i < m->check_count; i++) {
        const struct check *k = &m->checks[i];
        struct constraint *c =
            add(all, CONSTRAINT_CHECK, k->place, "checks", format("%s", k->name));
        c->check = k->sql;
        call_it(all, m, format("%s", k->name));
    }
}

static void add_exclusions(struct constraints *all, const struct model *m)
{
    for (size_t i = 0; i < m->exclusion_count; i++) {
        const struct exclusion *e = &m->exclusions[i];
        struct constraint *c =
            add(all, CONSTRAINT_EXCLUSION, e->place, "exclude", sql_exclusion(m, e));
        add_parts(c, e->parts, e->part_count);
        call_it(all, m, words_of_name(c, m));
    }
}

static void add_references(struct constraints *all, const struct model *m)
{
    for (size_t i = 0; i < m->ref_count; i++) {
        const struct ref *r = &m->refs[i];
        if (!r->constrained)
            continue;
        struct constraint *c =
            add(all, CONSTRAINT_REFERENCE, r->place, r->name, sql_fkey(r));
        add_fields(c, r->fields, r->column_count);
        c->ref = r;
        call_it(all, m, format("to_%s", r->name));
    }
}

struct constraints constraints_of(const struct model *m)
{
    struct constraints all = {0};

    if (m->view_sql)
        return all;
    add_key(&all, m);
    add_uniques(&all, m);
    add_unique_indexes(&all, m);
    add_checks(&all, m);
    add_exclusions(&all, m);
    add_references(&all, m);
    return all;
}

void free_constraints(struct constraints *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->at[i].name);
        free(c->at[i].upper);
        free(c->at[i].fields);
    }
    free(c->at);
}
