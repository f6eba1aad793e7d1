/* value.c: structs that are embedded in models, one column per field.
 *
 * A value's fields are copied into the model in the place of the field that embeds it,
 * behind a prefix; places in the copy remember the use, as with mixins. */
#include "value.h"

#include "names.h"
#include "resolve.h"
#include "suggest.h"

#include <string.h>

/* ---- reading ---- */

struct value_keys {
    const struct node *doc;
    const struct node *fields;
};

const struct key value_keys[] = {
    {"doc", SHAPE_TEXT, offsetof(struct value_keys, doc), 0, NULL},
    {"fields", SHAPE_MAP, offsetof(struct value_keys, fields), 0, NULL},
    {0},
};

/* What a field of a value may say: it is a column, and nothing but its own. */
static const char *const of_values[] = {
    "type", "enum", "array", "optional", "default", "doc", "column", "collation"};

static bool is_of_values(const char *key)
{
    for (size_t i = 0; i < sizeof of_values / sizeof *of_values; i++)
        if (strcmp(of_values[i], key) == 0)
            return true;
    return false;
}

static void check_keys(
    struct draft *d, const struct draft_value *v, const struct node *f)
{
    for (const struct node *n = f->kind == NODE_MAP ? f->first : NULL; n; n = n->next)
        if (!is_of_values(n->key->text))
            diag_error(d->diag, ERR_VALUE, n->key->place,
                "%s.%s: %s does not belong to a field of a value, which is a plain "
                "column of whatever model embeds it; delete it, or declare the field "
                "in "
                "the model",
                shown(d, v->model.name), shown(d, f->key->text),
                shown(d, n->key->text));
}

/* In the struct a field that may be null has a member has_x beside it. */
static void check_members(struct draft *d, const struct draft_model *m)
{
    for (size_t i = 0; i < m->field_count; i++) {
        const struct draft_field *f = &m->fields[i];
        const struct draft_field *other =
            strmap_get(&m->by_name, arena_printf(d->arena, "has_%s", f->name));
        if (!f->optional || !other)
            continue;
        diag_error(d->diag, ERR_CLASH, other->place,
            "%s.%s: the struct has a member of this name beside \"%s\", which is "
            "optional; "
            "rename one",
            shown(d, m->name), shown(d, other->name), shown(d, f->name));
        diag_note(d->diag, f->place, "\"%s\" is here", shown(d, f->name));
    }
}

static void read_fields(struct draft *d, struct draft_value *v)
{
    struct draft_model *m = &v->model;
    m->by_name.arena = d->arena;
    m->fields =
        arena_array(d->arena, v->fields ? v->fields->count : 0, sizeof *m->fields);
    for (const struct node *n = v->fields ? v->fields->first : NULL; n; n = n->next) {
        const size_t before = diag_count(d->diag);
        check_keys(d, v, n);
        struct draft_field *f = &m->fields[m->field_count];
        if (diag_count(d->diag) > before) {
            v->broken = true;
            continue;
        }
        parse_field(d, m, n, f);
        v->broken = v->broken || f->broken;
        strmap_add(&m->by_name, f->name, f);
        m->field_count++;
    }
    check_members(d, m);
}

static void read_value(
    struct draft *d, const struct draft_file *f, const struct node *n)
{
    const char *name = n->key->text;
    const char *where = arena_printf(d->arena, "value %s: ", shown(d, name));
    struct draft_value *v = arena_alloc(d->arena, sizeof *v);
    struct value_keys keys = {0};
    v->model.file = f;
    v->model.name = v->model.struct_name = name;
    v->model.place = n->key->place;
    check_name(d, "", "value", n->key);
    const struct draft_value *other = strmap_add(&d->values, name, v);
    if (other) {
        diag_error(d->diag, ERR_CLASH, v->model.place,
            "%sanother file has a value of this name; rename one", where);
        diag_note(d->diag, other->model.place, "the other one is here");
    }
    v->broken = true;
    if (n->kind != NODE_MAP) {
        diag_error(d->diag, ERR_SHAPE, value_place(n),
            "%sit must be a map with fields:, and is %s", where, what_is(n));
        return;
    }
    v->broken = !take_keys(d, where, n, value_keys, &keys);
    v->fields = keys.fields;
    v->model.doc = keys.doc ? keys.doc->text : NULL;
    if (!v->broken && (!keys.fields || keys.fields->count == 0)) {
        diag_error(d->diag, ERR_MISSING, v->model.place,
            "%sit needs fields:, with one field at least", where);
        v->broken = true;
    }
    read_fields(d, v);
}

void read_values(struct draft *d)
{
    for (size_t i = 0; i < d->file_count; i++) {
        const struct node *map = d->files[i]->values;
        for (const struct node *n = map ? map->first : NULL; n; n = n->next)
            read_value(d, d->files[i], n);
    }
}

/* ---- embedding ---- */

struct embed_keys {
    const struct node *value;
    const struct node *prefix;
    const struct node *optional;
    const struct node *doc;
};

const struct key embed_keys[] = {
    {"value", SHAPE_TEXT, offsetof(struct embed_keys, value), 0, NULL},
    {"prefix", SHAPE_TEXT, offsetof(struct embed_keys, prefix), 0, NULL},
    {"optional", SHAPE_BOOL, offsetof(struct embed_keys, optional), 0, NULL},
    {"doc", SHAPE_TEXT, offsetof(struct embed_keys, doc), 0, NULL},
    {0},
};

static bool embeds(const struct node *field)
{
    for (const struct node *n = field->kind == NODE_MAP ? field->first : NULL; n;
         n = n->next)
        if (strcmp(n->key->text, "value") == 0)
            return true;
    return false;
}

static const struct draft_value *find_value(
    struct draft *d, const char *where, const struct node *n)
{
    const struct draft_value *v = strmap_get(&d->values, n->text);
    const char *wanted = shown(d, n->text);
    if (v && d->files[n->place.file]->reaches[v->model.file->number])
        return v;
    struct suggestion s = {.wanted = n->text};
    for (size_t i = 0; !v && i < d->file_count; i++) {
        const struct node *map = d->files[i]->values;
        for (const struct node *o = map ? map->first : NULL; o; o = o->next)
            suggest_offer(&s, o->key->text);
    }
    if (v)
        diag_error(d->diag, ERR_VALUE, n->place,
            "%svalue \"%s\" is in %s, which this file does not include; add it to "
            "include:",
            where, wanted, v->model.file->path);
    else if (s.best)
        diag_error(d->diag, ERR_VALUE, n->place,
            "%sno value \"%s\"; did you mean \"%s\"?", where, wanted, s.best);
    else
        diag_error(d->diag, ERR_VALUE, n->place,
            "%sno value \"%s\"; add it under values:", where, wanted);
    return NULL;
}

/* The copy of a value's field, as the model has it. */
static struct node *copy_field(
    struct draft *d, const struct node *field, const char *prefix, unsigned use)
{
    struct node *copy = copy_node(d, field, use);
    struct node *key = arena_alloc(d->arena, sizeof *key);
    *key = *copy->key;
    key->text = arena_printf(d->arena, "%s%s", prefix, key->text);
    copy->key = key;
    const struct node **link = &copy->first;
    for (const struct node *n = copy->kind == NODE_MAP ? copy->first : NULL; n;
         n = n->next) {
        struct node *entry = arena_alloc(d->arena, sizeof *entry);
        *entry = *n;
        if (strcmp(n->key->text, "column") == 0)
            entry->text = arena_printf(d->arena, "%s%s", prefix, n->text);
        *link = entry;
        link = &entry->next;
    }
    return copy;
}

/* The fields that stand for `n`, behind `tail`; the new tail. */
static const struct node **embed(struct draft *d, struct draft_model *m,
    const struct node *n, struct node *all, const struct node **tail)
{
    const char *name = n->key->text;
    const char *where =
        arena_printf(d->arena, "%s.%s: ", shown(d, m->name), shown(d, name));
    struct embed_keys keys = {0};
    const bool right = take_keys(d, where, n, embed_keys, &keys);
    if (!check_name(d, "", "field", n->key) || !right || !keys.value)
        return tail;
    const char *prefix =
        keys.prefix ? keys.prefix->text : arena_printf(d->arena, "%s_", name);
    const char *problem = prefix_problem(prefix);
    if (keys.prefix && problem) {
        diag_error(d->diag, ERR_NAME, keys.prefix->place, "%sprefix \"%s\" %s", where,
            shown(d, prefix), problem);
        return tail;
    }
    const struct draft_value *v = find_value(d, where, keys.value);
    if (!v || v->broken)
        return tail;
    const unsigned use = diag_use(d->diag, keys.value->place,
        arena_printf(d->arena, "%s.%s embeds %s here", shown(d, m->name),
            shown(d, name), shown(d, v->model.name)));
    m->embeds[m->embed_count++] = (struct draft_embed){
        .name = name,
        .place = n->key->place,
        .doc = keys.doc ? keys.doc->text : NULL,
        .value = v,
        .optional = is_true(keys.optional),
        .first = all->count,
    };
    for (const struct node *f = v->fields->first; f; f = f->next) {
        struct node *copy = copy_field(d, f, prefix, use);
        *tail = copy;
        tail = &copy->next;
        all->count++;
    }
    return tail;
}

const struct node *embed_values(
    struct draft *d, struct draft_model *m, const struct node *fields)
{
    size_t count = 0;
    for (const struct node *n = fields ? fields->first : NULL; n; n = n->next)
        count += embeds(n);
    m->embeds = arena_array(d->arena, count, sizeof *m->embeds);
    if (count == 0)
        return fields;
    struct node *all = arena_alloc(d->arena, sizeof *all);
    *all = *fields;
    all->count = 0;
    all->first = NULL;
    const struct node **tail = &all->first;
    for (const struct node *n = fields->first; n; n = n->next) {
        if (embeds(n)) {
            tail = embed(d, m, n, all, tail);
            continue;
        }
        struct node *entry = arena_alloc(d->arena, sizeof *entry);
        *entry = *n;
        entry->next = NULL;
        *tail = entry;
        tail = &entry->next;
        all->count++;
    }
    return all;
}

/* What may be absent is so when all of its columns are null.  An enumeration is the
 * value's, whoever embeds it. */
void take_over_from_values(struct draft_model *m)
{
    for (size_t i = 0; i < m->embed_count; i++) {
        const struct draft_embed *e = &m->embeds[i];
        for (size_t k = 0; k < e->value->model.field_count; k++) {
            struct draft_field *f = &m->fields[e->first + k];
            f->optional = f->optional || e->optional;
            f->enumeration = e->value->model.fields[k].enumeration;
        }
    }
}

/* ---- filling ---- */

/* The next value of the files, all of them in order; NULL: there is none. */
struct walk {
    size_t file;
    const struct node *next;
};

static struct draft_value *next_value(const struct draft *d, struct walk *w)
{
    while (!w->next && w->file < d->file_count) {
        const struct node *map = d->files[w->file++]->values;
        w->next = map ? map->first : NULL;
    }
    if (!w->next)
        return NULL;
    struct draft_value *v = strmap_get(&d->values, w->next->key->text);
    w->next = w->next->next;
    return v;
}

static void fill_value(struct draft *d, struct schema *s, struct draft_value *v)
{
    struct value *out = &s->values[s->value_count++];
    v->value = out;
    *out = (struct value){
        .file = &s->files[v->model.file->number],
        .name = v->model.name,
        .place = v->model.place,
        .doc = v->model.doc,
        .field_count = v->model.field_count,
        .fields = arena_array(d->arena, v->model.field_count, sizeof *out->fields),
    };
    for (size_t i = 0; i < out->field_count; i++)
        out->fields[i] = column_of(&v->model.fields[i]);
}

static void fill_embeds(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    out->embeds = arena_array(d->arena, m->embed_count, sizeof *out->embeds);
    for (size_t i = 0; i < m->embed_count; i++) {
        const struct draft_embed *e = &m->embeds[i];
        const size_t count = e->value->model.field_count;
        struct embed *x = &out->embeds[out->embed_count++];
        *x = (struct embed){
            .model = out,
            .name = e->name,
            .doc = e->doc,
            .place = e->place,
            .value = e->value->value,
            .optional = e->optional,
            .columns = arena_array(d->arena, count, sizeof(const struct field *)),
        };
        for (size_t k = 0; k < count; k++) {
            const struct draft_field *f = &m->fields[e->first + k];
            x->columns[k] = f->column_count ? f->columns[0]->placed : NULL;
        }
    }
}

size_t count_value_enumerations(const struct draft *d)
{
    struct walk w = {0};
    size_t count = 0;
    for (const struct draft_value *v; (v = next_value(d, &w));)
        for (size_t i = 0; i < v->model.field_count; i++)
            count += v->model.fields[i].enumeration != NULL;
    return count;
}

void fill_value_enumerations(struct draft *d, struct schema *s)
{
    struct walk w = {0};
    for (const struct draft_value *v; (v = next_value(d, &w));)
        for (size_t i = 0; i < v->model.field_count; i++) {
            struct enumeration *e = v->model.fields[i].enumeration;
            if (!e || e->file)
                continue;
            e->file = &s->files[v->model.file->number];
            e->schema = v->model.file->sql_schema;
            s->enumerations[s->enumeration_count++] = e;
        }
}

void fill_values(struct draft *d, struct schema *s)
{
    size_t count = 0;
    for (size_t i = 0; i < d->file_count; i++)
        count += d->files[i]->values ? d->files[i]->values->count : 0;
    s->values = arena_array(d->arena, count, sizeof *s->values);
    struct walk w = {0};
    for (struct draft_value *v; (v = next_value(d, &w));)
        if (!v->broken && !v->value)
            fill_value(d, s, v);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        fill_embeds(d, m);
}
