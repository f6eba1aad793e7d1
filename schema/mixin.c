/* mixin.c: fields and constraints that several models share.
 *
 * A mixin is copied into each model that uses it, as if it was written there, behind
 * the model's own fields.  The copy keeps its places, which remember the use, so that a
 * message about the one shows the other. */
#include "mixin.h"

#include "suggest.h"

#include <stdint.h>

enum {
    MAX_COPIED = YAML_MAX_EVENTS
};

struct mixin {
    const struct draft_file *file;
    struct place place;
    struct mixin_keys {
        struct model_parts parts;
        const struct node *use;
    } keys;
    bool in_use; /* by the one that is being copied: a second time is a circle */
};

#define AT(member) offsetof(struct mixin_keys, member)
const struct key mixin_keys[] = {
    {"fields", SHAPE_MAP, AT(parts.fields), 0, NULL},
    {"use", SHAPE_LIST, AT(use), 0, NULL},
    {"unique", SHAPE_LIST, AT(parts.unique), 0, NULL},
    {"checks", SHAPE_MAP, AT(parts.checks), 0, NULL},
    {"exclude", SHAPE_LIST, AT(parts.exclude), 0, NULL},
    {"indexes", SHAPE_LIST, AT(parts.indexes), 0, NULL},
    {0},
};
#undef AT

/* ---- reading ---- */

/* So that a mixin that nobody uses is looked at too; of a mistake that each use would
 * repeat, this is the one that is reported. */
static void check_fields(
    struct draft *d, const struct node *mixin, const struct node *n)
{
    struct draft_model *m = arena_alloc(d->arena, sizeof *m);
    m->name = m->struct_name = mixin->key->text;
    m->place = mixin->key->place;
    m->by_name.arena = d->arena;
    m->file = d->files[m->place.file];
    for (n = n ? n->first : NULL; n; n = n->next)
        parse_field(d, m, n, arena_alloc(d->arena, sizeof(struct draft_field)));
}

static void read_mixin(
    struct draft *d, const struct draft_file *f, const struct node *n)
{
    const char *name = n->key->text;
    const char *where = arena_printf(d->arena, "mixin %s: ", shown(d, name));
    struct mixin *m = arena_alloc(d->arena, sizeof *m);
    m->file = f;
    m->place = n->key->place;
    check_name(d, "", "mixin", n->key);
    const struct mixin *other = strmap_add(&d->mixins, name, m);
    if (other) {
        diag_error(d->diag, ERR_CLASH, m->place,
            "%sanother file has a mixin of this name; rename one", where);
        diag_note(d->diag, other->place, "the other one is here");
    }
    if (n->kind != NODE_MAP)
        diag_error(d->diag, ERR_SHAPE, value_place(n),
            "%sit must be a map with fields:, and is %s", where, what_is(n));
    else if (take_keys(d, where, n, mixin_keys, &m->keys) && n->count == 0)
        diag_error(d->diag, ERR_MISSING, m->place, "%sit is empty; add fields:", where);
    check_fields(d, n, m->keys.parts.fields);
}

/* ---- copying ---- */

struct node *copy_node(struct draft *d, const struct node *n, unsigned use)
{
    d->copied++;
    struct node *copy = arena_alloc(d->arena, sizeof *copy);
    *copy = *n;
    copy->place.use = use;
    copy->next = NULL;
    if (n->key) {
        struct node *key = arena_alloc(d->arena, sizeof *key);
        *key = *n->key;
        key->place.use = use;
        copy->key = key;
    }
    const struct node **tail = &copy->first;
    for (const struct node *entry = n->first; entry; entry = entry->next) {
        struct node *e = copy_node(d, entry, use);
        *tail = e;
        tail = &e->next;
    }
    return copy;
}

/* A collection with the entries of both; either may be NULL. */
static const struct node *joined(
    struct draft *d, const struct node *own, const struct node *more, unsigned use)
{
    if (!more)
        return own;
    struct node *copy = copy_node(d, more, use);
    if (!own)
        return copy;
    struct node *all = arena_alloc(d->arena, sizeof *all);
    *all = *own;
    all->count = own->count + more->count;
    const struct node **tail = &all->first;
    for (const struct node *n = own->first; n; n = n->next) {
        struct node *entry = arena_alloc(d->arena, sizeof *entry);
        *entry = *n;
        *tail = entry;
        tail = &entry->next;
        d->copied++;
    }
    *tail = copy->first;
    return all;
}

static void add_parts(struct draft *d, struct model_parts *own,
    const struct model_parts *more, unsigned use)
{
    own->fields = joined(d, own->fields, more->fields, use);
    own->unique = joined(d, own->unique, more->unique, use);
    own->checks = joined(d, own->checks, more->checks, use);
    own->exclude = joined(d, own->exclude, more->exclude, use);
    own->indexes = joined(d, own->indexes, more->indexes, use);
}

/* ---- using ---- */

static bool is_known(const struct draft *d, const struct mixin *m, struct place here)
{
    return d->files[here.file]->reaches[m->file->number];
}

static struct mixin *find_mixin(
    struct draft *d, const char *where, const struct node *n)
{
    if (n->kind != NODE_TEXT || is_nothing(n)) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "%suse: these are names of mixins, and this is %s", where, what_is(n));
        return NULL;
    }
    struct mixin *m = strmap_get(&d->mixins, n->text);
    const char *wanted = shown(d, n->text);
    if (m && is_known(d, m, n->place))
        return m;
    struct suggestion s = {.wanted = n->text};
    for (size_t i = 0; !m && i < d->file_count; i++) {
        const struct node *map = d->files[i]->mixins;
        for (const struct node *o = map ? map->first : NULL; o; o = o->next)
            suggest_offer(&s, o->key->text);
    }
    if (m)
        diag_error(d->diag, ERR_MIXIN, n->place,
            "%suse: \"%s\" is in %s, which this file does not include; add it to "
            "include:",
            where, wanted, m->file->path);
    else if (s.best)
        diag_error(d->diag, ERR_MIXIN, n->place,
            "%suse: no mixin \"%s\"; did you mean \"%s\"?", where, wanted, s.best);
    else
        diag_error(d->diag, ERR_MIXIN, n->place,
            "%suse: no mixin \"%s\"; add it under mixins:", where, wanted);
    return NULL;
}

static bool is_repeated(
    struct draft *d, const char *where, const struct node *n, struct strmap *seen)
{
    const struct node *other = strmap_add(seen, n->text, (void *)(uintptr_t)n);
    if (!other)
        return false;
    diag_error(d->diag, ERR_MIXIN, n->place, "%suse: \"%s\" is named twice; delete one",
        where, shown(d, n->text));
    diag_note(d->diag, other->place, "the first one is here");
    return true;
}

/* `used` are those that the model has by now: each is copied once, however many of the
 * others use it. */
static void use_all(struct draft *d, const char *where, const char *user,
    const struct node *use, struct strmap *used, struct model_parts *parts)
{
    struct strmap seen = {.arena = d->arena};
    for (const struct node *n = use ? use->first : NULL; n; n = n->next) {
        struct mixin *m = find_mixin(d, where, n);
        if (!m || is_repeated(d, where, n, &seen))
            continue;
        if (m->in_use) {
            diag_error(d->diag, ERR_MIXIN, n->place,
                "%suse: \"%s\" uses itself, or another that uses it; leave one out",
                where, shown(d, n->text));
            m->keys.use = NULL; /* once is enough */
            continue;
        }
        if (strmap_add(used, n->text, m))
            continue;
        if (d->copied > MAX_COPIED) {
            diag_error(d->diag, ERR_BUDGET, n->place,
                "%suse: the mixins and values in use hold more than a million pieces",
                where);
            return;
        }
        const unsigned number = diag_use(d->diag, n->place,
            arena_printf(
                d->arena, "%s uses %s here", shown(d, user), shown(d, n->text)));
        add_parts(d, parts, &m->keys.parts, number);
        if (!m->keys.use)
            continue;
        m->in_use = true;
        use_all(d, where, n->text, copy_node(d, m->keys.use, number), used, parts);
        m->in_use = false;
    }
}

void use_mixins(struct draft *d, const char *where, const char *user,
    const struct node *use, struct model_parts *parts)
{
    struct strmap used = {.arena = d->arena};
    use_all(d, where, user, use, &used, parts);
}

/* ---- all of them ---- */

static void for_each(struct draft *d,
    void (*act)(struct draft *, const struct draft_file *, const struct node *))
{
    for (size_t i = 0; i < d->file_count; i++) {
        const struct node *map = d->files[i]->mixins;
        for (const struct node *n = map ? map->first : NULL; n; n = n->next)
            act(d, d->files[i], n);
    }
}

static void check_use(struct draft *d, const struct draft_file *f, const struct node *n)
{
    struct mixin *m = strmap_get(&d->mixins, n->key->text);
    struct model_parts parts = {0};
    if (m->file != f)
        return; /* another one has the name */
    m->in_use = true;
    use_mixins(d, arena_printf(d->arena, "mixin %s: ", shown(d, n->key->text)),
        n->key->text, m->keys.use, &parts);
    m->in_use = false;
}

void read_mixins(struct draft *d)
{
    for_each(d, read_mixin);
    for_each(d, check_use);
}
