/* clash.c: names that meet: accessors of one model, columns of one table, tables and
 * types of the database.  What meets only in C is codegen's to find. */
#include "draft.h"

#include "names.h"

#include <string.h>

struct holder {
    struct place place;
    const char *what;
};

static bool is_before(struct place a, struct place b)
{
    return a.use != b.use     ? a.use < b.use /* what a mixin brings comes last */
           : a.file != b.file ? a.file < b.file
           : a.line != b.line ? a.line < b.line
                              : a.column < b.column;
}

/* At the later one, with a note at the earlier. */
static void report(struct draft *d, enum diag_code code, const char *where,
    const char *name, struct holder a, struct holder b)
{
    const bool in_order = is_before(a.place, b.place);
    const struct holder first = in_order ? a : b, second = in_order ? b : a;
    diag_error(d->diag, code, second.place,
        "%s%s: %s and %s have the same name; rename one", where, shown(d, name),
        second.what, first.what);
    diag_note(d->diag, first.place, "%s is here", first.what);
}

static void enter(struct draft *d, struct strmap *names, enum diag_code code,
    const char *where, const char *name, struct place place, const char *what)
{
    struct holder *h = arena_alloc(d->arena, sizeof *h);
    *h = (struct holder){place, what};
    const struct holder *other = strmap_add(names, name, h);
    if (other)
        report(d, code, where, name, *other, *h);
}

/* ---- accessors ---- */

static void enter_accessors(
    struct draft *d, struct draft_model *m, struct strmap *names)
{
    const char *where = arena_printf(d->arena, "%s.", shown(d, m->name));
    for (size_t i = 0; i < m->field_count; i++) {
        const struct draft_field *f = &m->fields[i];
        const char *kind = f->kind == FIELD_REF ? "ref"
                           : f->kind == FIELD_MANY || f->kind == FIELD_REVERSE
                               ? "many"
                               : "field";
        if (!m->key && strcmp(f->name, "id") == 0) {
            if (m->is_view) /* which is reported */
                continue;
            diag_error(d->diag, ERR_CLASH, f->place,
                "%sid: the key is called id already; write \"key: id\" beside fields: "
                "to make this the key, or rename it",
                where);
            continue;
        }
        const char *what =
            arena_printf(d->arena, "the %s \"%s\"", kind, shown(d, f->name));
        if (!f->shows) /* else what it shows is entered */
            enter(d, names, ERR_CLASH, where, f->name, f->place, what);
        for (size_t c = 0; f->kind == FIELD_REF && c < f->column_count; c++)
            if (f->columns[c]->maker == f)
                enter(d, names, ERR_CLASH, where, f->columns[c]->field.name, f->place,
                    arena_printf(d->arena, "the column of %s", what));
    }
}

static void enter_embeds(
    struct draft *d, const struct draft_model *m, struct strmap *names)
{
    const char *where = arena_printf(d->arena, "%s.", shown(d, m->name));
    for (size_t i = 0; i < m->embed_count; i++) {
        const struct draft_embed *e = &m->embeds[i];
        enter(d, names, ERR_CLASH, where, e->name, e->place,
            arena_printf(d->arena, "the value \"%s\"", shown(d, e->name)));
    }
}

static void enter_reverse(
    struct draft *d, const struct draft_field *f, struct strmap *names)
{
    const char *where = arena_printf(d->arena, "%s.", shown(d, f->target->name));
    if (!f->target->key && strcmp(f->reverse, "id") == 0) {
        diag_error(d->diag, ERR_CLASH, f->keys.reverse->place,
            "%sid: the key is called id already; choose another reverse:", where);
        return;
    }
    enter(d, names, ERR_CLASH, where, f->reverse, f->keys.reverse->place,
        arena_printf(d->arena, "the reverse of %s.%s", shown(d, f->owner->name),
            shown(d, f->name)));
}

static void check_accessors(struct draft *d)
{
    struct strmap *names = arena_array(d->arena, d->model_count, sizeof *names);
    for (size_t i = 0; i < d->model_count; i++) {
        names[i].arena = d->arena;
        enter_accessors(d, &d->models[i], &names[i]);
        enter_embeds(d, &d->models[i], &names[i]);
    }
    for (size_t i = 0; i < d->model_count; i++)
        for (size_t j = 0; j < d->models[i].field_count; j++) {
            const struct draft_field *f = &d->models[i].fields[j];
            if (f->reverse && f->target)
                enter_reverse(d, f, &names[f->target - d->models]);
        }
}

/* ---- SQL ---- */

static const struct node *column_key(const struct draft_model *m, const struct field *f)
{
    const struct draft_field *draft = strmap_get(&m->by_name, f->yaml);
    if (!draft || !draft->keys.columns)
        return draft ? draft->keys.column : NULL;
    for (const struct node *n = draft->keys.columns->first; n; n = n->next)
        if (n->kind == NODE_TEXT && strcmp(n->text, f->column) == 0)
            return n;
    return NULL;
}

static struct holder column_holder(
    const struct draft *d, const struct draft_model *m, const struct field *f)
{
    const struct node *chosen = column_key(m, f);
    return (struct holder){chosen ? chosen->place : f->place,
        !strmap_get(&m->by_name, f->yaml)
            ? "the implicit key"
            : arena_printf(d->arena, "the field \"%s\"", shown(d, f->yaml))};
}

/* Columns that nobody chose a name for are called like accessors, and checked as such.
 */
static void check_columns(struct draft *d, const struct draft_model *m)
{
    struct strmap columns = {.arena = d->arena};
    const char *where = arena_printf(d->arena, "column %s.", shown(d, m->table));
    for (size_t i = 0; i < m->model->field_count; i++) {
        struct field *f = &m->model->fields[i];
        const struct field *other = strmap_add(&columns, f->column, f);
        if (other && (column_key(m, f) || column_key(m, other)))
            report(d, ERR_SQL_CLASH, where, f->column, column_holder(d, m, other),
                column_holder(d, m, f));
    }
}

static void check_join_columns(struct draft *d, const struct draft_field *f)
{
    const struct join_end *ours = &f->many->owner_end, *theirs = &f->many->target_end;
    struct strmap columns = {.arena = d->arena};
    for (size_t i = 0; i < ours->column_count + theirs->column_count; i++) {
        const char *name = i < ours->column_count
                               ? ours->columns[i]
                               : theirs->columns[i - ours->column_count];
        if (strmap_add(&columns, name, d))
            diag_error(d->diag, ERR_SQL_CLASH, f->place,
                "%s.%s: both columns of its join table would be \"%s\"; make the join "
                "table a model of yours and name it with through:",
                f->owner->name, f->name, name);
        else if (strlen(name) > SQL_NAME_MAX_BYTES)
            diag_error(d->diag, ERR_SQL_NAME, f->place,
                "%s.%s: the column \"%s\" of its join table would be longer than the "
                "63 bytes that PostgreSQL keeps of a name; make the join table a model "
                "of yours and name it with through:",
                f->owner->name, f->name, name);
    }
}

/* Names of two SQL schemas do not meet.  No name holds a line end. */
static void enter_relation(struct draft *d, struct strmap *relations, const char *kind,
    const char *schema, const char *name, struct place place, const char *what)
{
    struct holder *h = arena_alloc(d->arena, sizeof *h);
    *h = (struct holder){place, what};
    const char *key = arena_printf(d->arena, "%s\n%s", schema, name);
    const struct holder *other = strmap_add(relations, key, h);
    if (other)
        report(d, ERR_SQL_CLASH, kind, name, *other, *h);
}

static void enter_join_table(
    struct draft *d, const struct draft_field *f, struct strmap *relations)
{
    const char *what = arena_printf(d->arena, "the join table of %s.%s",
        shown(d, f->owner->name), shown(d, f->name));
    const struct many *m = f->many;
    const struct place place = f->keys.table ? f->keys.table->place : f->place;
    if (strlen(m->join_table) > SQL_NAME_MAX_BYTES && !f->keys.table)
        diag_error(d->diag, ERR_SQL_NAME, place,
            "%s.%s: its join table \"%s\" would be longer than the 63 bytes that "
            "PostgreSQL keeps of a name; add table: with a shorter one",
            f->owner->name, f->name, m->join_table);
    check_join_columns(d, f);
    enter_relation(
        d, relations, "table ", m->model->schema, m->join_table, place, what);
}

/* A table is a type too, so tables and enums share their names. */
static void check_relations(struct draft *d)
{
    struct strmap relations = {.arena = d->arena};
    for (size_t i = 0; i < d->model_count; i++) {
        const struct draft_model *m = &d->models[i];
        if (strmap_get(&d->by_name, m->name) != m)
            continue; /* two files have it, which is reported */
        enter_relation(d, &relations, "table ", m->model->schema, m->table,
            m->table_place,
            arena_printf(d->arena, "the table of %s", shown(d, m->name)));
    }
    for (size_t i = 0; i < d->model_count; i++)
        for (size_t j = 0; j < d->models[i].field_count; j++) {
            const struct draft_field *f = &d->models[i].fields[j];
            if (f->enumeration && f->enumeration->model == d->models[i].model)
                enter_relation(d, &relations, "type ", d->models[i].model->schema,
                    f->enumeration->name, f->place,
                    arena_printf(d->arena, "the enum of %s.%s",
                        shown(d, f->owner->name), shown(d, f->name)));
            if (f->many && f->many->kind == MANY_JOIN)
                enter_join_table(d, f, &relations);
        }
}

void clash_check(struct draft *d)
{
    check_accessors(d);
    for (size_t i = 0; i < d->model_count; i++)
        check_columns(d, &d->models[i]);
    check_relations(d);
}
