/* key.c: which columns identify a row, and which refer to one.
 *
 * A reference has a column per column of the key that it refers to, and that key may be
 * made of references itself: so keys are settled first, each after those that it is
 * made of.  A circle of such keys is a circle of required references, which order.c
 * reports. */
#include "resolve.h"

#include "names.h"
#include "types.h"

#include <string.h>

enum {
    MAX_KEY_COLUMNS = 32, /* PostgreSQL's for an index */
    MAX_DEPTH = 32        /* of keys made of keys */
};

/* ---- the words of key: ---- */

static const char *types_of_keys(struct draft *d)
{
    const char *list = NULL, *last = NULL;
    for (enum type t = 0; t < TYPE_COUNT; t++) {
        if (!type_info(t)->can_be_key)
            continue;
        list = !last   ? NULL
               : !list ? last
                       : arena_printf(d->arena, "%s, %s", list, last);
        last = type_info(t)->yaml;
    }
    return arena_printf(d->arena, "%s or %s", list, last);
}

/* "is json, for which PostgreSQL has no =; `what` is bool, int2 or ..." */
static const char *type_problem(struct draft *d, enum type t, const char *what)
{
    const struct type_info *type = type_info(t);
    return arena_printf(d->arena, "is %s%s%s; %s is %s", type->yaml,
        type->why_no_key ? ", " : "", type->why_no_key ? type->why_no_key : "", what,
        types_of_keys(d));
}

/* An extension's type may spell equal values differently, as citext does. */
static bool is_of_extension(const struct draft_field *f)
{
    return f->user && !f->user->is_domain;
}

/* Why a column of that kind cannot identify rows, or hold what does. */
static const char *trait_problem(const struct traits *t)
{
    return t->lazy
               ? "is lazy, and what identifies a row is always loaded: delete lazy: "
                 "there"
           : t->generated ? "is generated, so it is not known before its row is written"
           : t->version   ? "is a version, and changes with every update"
           : t->created || t->updated ? "is set by the runtime when its row is written"
           : t->filled_on_insert || t->filled_on_update
               ? "is filled by the server, so it is not known before its row is written"
               : NULL;
}

static const char *part_problem(
    struct draft *d, const struct draft_model *m, const struct draft_field *f)
{
    if (f->kind == FIELD_MANY)
        return "is a list and has no column";
    if (f->kind == FIELD_COLUMN && !type_info(f->type)->can_be_key)
        return type_problem(d, f->type, "a key");
    if (f->kind == FIELD_COLUMN && is_of_extension(f))
        return "has a type of an extension, where equal values may be spelt "
               "differently; "
               "a key has one spelling";
    if (f->optional)
        return "is optional; a key always has a value: delete optional: there";
    if (f->kind == FIELD_COLUMN && f->unique && m->key->kind == NODE_TEXT)
        return "is unique as a key anyway; delete unique: there";
    const char *trait = trait_problem(&f->traits);
    if (trait)
        return trait;
    if (f->default_kind == DEFAULT_LITERAL)
        return "has a default, which would give every row the same key; delete "
               "default: there, or write { sql: ... }";
    return NULL;
}

/* NULL: it cannot be one, which is reported. */
static struct draft_field *find_part(
    struct draft *d, const struct draft_model *m, const struct node *n)
{
    const char *name = shown(d, m->name);
    if (n->kind != NODE_TEXT) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%s: key must be the name of a field, or a list of them", name);
        return NULL;
    }
    struct draft_field *f = find_field(
        d, arena_printf(d->arena, "%s: key: ", name), m, n, FIELD_COLUMN | FIELD_REF);
    if (!f || f->broken || (f->kind == FIELD_REF && !f->target))
        return NULL;
    const char *problem = part_problem(d, m, f);
    if (!problem)
        return f;
    diag_error(d->diag, ERR_KEY, n->place, "%s: key: \"%s\" %s", name,
        shown(d, f->name), problem);
    diag_note(d->diag, f->place, "\"%s\" is declared here", shown(d, f->name));
    return NULL;
}

/* Keys are taken before rows are sent: of one column at most. */
static bool is_made(const struct draft_field *f)
{
    return f->default_kind == DEFAULT_SQL;
}

static bool add_part(struct draft *d, struct draft_model *m, const struct node *n)
{
    struct draft_field *f = find_part(d, m, n);
    if (!f)
        return false;
    for (size_t i = 0; i < m->key_part_count; i++)
        if (m->key_parts[i] == f) {
            diag_error(d->diag, ERR_KEY, n->place,
                "%s: key: \"%s\" is named twice; delete one", shown(d, m->name),
                shown(d, f->name));
            return false;
        }
    for (size_t i = 0; i < m->key_part_count; i++)
        if (is_made(m->key_parts[i]) && is_made(f)) {
            diag_error(d->diag, ERR_KEY, n->place,
                "%s: key: the server makes \"%s\" already, and can make one part of a "
                "key; delete default: of one",
                shown(d, m->name), shown(d, m->key_parts[i]->name));
            diag_note(d->diag, f->place, "\"%s\" is declared here", shown(d, f->name));
            return false;
        }
    m->key_parts[m->key_part_count++] = f;
    return true;
}

static bool read_key(struct draft *d, struct draft_model *m)
{
    const struct node *key = m->key;
    const bool is_list = key->kind == NODE_LIST;
    if (is_list && !key->count) {
        diag_error(d->diag, ERR_KEY, key->place,
            "%s: a key has one field at least; leave out key: for one that the server "
            "makes",
            shown(d, m->name));
        return false;
    }
    m->key_parts =
        arena_array(d->arena, is_list ? key->count : 1, sizeof *m->key_parts);
    if (!is_list)
        return add_part(d, m, key);
    bool right = true;
    for (const struct node *n = key->first; n; n = n->next)
        right = add_part(d, m, n) && right;
    return right;
}

/* ---- columns ---- */

static struct field field_named(
    const struct draft_model *m, const char *name, struct place place)
{
    return (struct field){
        .model = m->model, .name = name, .yaml = name, .place = place};
}

static struct draft_column *new_column(
    struct draft *d, const struct draft_field *maker, struct field field)
{
    struct draft_column *c = arena_alloc(d->arena, sizeof *c);
    c->maker = maker;
    c->field = field;
    return c;
}

static struct draft_column *implicit_key(struct draft *d, const struct draft_model *m)
{
    struct field f = field_named(m, "id", m->place);
    f.column = "id";
    f.type = TYPE_INT8;
    f.identity = true;
    return new_column(d, NULL, f);
}

static bool is_settable(const struct draft_field *f)
{
    const struct traits *t = &f->traits;
    return !f->owner->is_view && !t->identity_always && !t->generated && !t->version &&
           !t->created && !t->updated;
}

struct field column_of(const struct draft_field *f)
{
    struct field c = field_named(f->owner, f->name, f->place);
    c.column = f->keys.column ? f->keys.column->text : f->name;
    c.doc = f->keys.doc ? f->keys.doc->text : NULL;
    c.type = f->type;
    c.element = f->element;
    c.length = f->length;
    c.scale = f->scale;
    c.user = f->user;
    c.enumeration = f->enumeration;
    c.optional = f->optional;
    c.unique = f->unique;
    c.identity = f->identity;
    c.traits = f->traits;
    c.settable = is_settable(f);
    c.default_kind = f->default_kind;
    c.default_text = f->default_text;
    c.default_place = f->default_place;
    return c;
}

static void settle_plain(struct draft *d, struct draft_field *f)
{
    if (f->broken)
        return;
    f->columns = arena_array(d->arena, 1, sizeof *f->columns);
    f->columns[f->column_count++] = new_column(d, f, column_of(f));
}

static void settle_key(struct draft *d, struct draft_model *m, unsigned depth);
static void settle_field(struct draft *d, struct draft_field *f, unsigned depth);

/* Whether the key of `m` is made, in the end, of one that is under way. */
static bool waits_for_itself(struct draft *d, struct draft_model *m, unsigned depth)
{
    if (m->key_state != KEY_UNKNOWN || m->walked == d->walks)
        return m->key_state == KEY_UNDER_WAY;
    m->walked = d->walks;
    for (size_t i = 0; i < m->key_part_count; i++) {
        struct draft_model *next = m->key_parts[i]->to ? NULL : m->key_parts[i]->target;
        if (next && (depth > MAX_DEPTH || waits_for_itself(d, next, depth + 1)))
            return true;
    }
    return false;
}

/* The column of that name that another field of the model makes: what a ref with
 * columns: shares. */
static struct draft_column *find_shared(
    struct draft *d, const struct draft_field *f, const char *name, unsigned depth)
{
    struct draft_model *m = f->owner;
    for (struct draft_field *g = m->fields; g < m->fields + m->field_count; g++) {
        if (g == f || (g->kind == FIELD_REF && !g->target))
            continue;
        d->walks++;
        if (!g->settled && !g->keys.columns &&
            !(g->target && !g->to && waits_for_itself(d, g->target, 0)))
            settle_field(d, g, depth + 1);
        for (size_t i = 0; i < g->column_count; i++)
            if (g->columns[i]->maker == g &&
                strcmp(g->columns[i]->field.column, name) == 0)
                return g->columns[i];
    }
    return NULL;
}

/* The columns that `f` refers to, by their draft; `*count` of them. */
static struct draft_column **referred(
    struct draft *d, struct draft_field *f, unsigned depth, size_t *count)
{
    if (f->to) {
        settle_field(d, f->to, depth);
        *count = f->to->column_count;
        return f->to->columns;
    }
    settle_key(d, f->target, depth);
    *count = f->target->key_column_count;
    return f->target->key_columns;
}

static const char *list_columns(
    struct draft *d, struct draft_column *const *columns, size_t count)
{
    const char *list = columns[0]->field.column;
    for (size_t i = 1; i < count; i++)
        list = arena_printf(d->arena, "%s, %s", list, columns[i]->field.column);
    return shown(d, list);
}

/* Whether column: or columns: has a name for each part. */
static bool names_fit(struct draft *d, const struct draft_field *f,
    struct draft_column *const *parts, size_t count)
{
    const struct node *names = f->keys.columns;
    const char *target = shown(d, f->target->name);
    if (f->broken || (f->target->key_broken && !f->to))
        return false; /* which is reported */
    if (!names && f->keys.column && count > 1) {
        diag_error(d->diag, ERR_REF, f->keys.column->place,
            "%s: column names one column, and the key of \"%s\" has %zu; write "
            "columns: with a name for each of %s",
            place_name(d, f), target, count, list_columns(d, parts, count));
        return false;
    }
    if (names && names->count != count) {
        diag_error(d->diag, ERR_REF, names->place,
            "%s: columns has %zu name%s, and the key of \"%s\" has %zu: %s",
            place_name(d, f), names->count, names->count == 1 ? "" : "s", target, count,
            list_columns(d, parts, count));
        return false;
    }
    return names || f->keys.column;
}

static const struct node *name_of_part(const struct draft_field *f, size_t i)
{
    const struct node *n = f->keys.columns ? f->keys.columns->first : f->keys.column;
    while (i--)
        n = n->next;
    return n;
}

/* "varchar(12)", for messages. */
static const char *type_text(struct draft *d, const struct field *f)
{
    const char *type = f->enumeration ? f->enumeration->name : type_info(f->type)->yaml;
    return f->length ? arena_printf(d->arena, "%s(%u)", type, f->length) : type;
}

/* Of a shared column, its values are theirs. */
static void check_shared(struct draft *d, const struct draft_field *f,
    const struct node *n, const struct field *ours, const struct field *theirs)
{
    const char *where = place_name(d, f), *column = shown(d, ours->column);
    const bool same = ours->type == theirs->type && ours->length == theirs->length &&
                      ours->scale == theirs->scale && ours->user == theirs->user &&
                      ours->enumeration == theirs->enumeration;
    if (!same)
        diag_error(d->diag, ERR_REF, n->place,
            "%s: \"%s\" is %s here, and %s.%s is %s; one column cannot be both", where,
            column, type_text(d, ours), shown(d, theirs->model->name),
            shown(d, theirs->name), type_text(d, theirs));
    else if (trait_problem(&ours->traits))
        diag_error(d->diag, ERR_REF, n->place, "%s: its column \"%s\" %s", where,
            column, trait_problem(&ours->traits));
    else if (ours->optional && !f->optional)
        diag_error(d->diag, ERR_REF, n->place,
            "%s: required, but its column \"%s\" may be null; add optional: true here, "
            "or delete it there",
            where, column);
    else
        return;
    diag_note(d->diag, ours->place, "\"%s\" is declared here", shown(d, ours->yaml));
}

static const char *part_name(struct draft *d, const struct draft_field *f,
    const struct field *part, size_t count)
{
    const char *name = f->to || count > 1 ? part->name : "id";
    return arena_printf(d->arena, "%s_%s", f->name, name);
}

static struct draft_column *settle_part(struct draft *d, struct draft_field *f,
    const struct field *part, size_t count, const struct node *name, unsigned depth)
{
    struct draft_column *c =
        f->keys.columns && name ? find_shared(d, f, name->text, depth) : NULL;
    if (c) {
        check_shared(d, f, name, &c->field, part);
        return c;
    }
    struct field made = column_of(f);
    made.name = part_name(d, f, part, count);
    made.column = name ? name->text : made.name;
    made.type = part->type;
    made.element = part->element;
    made.length = part->length;
    made.scale = part->scale;
    made.user = part->user;
    made.enumeration = part->enumeration;
    made.traits.collation = part->traits.collation;
    made.unique = f->unique && count == 1;
    return new_column(d, f, made);
}

static void settle_ref(struct draft *d, struct draft_field *f, unsigned depth)
{
    size_t count = 0;
    struct draft_column **parts = referred(d, f, depth, &count);
    if (f->settled) /* on the way there */
        return;
    const bool named = count && names_fit(d, f, parts, count);
    if (count > 1 && f->keys.fallback)
        diag_error(d->diag, ERR_REF, f->keys.fallback->place,
            "%s: a default is for one column, and this reference has %zu; set it in "
            "the program",
            place_name(d, f), count);
    f->columns = arena_array(d->arena, count, sizeof *f->columns);
    f->settled = true;
    for (size_t i = 0; i < count; i++) {
        const struct node *name = named ? name_of_part(f, i) : NULL;
        if (name && name->kind != NODE_TEXT)
            name = NULL; /* which is reported */
        f->columns[f->column_count++] =
            settle_part(d, f, &parts[i]->field, count, name, depth);
    }
}

static void settle_field(struct draft *d, struct draft_field *f, unsigned depth)
{
    if (f->settled)
        return;
    if (f->kind == FIELD_REF && f->target)
        settle_ref(d, f, depth);
    else if (f->kind == FIELD_COLUMN)
        settle_plain(d, f);
    f->settled = true;
}

/* A column that two parts share counts once. */
static void add_key_columns(
    struct draft *d, struct draft_model *m, const struct draft_field *part)
{
    for (size_t i = 0; i < part->column_count; i++) {
        bool there = false;
        for (size_t k = 0; k < m->key_column_count; k++)
            there = there || m->key_columns[k] == part->columns[i];
        if (there)
            continue;
        if (m->key_column_count == MAX_KEY_COLUMNS) {
            diag_error(d->diag, ERR_LIMIT, m->key->place,
                "%s: its key would have more than %d columns, the most that "
                "PostgreSQL takes",
                shown(d, m->name), MAX_KEY_COLUMNS);
            m->key_broken = true;
            return;
        }
        m->key_columns[m->key_column_count++] = part->columns[i];
    }
}

/* Of tables, order.c tells the whole circle: a key's references are required. */
static bool refuse_circle(
    struct draft *d, const struct draft_model *m, const struct draft_field *part)
{
    if (m->is_view || part->target->is_view)
        diag_error(d->diag, ERR_KEY, part->place,
            "%s: it is part of a key, and so is, in the end, the key that it refers "
            "to; make one of them of columns",
            place_name(d, part));
    return false;
}

static bool settle_parts(struct draft *d, struct draft_model *m, unsigned depth)
{
    if (depth > MAX_DEPTH) {
        diag_error(d->diag, ERR_LIMIT, m->key->place,
            "%s: a key made of keys made of keys, more than %d deep; give one of them "
            "a "
            "key of its own",
            shown(d, m->name), MAX_DEPTH);
        return false;
    }
    for (size_t i = 0; i < m->key_part_count; i++) {
        struct draft_field *part = m->key_parts[i];
        if (part->target && !part->to && part->target->key_state == KEY_UNDER_WAY)
            return refuse_circle(d, m, part);
        settle_field(d, part, depth + 1);
        if (part->target && !part->to && part->target->key_broken)
            return false;
        add_key_columns(d, m, part);
    }
    return m->key_column_count > 0 && !m->key_broken;
}

static void settle_key(struct draft *d, struct draft_model *m, unsigned depth)
{
    if (m->key_state != KEY_UNKNOWN)
        return;
    m->key_state = KEY_UNDER_WAY;
    m->key_columns = arena_array(d->arena, MAX_KEY_COLUMNS, sizeof *m->key_columns);
    if (m->key_broken || (m->key && !settle_parts(d, m, depth))) {
        m->key_broken = true;
        m->key_column_count = 0;
    }
    if (!m->key_column_count)
        m->key_columns[m->key_column_count++] = implicit_key(d, m);
    for (size_t i = 0; i < m->key_column_count; i++) {
        m->key_columns[i]->field.key = true;
        if (m->key_column_count == 1)
            m->key_columns[i]->field.unique = false;
    }
    m->key_state = KEY_KNOWN;
}

/* ---- to: ---- */

static struct draft_field *find_to(struct draft *d, const struct draft_field *f)
{
    const struct node *n = f->keys.to;
    const struct draft_model *m = f->target;
    const char *where = arena_printf(d->arena, "%s: to: ", place_name(d, f));
    if (!m->key && !strmap_get(&m->by_name, n->text) && strcmp(n->text, "id") == 0) {
        diag_error(d->diag, ERR_REF, n->place,
            "%s\"id\" is the key, which a reference refers to anyway; delete to:", where);
        return NULL;
    }
    struct draft_field *to = find_field(d, where, m, n, FIELD_COLUMN);
    if (!to || to->broken)
        return NULL;
    const char *problem = NULL;
    if (to->kind != FIELD_COLUMN)
        problem = "is a relation; to: names a column";
    else if (m->key_part_count == 1 && m->key_parts[0] == to)
        problem = "is the key, which a reference refers to anyway; delete to:";
    else if (!to->unique)
        problem = "is not unique, so a reference could mean several rows; add unique: "
                  "true there";
    else if (!type_info(to->type)->can_be_key)
        problem = type_problem(d, to->type, "what is referred to");
    else if (is_of_extension(to))
        problem = "has a type of an extension, where equal values may be spelt "
                  "differently";
    else
        problem = trait_problem(&to->traits);
    if (!problem)
        return to;
    diag_error(
        d->diag, ERR_REF, n->place, "%s\"%s\" %s", where, shown(d, to->name), problem);
    diag_note(d->diag, to->place, "\"%s\" is declared here", shown(d, to->name));
    return NULL;
}

/* ---- all models ---- */

void resolve_keys(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        if (m->key && !read_key(d, m))
            m->key_broken = true;
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->keys.to && f->target && f->kind == FIELD_REF)
                f->to = find_to(d, f);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        settle_key(d, m, 0);
}

void settle_columns(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            settle_field(d, f, 0);
}
