/* parse.c: from the trees of the files to a draft: the files and their models.
 *
 * Every shape and word is checked here, in parse_field.c, index.c and
 * constraint.c.  What may stand where is in the tables of keys, one per level of the
 * file. */
#include "value.h"
#include "view.h"

#include "names.h"

#include <string.h>

enum {
    MAX_MODELS = 10000
};

/* ---- keys ---- */

struct top_keys {
    const struct node *include;
    const struct node *extensions;
    const struct node *types;
    const struct node *module;
    const struct node *prefix;
    const struct node *schema;
    const struct node *mixins;
    const struct node *values;
    const struct node *models;
};

const struct key top_keys[] = {
    {"module", SHAPE_TEXT, offsetof(struct top_keys, module), 0, NULL},
    {"prefix", SHAPE_TEXT, offsetof(struct top_keys, prefix), 0, NULL},
    {"schema", SHAPE_TEXT, offsetof(struct top_keys, schema), 0, NULL},
    {"extensions", SHAPE_LIST, offsetof(struct top_keys, extensions), 0, NULL},
    {"types", SHAPE_MAP, offsetof(struct top_keys, types), 0, NULL},
    {"include", SHAPE_LIST, offsetof(struct top_keys, include), 0, NULL},
    {"mixins", SHAPE_MAP, offsetof(struct top_keys, mixins), 0, NULL},
    {"values", SHAPE_MAP, offsetof(struct top_keys, values), 0, NULL},
    {"models", SHAPE_MAP, offsetof(struct top_keys, models), 0, NULL},
    {0},
};

struct model_keys {
    const struct node *doc;
    const struct node *schema;
    const struct node *table;
    const struct node *struct_name;
    const struct node *was;
    const struct node *view;
    const struct node *use;
    struct model_parts parts;
    const struct node *key;
};

const struct key model_keys[] = {
    {"doc", SHAPE_TEXT, offsetof(struct model_keys, doc), 0, NULL},
    {"schema", SHAPE_TEXT, offsetof(struct model_keys, schema), 0, NULL},
    {"table", SHAPE_TEXT, offsetof(struct model_keys, table), 0, NULL},
    {"struct", SHAPE_TEXT, offsetof(struct model_keys, struct_name), 0, NULL},
    {"was", SHAPE_TEXT, offsetof(struct model_keys, was), 0, NULL},
    {"view", SHAPE_MAP, offsetof(struct model_keys, view), 0, NULL},
    {"use", SHAPE_LIST, offsetof(struct model_keys, use), 0, NULL},
    {"fields", SHAPE_MAP, offsetof(struct model_keys, parts.fields), 0, NULL},
    {"unique", SHAPE_LIST, offsetof(struct model_keys, parts.unique), 0, NULL},
    {"checks", SHAPE_MAP, offsetof(struct model_keys, parts.checks), 0, NULL},
    {"exclude", SHAPE_LIST, offsetof(struct model_keys, parts.exclude), 0, NULL},
    {"indexes", SHAPE_LIST, offsetof(struct model_keys, parts.indexes), 0, NULL},
    {"key", SHAPE_ANY, offsetof(struct model_keys, key), 0, NULL},
    {0},
};

/* ---- models ---- */

static const char *sql_schema(struct draft *d, const char *where, const struct node *n)
{
    const char *name = sql_name(d, where, n);
    if (strncmp(name, "pg_", 3) == 0)
        diag_error(d->diag, ERR_SQL_NAME, n->place,
            "%sschema \"%s\" begins with pg_, which PostgreSQL keeps for itself", where,
            shown(d, name));
    return name;
}

static void parse_model(
    struct draft *d, const struct node *model, struct draft_model *m)
{
    struct model_keys keys = {0};
    m->by_name.arena = d->arena;
    /* Not NULL even when empty: loops run up to their ends. */
    m->fields = arena_array(d->arena, 0, sizeof *m->fields);
    const char *where = arena_printf(d->arena, "%s: ", shown(d, m->name));
    check_name(d, "", "model", model->key);
    m->table = m->name;
    m->struct_name = m->name;
    m->table_place = m->place;
    if (model->kind != NODE_MAP) {
        diag_error(d->diag, ERR_SHAPE, value_place(model),
            "%smust be a map with fields:, and is %s", where, what_is(model));
        return;
    }
    const bool right = take_keys(d, where, model, model_keys, &keys);
    if (keys.doc)
        m->doc = keys.doc->text;
    if (keys.table) {
        m->table = sql_name(d, where, keys.table);
        m->table_place = keys.table->place;
    }
    if (keys.struct_name && check_name(d, where, "struct", keys.struct_name))
        m->struct_name = keys.struct_name->text;
    m->was = keys.was;
    if (m->was)
        sql_name(d, where, m->was);
    if (keys.schema)
        m->schema = sql_schema(d, where, keys.schema);
    m->key = keys.key;
    use_mixins(d, where, m->name, keys.use, &keys.parts);
    if (keys.view)
        parse_view(d, where, keys.view, &keys.parts, m);
    if (!keys.parts.fields || keys.parts.fields->count == 0) {
        if (right)
            diag_error(d->diag, ERR_MISSING, m->place,
                "%sa model needs fields:, with one field at least", where);
        return;
    }
    const struct node *fields = embed_values(d, m, keys.parts.fields);
    m->field_count = fields->count;
    m->fields = arena_array(d->arena, m->field_count, sizeof *m->fields);
    struct draft_field *f = m->fields;
    for (const struct node *n = fields->first; n; n = n->next, f++) {
        parse_field(d, m, n, f);
        strmap_add(&m->by_name, f->name, f);
    }
    take_over_from_values(m);
    m->unique = keys.parts.unique;
    m->checks = keys.parts.checks;
    m->exclude = keys.parts.exclude;
    m->indexes = keys.parts.indexes;
}

/* ---- the file ---- */

/* "blog" of "models/blog.yaml". */
static const char *base_name(struct draft *d, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    const bool has_ending =
        dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
    return arena_copy(d->arena, base, has_ending ? (size_t)(dot - base) : strlen(base));
}

static void parse_names(
    struct draft *d, struct draft_file *f, const struct top_keys *keys)
{
    f->module = keys->module ? keys->module->text : base_name(d, f->path);
    const char *problem = name_problem(f->module);
    if (keys->module)
        check_name(d, "", "module", keys->module);
    else if (problem)
        diag_error(d->diag, ERR_NAME, (struct place){.file = f->number},
            "the file's name \"%s\" %s; add module: with a name for the schema",
            shown(d, f->module), problem);

    f->prefix = keys->prefix ? keys->prefix->text : "";
    problem = keys->prefix ? prefix_problem(f->prefix) : NULL;
    if (problem)
        diag_error(d->diag, ERR_NAME, keys->prefix->place, "prefix \"%s\" %s",
            shown(d, f->prefix), problem);

    f->sql_schema = keys->schema ? sql_schema(d, "", keys->schema) : "public";
}

static void parse_file(struct draft *d, struct draft_file *f)
{
    const struct node *root = f->root;
    if (root->kind != NODE_MAP) {
        diag_error(d->diag, ERR_SHAPE, root->place,
            "a schema is a map that begins with \"models:\", and this is %s",
            what_is(root));
        return;
    }
    struct top_keys keys = {0};
    const bool right = take_keys(d, "", root, top_keys, &keys);
    parse_names(d, f, &keys);
    f->extensions = keys.extensions;
    take_extensions(d, keys.extensions);
    parse_user_types(d, f, keys.types);
    f->mixins = keys.mixins;
    f->values = keys.values;
    if (keys.models && keys.models->count > 0)
        f->models = keys.models;
    else if (right && (keys.models || !(keys.include || keys.mixins || keys.values)))
        diag_error(d->diag, ERR_MISSING, keys.models ? keys.models->place : root->place,
            "no models; add models: with one model at least");
}

static const struct node *first_model(const struct draft_file *f)
{
    return f->models ? f->models->first : NULL;
}

static void name_models(struct draft *d, const struct draft_file *f)
{
    for (const struct node *n = first_model(f); n; n = n->next) {
        struct draft_model *m = &d->models[d->model_count++];
        m->file = f;
        m->name = n->key->text;
        m->place = n->key->place;
        m->schema = f->sql_schema;
        const struct draft_model *other = strmap_add(&d->by_name, m->name, m);
        if (!other)
            continue;
        diag_error(d->diag, ERR_CLASH, m->place,
            "%s: another file has a model of this name; rename one", shown(d, m->name));
        diag_note(d->diag, other->place, "the other one is here");
    }
}

bool draft_parse(struct draft *d)
{
    size_t count = 0;
    for (size_t i = 0; i < d->file_count; i++) {
        struct draft_file *f = d->files[i];
        if (f->root)
            parse_file(d, f);
        count += f->models ? f->models->count : 0;
        if (count > MAX_MODELS) {
            diag_error(d->diag, ERR_BUDGET, f->models->key->place,
                "%zu models; a schema has at most %d: split it into several", count,
                MAX_MODELS);
            return false;
        }
    }
    d->models = arena_array(d->arena, count, sizeof *d->models);
    for (size_t i = 0; i < d->file_count; i++)
        name_models(d, d->files[i]);
    read_mixins(d);
    read_values(d);
    struct draft_model *m = d->models;
    for (size_t i = 0; i < d->file_count; i++)
        for (const struct node *n = first_model(d->files[i]); n; n = n->next)
            parse_model(d, n, m++);
    if (count == 0 && diag_count(d->diag) == 0)
        diag_error(d->diag, ERR_MISSING, (struct place){0},
            "no models, here or in what is included; run ormgen on a file that has "
            "some");
    return count > 0;
}
