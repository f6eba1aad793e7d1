/* key_columns.c: which columns identify a row, and which refer to one.
 *
 * A reference has a column per column of the key that it refers to, and that key may be
 * made of references itself: so keys are settled first, each after those that it is
 * made of.  A circle of such keys is a circle of required references, which order.c
 * reports. */
#include "resolve.h"

#include "types.h"

#include <string.h>

enum {
    MAX_KEY_COLUMNS = 32, /* PostgreSQL's for an index */
    MAX_DEPTH = 32        /* of keys made of keys */
};

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

/* ---- all models ---- */

void settle_columns(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        settle_key(d, m, 0);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            settle_field(d, f, 0);
}
