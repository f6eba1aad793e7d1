/* resolve.c: looks names up and fills model.h, every relation with both its ends.
 *
 * All arrays are counted first and allocated once, since the tree points into itself.
 * After a mistake the tree has holes; it is still filled, to find the other mistakes.
 */
#include "draft.h"

#include "names.h"
#include "suggest.h"
#include "text.h"
#include "types.h"

#include <stdint.h>
#include <string.h>

enum {
    MAX_COLUMNS = 1600,
    MAX_INDEX_COLUMNS = 32
};

#define FOR_EACH(type, item, array, count)                                             \
    for (type *item = (array); item && item < (array) + (count); item++)

static const char *place_name(const struct draft *d, const struct draft_field *f)
{
    return arena_printf(d->arena, "%s.%s", shown(d, f->owner->name), shown(d, f->name));
}

/* ---- looking up ---- */

static struct draft_model *find_model(
    struct draft *d, const struct draft_field *f, const struct node *name)
{
    struct draft_model *m = strmap_get(&d->by_name, name->text);
    if (m || !diag_wants(d->diag, name->place)) {
        if (!m)
            diag_error(d->diag, ERR_NO_MODEL, name->place, "no model");
        return m;
    }
    struct suggestion s = {.wanted = name->text};
    for (size_t i = 0; i < d->model_count; i++)
        suggest_offer(&s, d->models[i].name);
    diag_error(d->diag, ERR_NO_MODEL, name->place,
        s.best ? "%s: no model \"%s\"; did you mean \"%s\"?"
               : "%s: no model \"%s\"; add it under models:%.0s",
        place_name(d, f), shown(d, name->text), s.best ? s.best : "");
    return NULL;
}

/* `where` is the start of the message; `kinds` are the ones worth suggesting. */
static struct draft_field *find_field(struct draft *d, const char *where,
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
    diag_error(d->diag, ERR_NO_FIELD, name->place,
        s.best ? "%s%s has no field \"%s\"; did you mean \"%s\"?"
               : "%s%s has no field \"%s\"%.0s",
        where, shown(d, m->name), shown(d, name->text), s.best ? s.best : "");
    return NULL;
}

/* ---- keys ---- */

static bool check_key(struct draft *d, struct draft_model *m)
{
    const struct node *n = m->key;
    const char *name = shown(d, m->name);
    if (n->kind == NODE_LIST) {
        diag_error(d->diag, ERR_UNSUPPORTED, n->place,
            "%s: a key of several fields is not supported yet; leave out key: and add "
            "a unique "
            "index over them",
            name);
        return false;
    }
    if (n->kind == NODE_MAP) {
        diag_error(
            d->diag, ERR_SHAPE, n->place, "%s: key must be the name of a field", name);
        return false;
    }
    struct draft_field *f =
        find_field(d, arena_printf(d->arena, "%s: key: ", name), m, n, FIELD_COLUMN);
    if (!f || f->broken)
        return false;

    const char *field = shown(d, f->name), *problem = NULL;
    if (f->kind != FIELD_COLUMN)
        problem = "is a relation, and a key made of one is not supported yet";
    else if (!type_info(f->type)->can_be_key)
        problem =
            arena_printf(d->arena, "is %s; a key is int2, int4, int8, text or varchar",
                type_info(f->type)->yaml);
    else if (f->optional)
        problem = "is optional; a key always has a value: delete optional: there";
    else if (f->unique)
        problem = "is unique as a key anyway; delete unique: there";
    else if (f->default_kind != DEFAULT_NONE)
        problem = "has a default; a key made by the server is the implicit one: leave "
                  "out key:, "
                  "or delete default: there";
    if (problem) {
        diag_error(
            d->diag, ERR_KEY, n->place, "%s: key: \"%s\" %s", name, field, problem);
        diag_note(d->diag, f->place, "\"%s\" is declared here", field);
        return false;
    }
    m->key_field = f;
    return true;
}

static void resolve_keys(struct draft *d)
{
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    if (m->key)
        m->key_broken = !check_key(d, m);
}

static void resolve_targets(struct draft *d)
{
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    {
        const struct node *name = f->kind == FIELD_REF    ? f->keys.ref
                                  : f->kind == FIELD_MANY ? f->keys.many
                                                          : NULL;
        if (name)
            f->target = find_model(d, f, name);
    }
}

/* ---- columns ---- */

static bool has_column(const struct draft_field *f)
{
    if (f->kind == FIELD_REF)
        return f->target != NULL;
    return f->kind == FIELD_COLUMN && !f->broken;
}

static void check_column_name(struct draft *d, const struct field *f)
{
    static const char *const taken[] = {
        "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(taken[i], f->column) == 0)
            diag_error(d->diag, ERR_SQL_NAME, f->place,
                "%s.%s: every PostgreSQL table has a column \"%s\" already; give this "
                "one another "
                "name with column:",
                f->model->name, f->yaml, f->column);
}

static struct field implicit_key(const struct draft_model *m)
{
    return (struct field){
        .model = m->model,
        .name = "id",
        .column = "id",
        .yaml = "id",
        .place = m->place,
        .type = TYPE_INT8,
        .key = true,
        .identity = true,
    };
}

static struct field column_of(struct draft *d, const struct draft_field *f)
{
    struct field c = {
        .model = f->owner->model,
        .name = f->name,
        .yaml = f->name,
        .doc = f->keys.doc ? f->keys.doc->text : NULL,
        .place = f->place,
        .type = f->type,
        .length = f->length,
        .enumeration = f->enumeration,
        .key = f == f->owner->key_field,
        .optional = f->optional,
        .unique = f->unique,
        .default_kind = f->default_kind,
        .default_text = f->default_text,
        .default_place = f->default_place,
    };
    if (f->kind == FIELD_REF) {
        const struct draft_field *key = f->target->key_field;
        c.name = arena_printf(d->arena, "%s_id", f->name);
        c.type = key ? key->type : TYPE_INT8;
        c.length = key ? key->length : 0;
    }
    c.column = f->keys.column ? f->keys.column->text : c.name;
    return c;
}

static void fill_columns(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    size_t columns = 1, refs = 0;
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    {
        columns += has_column(f) && f != m->key_field;
        refs += f->kind == FIELD_REF && f->target;
    }
    if (columns > MAX_COLUMNS)
        diag_error(d->diag, ERR_LIMIT, m->place,
            "%s: %zu columns; a PostgreSQL table holds at most %d: split the model",
            m->name, columns, MAX_COLUMNS);

    out->fields = arena_array(d->arena, columns, sizeof *out->fields);
    out->refs = arena_array(d->arena, refs, sizeof *out->refs);
    out->field_count = 1;
    out->fields[0] = m->key_field ? column_of(d, m->key_field) : implicit_key(m);
    out->key = &out->fields[0];
    if (m->key_field)
        m->key_field->field = &out->fields[0];
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    {
        if (!has_column(f) || f == m->key_field)
            continue;
        f->field = &out->fields[out->field_count++];
        *f->field = column_of(d, f);
        if (f->kind == FIELD_REF)
            f->ref = &out->refs[out->ref_count++];
    }
    FOR_EACH(struct field, c, out->fields, out->field_count)
    check_column_name(d, c);
}

/* ---- defaults ---- */

static void report_default(struct draft *d, const struct field *f, const struct node *n)
{
    const char *where = arena_printf(d->arena, "%s.%s: default \"%s\"",
        shown(d, f->model->name), shown(d, f->yaml), shown(d, n->text));
    struct suggestion s = {.wanted = n->text};
    if (f->enumeration)
        for (size_t i = 0; i < f->enumeration->label_count; i++)
            suggest_offer(&s, f->enumeration->labels[i]);
    const size_t length = strlen(n->text);
    const char *wants = type_info(f->type)->wants;
    const bool is_call = !n->quoted && length > 0 && n->text[length - 1] == ')';
    const bool is_adorned =
        strspn(n->text, "+-0123456789_") == length && length > 1 &&
        (strpbrk(n->text, "+_") || n->text[strspn(n->text, "-")] == '0');

    if (f->type == TYPE_VARCHAR)
        diag_error(d->diag, ERR_DEFAULT, n->place,
            "%s has %zu characters; varchar(%u) holds %u", where,
            text_characters(n->text, length), f->length, f->length);
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
    if (f->enumeration)
        diag_note(d->diag, f->enumeration->label_places[0], "its labels are here");
}

static void check_default(struct draft *d, const struct draft_field *f)
{
    const struct node *n = f->keys.fallback;
    const bool key_unknown = f->target && f->target->key_broken;
    if (f->broken || !f->field || key_unknown || f->default_kind != DEFAULT_LITERAL)
        return;
    const bool is_null =
        !n->quoted && (strcmp(n->text, "null") == 0 || strcmp(n->text, "~") == 0);
    if (is_null)
        diag_error(d->diag, ERR_DEFAULT, n->place,
            "%s: an optional field is null by default: delete default:, or quote it if "
            "it is "
            "a text",
            place_name(d, f));
    else if (!type_info(f->field->type)->holds(f->field, f->default_text))
        report_default(d, f->field, n);
}

/* ---- relations ---- */

static struct place reverse_place(const struct draft_field *f)
{
    return f->reverse ? f->keys.reverse->place : (struct place){0};
}

static void fill_ref(struct draft_field *f)
{
    *f->ref = (struct ref){
        .model = f->owner->model,
        .name = f->name,
        .doc = f->keys.doc ? f->keys.doc->text : NULL,
        .place = f->place,
        .field = f->field,
        .target = f->target->model,
        .target_field = f->target->model->key,
        .on_delete = f->on_delete,
        .optional = f->optional,
        .unique = f->unique,
        .reverse = f->reverse,
        .reverse_place = reverse_place(f),
    };
    f->field->ref = f->ref;
}

/* One of the two that via: names: a ref of the join model to `end`. */
static struct draft_field *find_side(struct draft *d, const struct draft_field *f,
    const struct draft_model *join, const struct node *n, bool is_ours)
{
    const char *where = arena_printf(d->arena, "%s: via: ", place_name(d, f));
    const struct draft_model *end = is_ours ? f->owner : f->target;
    if (n->kind != NODE_TEXT) {
        diag_error(
            d->diag, ERR_SHAPE, n->place, "%sit takes the names of two refs", where);
        return NULL;
    }
    struct draft_field *side = find_field(d, where, join, n, FIELD_REF);
    const bool is_ref = side && side->kind == FIELD_REF;
    if (!side || (is_ref && !side->target))
        return NULL; /* which is reported */
    if (is_ref && side->target == end)
        return side;
    if (is_ref)
        diag_error(d->diag, ERR_THROUGH, n->place,
            "%s%s refers to \"%s\"; the %s of the two must refer to \"%s\"", where,
            place_name(d, side), side->target->name, is_ours ? "first" : "second",
            end->name);
    else
        diag_error(d->diag, ERR_THROUGH, n->place, "%s%s is not a ref", where,
            place_name(d, side));
    diag_note(d->diag, side->place, "\"%s\" is declared here", shown(d, side->name));
    return NULL;
}

static bool find_named_sides(struct draft *d, const struct draft_field *f,
    const struct draft_model *join, struct draft_field *sides[2])
{
    const struct node *via = f->keys.via;
    if (via->count != 2) {
        diag_error(d->diag, ERR_THROUGH, via->place,
            "%s: via takes two refs of \"%s\", ours first: [%s, %s]", place_name(d, f),
            join->name, f->owner->name, f->target->name);
        return false;
    }
    sides[0] = find_side(d, f, join, via->first, true);
    sides[1] = sides[0] ? find_side(d, f, join, via->first->next, false) : NULL;
    if (sides[1] && sides[0] == sides[1])
        diag_error(d->diag, ERR_THROUGH, via->place,
            "%s: via names one ref twice; name ours, then theirs", place_name(d, f));
    return sides[1] && sides[0] != sides[1];
}

/* Without via: each end must be referred to by one ref, and the ends must differ. */
static bool find_only_sides(struct draft *d, const struct draft_field *f,
    const struct draft_model *join, struct draft_field *sides[2])
{
    const struct draft_model *const ends[2] = {f->owner, f->target};
    const char *where = place_name(d, f);
    const struct place at = f->keys.through->place;
    const bool is_self = ends[0] == ends[1];
    size_t found[2] = {0};
    bool has_holes = false;
    FOR_EACH(struct draft_field, r, join->fields, join->field_count)
    {
        has_holes = has_holes || r->broken || (r->kind == FIELD_REF && !r->target);
        for (int i = 0; i < 2; i++)
            if (r->kind == FIELD_REF && r->target == ends[i] && found[i]++ == 0)
                sides[i] = r;
    }
    if (!is_self && found[0] == 1 && found[1] == 1)
        return true;
    if (has_holes)
        return false; /* what is missing may be what is broken */

    const int i = !is_self && found[0] == 1 ? 1 : 0;
    if (is_self && found[0] >= 2)
        diag_error(d->diag, ERR_THROUGH, at,
            "%s: two refs of \"%s\" refer to \"%s\"; say which is ours: via: [ours, "
            "theirs]",
            where, join->name, ends[0]->name);
    else if (found[i] > 1)
        diag_error(d->diag, ERR_THROUGH, at,
            "%s: \"%s\" has %zu refs to \"%s\"; say which one with via: [ours, theirs]",
            where, join->name, found[i], ends[i]->name);
    else
        diag_error(d->diag, ERR_THROUGH, at,
            "%s: \"%s\" has no %sref to \"%s\"; add one, or name another model", where,
            join->name, found[i] ? "second " : "", ends[i]->name);
    return false;
}

/* Fills a declared `many` and, if it has a reverse, `back` on the target. */
static void fill_many(struct draft *d, struct draft_field *f, struct many *back)
{
    struct many *m = f->many;
    *m = (struct many){
        .model = f->owner->model,
        .name = f->name,
        .doc = f->keys.doc ? f->keys.doc->text : NULL,
        .place = f->place,
        .target = f->target->model,
        .kind = f->keys.through ? MANY_THROUGH : MANY_JOIN,
        .declared = true,
    };
    if (m->kind == MANY_THROUGH) {
        struct draft_model *join = find_model(d, f, f->keys.through);
        struct draft_field *sides[2] = {NULL, NULL};
        const bool found = join && (f->keys.via ? find_named_sides(d, f, join, sides)
                                                : find_only_sides(d, f, join, sides));
        if (found) {
            m->through = join->model;
            m->through_owner = sides[0]->ref;
            m->through_target = sides[1]->ref;
            m->join_table = join->table;
            m->owner_column = sides[0]->field->column;
            m->target_column = sides[1]->field->column;
        }
    } else {
        const bool is_self = f->target == f->owner;
        m->join_table = f->keys.table
                            ? f->keys.table->text
                            : arena_printf(d->arena, "%s_%s", f->owner->name, f->name);
        m->owner_column = arena_printf(d->arena, "%s_id", f->owner->name);
        m->target_column =
            is_self ? "other_id" : arena_printf(d->arena, "%s_id", f->target->name);
    }
    if (!back)
        return;
    *back = (struct many){
        .model = m->target,
        .name = f->reverse,
        .place = reverse_place(f),
        .target = m->model,
        .kind = m->kind,
        .inverse = m,
        .join_table = m->join_table,
        .owner_column = m->target_column,
        .target_column = m->owner_column,
        .through = m->through,
        .through_owner = m->through_target,
        .through_target = m->through_owner,
    };
    m->inverse = back;
}

static void fill_relations(struct draft *d)
{
    /* Count */
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    {
        if (!f->target)
            continue;
        m->model->many_count += f->kind == FIELD_MANY;
        if (f->reverse && f->kind == FIELD_REF && f->unique)
            f->target->model->one_count++;
        else if (f->reverse)
            f->target->model->many_count++;
    }
    /* Allocate; from here the counts say what is filled */
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    {
        struct model *out = m->model;
        out->manys = arena_array(d->arena, out->many_count, sizeof *out->manys);
        out->ones = arena_array(d->arena, out->one_count, sizeof *out->ones);
        out->many_count = out->one_count = 0;
    }
    /* Declared ones first */
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    {
        if (f->kind == FIELD_MANY && f->target)
            f->many = &m->model->manys[m->model->many_count++];
        if (f->ref)
            fill_ref(f);
    }
    /* Then reverse ends */
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    {
        if (!f->target)
            continue;
        struct model *to = f->target->model;
        const bool is_one = f->kind == FIELD_REF && f->unique;
        struct many *back = f->reverse && !is_one ? &to->manys[to->many_count++] : NULL;
        if (f->reverse && is_one)
            to->ones[to->one_count++] = f->ref;
        else if (f->many)
            fill_many(d, f, back);
        else if (back)
            *back = (struct many){
                .model = to,
                .name = f->reverse,
                .place = reverse_place(f),
                .target = m->model,
                .kind = MANY_REVERSE,
                .ref = f->ref,
            };
    }
}

/* ---- indexes ---- */

static bool fill_index_fields(struct draft *d, const char *where, struct draft_model *m,
    const struct draft_index *in, struct index *out)
{
    for (const struct node *n = in->on->first; n; n = n->next) {
        if (n->kind != NODE_TEXT) {
            diag_error(d->diag, ERR_SHAPE, n->place,
                "%son takes names of fields; order: has their asc or desc", where);
            return false;
        }
        const bool is_implicit =
            !m->key && strcmp(n->text, "id") == 0 && !strmap_get(&m->by_name, "id");
        const struct draft_field *f =
            is_implicit ? NULL : find_field(d, where, m, n, FIELD_COLUMN | FIELD_REF);
        if (f && f->kind == FIELD_MANY)
            diag_error(d->diag, ERR_INDEX, n->place,
                "%s%s is a list and has no column; its join table has its indexes "
                "already",
                where, place_name(d, f));
        const struct field *column = f ? f->field : is_implicit ? m->model->key : NULL;
        if (!column)
            return false;
        for (size_t i = 0; i < out->field_count; i++)
            if (out->fields[i] == column) {
                diag_error(d->diag, ERR_INDEX, n->place,
                    "%s\"%s\" is named twice; delete one", where, shown(d, n->text));
                return false;
            }
        out->fields[out->field_count++] = column;
    }
    return true;
}

static bool fill_index_order(
    struct draft *d, const char *where, const struct node *order, struct index *out)
{
    if (!order)
        return true;
    if (order->count != out->field_count) {
        diag_error(d->diag, ERR_INDEX, order->place,
            "%son has %zu fields and order has %zu; give each field its asc or desc",
            where, out->field_count, order->count);
        return false;
    }
    size_t i = 0;
    for (const struct node *n = order->first; n; n = n->next, i++) {
        const bool is_text = n->kind == NODE_TEXT;
        out->descending[i] = is_text && strcmp(n->text, "desc") == 0;
        if (out->descending[i] || (is_text && strcmp(n->text, "asc") == 0))
            continue;
        diag_error(d->diag, ERR_INDEX, n->place, "%sorder is asc or desc", where);
        return false;
    }
    return true;
}

static void fill_indexes(struct draft *d, struct draft_model *m)
{
    struct model *out = m->model;
    const char *where = arena_printf(d->arena, "%s.indexes: ", shown(d, m->name));
    out->indexes = arena_array(d->arena, m->index_count, sizeof *out->indexes);
    FOR_EACH(struct draft_index, in, m->indexes, m->index_count)
    {
        const size_t count = in->on->count;
        if (count == 0 || count > MAX_INDEX_COLUMNS) {
            diag_error(d->diag, ERR_INDEX, in->on->place,
                "%san index is on 1 to %d fields, and this one on %zu", where,
                MAX_INDEX_COLUMNS, count);
            continue;
        }
        struct index *i = &out->indexes[out->index_count];
        i->place = in->place;
        i->unique = in->unique;
        i->fields = arena_array(d->arena, count, sizeof *i->fields);
        i->descending = arena_array(d->arena, count, sizeof *i->descending);
        if (fill_index_fields(d, where, m, in, i) &&
            fill_index_order(d, where, in->order, i))
            out->index_count++;
    }
}

/* ---- the schema ---- */

static void fill_models(struct draft *d, struct schema *s)
{
    s->model_count = d->model_count;
    s->models = arena_array(d->arena, d->model_count, sizeof *s->models);
    for (size_t i = 0; i < d->model_count; i++) {
        struct draft_model *m = &d->models[i];
        m->model = &s->models[i];
        *m->model = (struct model){
            .name = m->name,
            .doc = m->doc,
            .schema = d->sql_schema,
            .table = m->table,
            .place = m->place,
        };
    }
}

static void fill_enumerations(struct draft *d, struct schema *s)
{
    size_t count = 0;
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    count += f->enumeration != NULL;
    s->enumerations = arena_array(d->arena, count, sizeof(struct enumeration *));
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    FOR_EACH(struct draft_field, f, m->fields, m->field_count)
    if (f->enumeration)
        s->enumerations[s->enumeration_count++] = f->enumeration;
}

struct schema *draft_resolve(struct draft *d)
{
    struct schema *s = arena_alloc(d->arena, sizeof *s);
    *s = (struct schema){
        .path = d->path, .module = d->module, .prefix = d->prefix, .arena = d->arena};
    fill_models(d, s);
    resolve_keys(d);
    resolve_targets(d);
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    fill_columns(d, m);
    fill_relations(d);
    FOR_EACH(struct draft_model, m, d->models, d->model_count)
    {
        FOR_EACH(struct draft_field, f, m->fields, m->field_count)
        check_default(d, f);
        fill_indexes(d, m);
    }
    fill_enumerations(d, s);
    return s;
}
