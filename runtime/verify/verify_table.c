/* verify_table.c: a table's keys and references, against what the schema says. */
#include "verify/verify.h"

#include "objects/identity.h"

#include <string.h>

/* -- Names of columns -------------------------------------------------------------- */

struct pair {
    const char *ours, *theirs; /* `theirs` may be NULL */
};

/* "a" = "x", "b" = "y": by ours, as the catalogue's answer is. */
static const char *pair_text(struct verify *v, struct pair *pairs, unsigned count)
{
    struct buffer text = {0};
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = i + 1; k < count; k++)
            if (strcmp(pairs[k].ours, pairs[i].ours) < 0) {
                const struct pair earlier = pairs[k];
                pairs[k] = pairs[i];
                pairs[i] = earlier;
            }
        buffer_text(&text, i ? ", " : "");
        buffer_identifier(&text, pairs[i].ours);
        buffer_text(&text, pairs[i].theirs ? " = " : "");
        if (pairs[i].theirs)
            buffer_identifier(&text, pairs[i].theirs);
    }
    return verify_keep(v, &text);
}

static const char *column_text(
    struct verify *v, const struct orm_model *m, const uint16_t *at, unsigned count)
{
    struct pair pairs[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < count; i++)
        pairs[i] = (struct pair){m->columns[at[i]].name, NULL};
    return pair_text(v, pairs, count);
}

/* -- What must be unique ----------------------------------------------------------- */

static bool has_text(const struct found *rows, unsigned column, const char *text)
{
    for (size_t row = rows->from; row < rows->to; row++)
        if (strcmp(verify_text(rows, row, column), text) == 0)
            return true;
    return false;
}

static void check_key(struct verify *v, const struct found *uniques)
{
    const struct orm_model *m = v->table->model;
    const char *columns = column_text(v, m, m->key, m->key_count);
    if (!has_text(uniques, UNIQUE_COLUMNS, columns))
        verify_tell(v, ORM_DIFFERS_KEY, v->table->field, columns, "",
            "no unique index over the key (%s); ALTER TABLE %s ADD PRIMARY KEY (%s)",
            columns, verify_table_name(v), columns);
}

/* What has all its columns is found by them, whatever it is called. */
static void check_constraint(struct verify *v, const struct orm_constraint *k,
    const struct found *uniques, const struct found *names)
{
    const struct orm_model *m = v->table->model;
    const char *field = k->count == 1 ? m->columns[k->columns[0]].field : NULL;
    const char *columns = column_text(v, m, k->columns, k->count);
    if (k->kind == ORM_UNIQUE && !k->partial) {
        if (!has_text(uniques, UNIQUE_COLUMNS, columns))
            verify_tell(v, ORM_DIFFERS_UNIQUE, field, columns, "",
                "nothing keeps %s unique; ALTER TABLE %s ADD CONSTRAINT %s UNIQUE (%s)",
                columns, verify_table_name(v), verify_name(v, k->name), columns);
        return;
    }
    if (!has_text(names, CONSTRAINT_NAME, k->name))
        verify_tell(v, k->kind == ORM_UNIQUE ? ORM_DIFFERS_UNIQUE : ORM_DIFFERS_CHECK,
            field, k->name, "",
            "there is no constraint %s; make it as `ormgen sql` says, or generate "
            "again",
            verify_name(v, k->name));
}

static void check_constraints(
    struct verify *v, const struct found *uniques, const struct found *names)
{
    const struct orm_model *m = v->table->model;
    for (unsigned i = 0; i < m->constraint_count; i++) {
        const struct orm_constraint *k = &m->constraints[i];
        if (k->kind != ORM_BY_KEY && k->kind != ORM_REFERENCE)
            check_constraint(v, k, uniques, names);
    }
}

/* -- References -------------------------------------------------------------------- */

static const struct {
    char letter;
    const char *sql;
} actions[] = {
    [ORM_NO_ACTION] = {'a', "NO ACTION"},
    [ORM_RESTRICT] = {'r', "RESTRICT"},
    [ORM_CASCADE] = {'c', "CASCADE"},
    [ORM_SET_NULL] = {'n', "SET NULL"},
    [ORM_SET_DEFAULT] = {'d', "SET DEFAULT"},
};

static const char *action_of(char letter)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (actions[i].letter == letter)
            return actions[i].sql;
    return "?";
}

static void check_action(struct verify *v, const struct orm_to_one *ref,
    const char *event, unsigned expected, char found)
{
    if (actions[expected].letter != found)
        verify_tell(v, ORM_DIFFERS_ACTION, ref->name, actions[expected].sql,
            action_of(found),
            "ON %s the table says %s, the YAML %s; make the foreign key anew, or "
            "generate again",
            event, action_of(found), actions[expected].sql);
}

/* What ON DELETE SET NULL does not clear stays. */
static const char *cleared_text(struct verify *v, const struct orm_to_one *ref)
{
    const uint32_t all = ref->count < 32 ? (UINT32_C(1) << ref->count) - 1 : UINT32_MAX;
    uint16_t columns[KEY_COLUMNS_MOST];
    unsigned count = 0;
    for (unsigned i = 0; i < ref->count; i++)
        if (ref->clears >> i & 1)
            columns[count++] = ref->columns[i];
    return ref->clears == all ? "" : column_text(v, v->table->model, columns, count);
}

static void check_actions(struct verify *v, const struct orm_to_one *ref,
    const struct found *references, size_t row)
{
    check_action(v, ref, "DELETE", ref->on_delete,
        *verify_text(references, row, REFERENCE_ON_DELETE));
    check_action(v, ref, "UPDATE", ref->on_update,
        *verify_text(references, row, REFERENCE_ON_UPDATE));
    const char *found = verify_text(references, row, REFERENCE_CLEARS);
    const char *expected = cleared_text(v, ref);
    if (ref->on_delete == ORM_SET_NULL && strcmp(expected, found) != 0)
        verify_tell(v, ORM_DIFFERS_ACTION, ref->name, expected, found,
            "ON DELETE SET NULL clears %s in the table, %s by the YAML; make the "
            "foreign key anew, or generate again",
            *found ? found : "all columns", *expected ? expected : "all columns");
}

static void check_reference(
    struct verify *v, const struct orm_to_one *ref, const struct found *references)
{
    const struct orm_model *m = v->table->model;
    struct pair pairs[KEY_COLUMNS_MOST];
    for (unsigned i = 0; i < ref->count; i++)
        pairs[i] = (struct pair){m->columns[ref->columns[i]].name,
            ref->target->columns[ref->target_columns[i]].name};
    const char *text = pair_text(v, pairs, ref->count);
    struct buffer b = {0};
    buffer_table(&b, ref->target->schema, ref->target->table);
    const char *target = verify_keep(v, &b);

    for (size_t row = references->from; row < references->to; row++)
        if (strcmp(verify_text(references, row, REFERENCE_PAIRS), text) == 0 &&
            strcmp(verify_text(references, row, REFERENCE_TARGET), target) == 0) {
            check_actions(v, ref, references, row);
            return;
        }
    verify_tell(v, ORM_DIFFERS_REFERENCE, ref->name, target, "",
        "no foreign key (%s) to %s; make it as `ormgen sql` says, or generate again",
        text, target);
}

/* -- The table --------------------------------------------------------------------- */

static void check_reach(struct verify *v, const struct found *table)
{
    const char *role = verify_text(table, table->from, TABLE_ROLE);
    if (!verify_is(table, table->from, TABLE_IN_REACH))
        verify_tell(v, ORM_DIFFERS_PRIVILEGE, v->table->field, "USAGE", "",
            "no permission on the schema; GRANT USAGE ON SCHEMA %s TO %s",
            verify_name(v, v->table->model->schema), role);
    if (!v->table->model->read_only && !verify_is(table, table->from, TABLE_DELETES))
        verify_tell(v, ORM_DIFFERS_PRIVILEGE, v->table->field, "DELETE", "",
            "no permission to DELETE; GRANT DELETE ON %s TO %s", verify_table_name(v),
            role);
}

/* A view can be read where a table is expected, but has no keys. */
static void check_kind(struct verify *v, const struct found *table)
{
    const char kind = *verify_text(table, table->from, TABLE_KIND);
    v->is_view = v->table->model->read_only || kind == 'v' || kind == 'm';
    if (v->is_view && !v->table->model->read_only)
        verify_tell(v, ORM_DIFFERS_VIEW, v->table->field, "table", "view",
            "%s is a view, the YAML says a table; say `view:` or make it a table",
            verify_table_name(v));
}

static bool is_constrained(const struct orm_model *m, const struct orm_to_one *ref)
{
    return !ref->reverse && !m->read_only && !ref->target->read_only;
}

void verify_table(struct verify *v, size_t i)
{
    const struct orm_model *m = v->table->model;
    const struct found table = verify_rows(v, ASK_TABLES, i);
    const struct found uniques = verify_rows(v, ASK_UNIQUES, i);
    const struct found names = verify_rows(v, ASK_NAMES, i);
    const struct found references = verify_rows(v, ASK_REFERENCES, i);
    const struct found columns = verify_rows(v, ASK_COLUMNS, i);
    if (table.from == table.to) {
        verify_tell(v, ORM_DIFFERS_TABLE, v->table->field, verify_table_name(v), "",
            "there is no table %s; migrate the database, or generate again",
            verify_table_name(v));
        return;
    }
    check_kind(v, &table);
    check_reach(v, &table);
    verify_columns(v, &table, &columns);
    if (v->is_view)
        return;
    check_key(v, &uniques);
    check_constraints(v, &uniques, &names);
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (is_constrained(m, &m->to_ones[k]))
            check_reference(v, &m->to_ones[k], &references);
}
