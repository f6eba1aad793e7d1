/* resolve.c: looks names up and fills model.h; relations are relate.c's,
 * indexes and constraints those of index.c and constraint.c.
 *
 * All arrays are counted first and allocated once, since the tree points into itself.
 * After a mistake the tree has holes; it is still filled, to find the other mistakes.
 */
#include "resolve.h"
#include "value.h"
#include "view.h"

#include "names.h"
#include "suggest.h"
#include "text.h"
#include "types.h"

#include <stdint.h>
#include <string.h>

enum {
    MAX_COLUMNS = 1600
};

/* ---- looking up ---- */

const char *place_name(const struct draft *d, const struct draft_field *f)
{
    return arena_printf(d->arena, "%s.%s", shown(d, f->owner->name), shown(d, f->name));
}

struct draft_field *find_field(struct draft *d, const char *where,
    const struct draft_model *m, const struct node *name, unsigned kinds)
{
    struct draft_field *f = strmap_get(&m->by_name, name->text);
    if (f)
        return f;
    struct suggestion s = {.wanted = name->text};
    if (diag_wants(d->diag, name->place))
        for (size_t i = 0; i < m->field_count; i++)
            if (m->fields[i].kind & kinds)
                suggest_offer(&s, m->fields[i].name);
    const char *model = shown(d, m->name), *wanted = shown(d, name->text);
    if (s.best)
        diag_error(d->diag, ERR_NO_FIELD, name->place,
            "%s%s has no field \"%s\"; did you mean \"%s\"?", where, model, wanted,
            s.best);
    else
        diag_error(d->diag, ERR_NO_FIELD, name->place,
            "%s%s has no field \"%s\"; add it under fields:", where, model, wanted);
    return NULL;
}

/* ---- columns ---- */

static void check_column_name(struct draft *d, const struct field *f)
{
    static const char *const taken[] = {
        "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"};
    if (f->column == f->name && strlen(f->column) > SQL_NAME_MAX_BYTES)
        diag_error(d->diag, ERR_SQL_NAME, f->place,
            "%s.%s: its column \"%s\" would be longer than the 63 bytes that "
            "PostgreSQL "
            "keeps of a name; name it with columns:",
            f->model->name, f->yaml, shown(d, f->column));
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(taken[i], f->column) == 0)
            diag_error(d->diag, ERR_SQL_NAME, f->place,
                "%s.%s: every PostgreSQL table has a column \"%s\" already; give this "
                "one another name with column:",
                f->model->name, f->yaml, f->column);
}

static void place_column(struct model *m, struct draft_column *c)
{
    c->placed = &m->fields[m->field_count++];
    *c->placed = c->field;
}

static void place_fields(struct draft_model *m, bool lazy)
{
    for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
        for (size_t i = 0; i < f->column_count; i++)
            if (!f->columns[i]->placed && f->columns[i]->field.traits.lazy == lazy)
                place_column(m->model, f->columns[i]);
}

/* The key's come first, lazy ones last. */
static void fill_columns(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    size_t columns = m->key_column_count, refs = 0;
    for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++) {
        columns += f->column_count;
        refs += f->kind == FIELD_REF && f->target;
    }
    out->fields = arena_array(d->arena, columns, sizeof *out->fields);
    out->refs = arena_array(d->arena, refs, sizeof *out->refs);
    for (size_t i = 0; i < m->key_column_count; i++)
        place_column(out, m->key_columns[i]);
    out->key = out->fields;
    out->key_count = m->key_column_count;
    place_fields(m, false);
    const size_t eager = out->field_count;
    place_fields(m, true);
    out->lazy_count = out->field_count - eager;
    for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
        if (f->kind == FIELD_REF && f->target)
            f->ref = &out->refs[out->ref_count++];
    if (out->field_count > MAX_COLUMNS)
        diag_error(d->diag, ERR_LIMIT, m->place,
            "%s: %zu columns; a PostgreSQL table holds at most %d: split the model",
            m->name, out->field_count, MAX_COLUMNS);
    for (struct field *c = out->fields; c < out->fields + out->field_count; c++)
        check_column_name(d, c);
}

/* ---- defaults ---- */

static void report_default(struct draft *d, const struct field *f, const struct node *n)
{
    const char *where = arena_printf(d->arena, "%s.%s: default \"%s\"",
        shown(d, f->model->name), shown(d, f->yaml), shown(d, n->text));
    struct suggestion s = {.wanted = n->text};
    const bool is_label = f->type == TYPE_ENUM;
    if (is_label)
        for (size_t i = 0; i < f->enumeration->label_count; i++)
            suggest_offer(&s, f->enumeration->labels[i]);
    const size_t length = strlen(n->text);
    const char *wants = type_info(f->type)->wants;
    const bool is_call = !n->quoted && length > 0 && n->text[length - 1] == ')';
    const bool is_adorned =
        strspn(n->text, "+-0123456789_") == length && length > 1 &&
        (strpbrk(n->text, "+_") || n->text[strspn(n->text, "-")] == '0');

    if (type_info(f->type)->detail == DETAIL_LENGTH)
        diag_error(d->diag, ERR_DEFAULT, n->place,
            "%s has %zu characters; %s(%u) holds %u", where,
            text_characters(n->text, length), type_info(f->type)->yaml, f->length,
            f->length);
    else if (s.best)
        diag_error(d->diag, ERR_DEFAULT, n->place,
            "%s is not one of its labels; did you mean \"%s\"?", where, s.best);
    else if (is_call)
        diag_error(d->diag, ERR_DEFAULT, n->place,
            "%s is not %s; for SQL write { sql: %s }", where, wants, shown(d, n->text));
    else if (is_adorned)
        diag_error(d->diag, ERR_DEFAULT, n->place,
            "%s is not %s; write it without +, _ and leading zeros", where, wants);
    else
        diag_error(d->diag, ERR_DEFAULT, n->place, "%s is not %s", where, wants);
    if (is_label)
        diag_note(d->diag, f->enumeration->label_places[0], "its labels are here");
}

static void check_default(struct draft *d, const struct draft_field *f)
{
    const struct node *n = f->keys.fallback;
    const bool key_unknown = f->target && f->target->key_broken;
    if (f->broken || !f->column_count || key_unknown ||
        f->default_kind != DEFAULT_LITERAL || !n || n->kind == NODE_LIST)
        return;
    const struct field *column = f->columns[0]->placed;
    const bool is_null =
        !n->quoted && (strcmp(n->text, "null") == 0 || strcmp(n->text, "~") == 0);
    if (is_null)
        diag_error(d->diag, ERR_DEFAULT, n->place,
            "%s: an optional field is null by default: delete default:, or quote it if "
            "it is a text",
            place_name(d, f));
    else if (!type_info(column->type)->holds(column, f->default_text))
        report_default(d, column, n);
}

/* ---- the schema ---- */

static void fill_files(struct draft *d, struct schema *s)
{
    struct schema_file *files = arena_array(d->arena, d->file_count, sizeof *files);
    for (size_t i = 0; i < d->file_count; i++)
        files[i] = (struct schema_file){
            .path = d->files[i]->path,
            .module = d->files[i]->module,
            .prefix = d->files[i]->prefix,
            .included = d->files[0]->reaches[i],
        };
    const struct draft_file *first = d->files[0];
    for (size_t i = 0; i < first->link_count; i++)
        files[first->links[i].to->number].link = first->links[i].written->text;
    s->file_count = d->file_count;
    s->files = files;
}

static void fill_models(struct draft *d, struct schema *s)
{
    s->model_count = d->model_count;
    s->models = arena_array(d->arena, d->model_count, sizeof *s->models);
    for (size_t i = 0; i < d->model_count; i++) {
        struct draft_model *m = &d->models[i];
        m->model = &s->models[i];
        *m->model = (struct model){
            .file = &s->files[m->file->number],
            .name = m->name,
            .struct_name = m->struct_name,
            .doc = m->doc,
            .schema = m->schema,
            .table = m->table,
            .was = m->was ? m->was->text : NULL,
            .place = m->place,
            .view_sql = m->is_view ? m->view_sql : NULL,
            .materialized = m->materialized,
        };
    }
}

static void fill_enumerations(struct draft *d, struct schema *s)
{
    size_t count = count_value_enumerations(d);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            count += f->enumeration != NULL;
    s->enumerations = arena_array(d->arena, count, sizeof(struct enumeration *));
    fill_value_enumerations(d, s);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->enumeration && !f->enumeration->file) {
                f->enumeration->model = m->model;
                f->enumeration->file = m->model->file;
                f->enumeration->schema = m->schema;
                s->enumerations[s->enumeration_count++] = f->enumeration;
            }
}

struct schema *draft_resolve(struct draft *d)
{
    struct schema *s = arena_alloc(d->arena, sizeof *s);
    *s = (struct schema){.path = d->files[0]->path,
        .module = d->files[0]->module,
        .prefix = d->files[0]->prefix,
        .arena = d->arena};
    fill_files(d, s);
    fill_models(d, s);
    resolve_targets(d);
    match_reverses(d);
    check_joins_of_views(d);
    resolve_keys(d);
    settle_columns(d);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        fill_columns(d, m);
    fill_relations(d);
    fill_list_orders(d);
    fill_loading(d);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++) {
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            check_default(d, f);
        fill_indexes(d, m);
        fill_constraints(d, m);
        check_same(d, m->model);
    }
    check_columns_of_models(d);
    fill_enumerations(d, s);
    fill_values(d, s);
    fill_extensions(d, s);
    fill_user_types(d, s);
    return s;
}
