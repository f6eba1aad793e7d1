/* reverse.c: what files tell of each other's relations.
 *
 * A list on the other side of a relation is a member of the target's struct, so the
 * target's own file must say that it is there: `reverse_of:` and `file:` in the one
 * answer `reverse:` in the other.  Here the two are brought together. */
#include "resolve.h"

#include "suggest.h"

#include <string.h>

/* ---- the side that shows ---- */

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Whether `file:` is the file of `m`. */
static bool is_file_of(const struct draft_field *f, const struct draft_model *m)
{
    const char *here = f->owner->file->path, *there = m->file->path;
    const size_t folder = folder_length(here);
    return strncmp(here, there, folder) == 0 &&
           strcmp(there + folder, f->keys.file->text) == 0;
}

/* Whether `file:` is a file at all; else it is reported. */
static bool is_file(const struct draft_field *f)
{
    const struct draft_file *here = f->owner->file;
    for (const struct draft_link *l = here->links; l < here->links + here->link_count;
         l++)
        if (!l->includes && strcmp(l->written->text, f->keys.file->text) == 0)
            return l->to->root != NULL;
    return false;
}

static struct draft_model *find_model(
    struct draft *d, const struct draft_field *f, const char *name)
{
    const struct node *n = f->keys.reverse_of;
    struct draft_model *m = strmap_get(&d->by_name, name);
    if (m && is_file_of(f, m))
        return m;
    struct suggestion s = {.wanted = name};
    for (size_t i = 0; !m && i < d->model_count; i++)
        if (is_file_of(f, &d->models[i]))
            suggest_offer(&s, d->models[i].name);
    const char *where = place_name(d, f), *file = shown(d, f->keys.file->text);
    if (m)
        diag_error(d->diag, ERR_NO_MODEL, n->place,
            "%s: \"%s\" is not in %s but in %s; correct file:", where, shown(d, name),
            file, m->file->path);
    else if (s.best)
        diag_error(d->diag, ERR_NO_MODEL, n->place,
            "%s: %s has no model \"%s\"; did you mean \"%s\"?", where, file,
            shown(d, name), s.best);
    else
        diag_error(d->diag, ERR_NO_MODEL, n->place, "%s: %s has no model \"%s\"", where,
            file, shown(d, name));
    return NULL;
}

/* What is wrong with showing `g` as `f`, to follow "book.author"; NULL: nothing. */
static const char *mismatch(
    struct draft *d, const struct draft_field *f, const struct draft_field *g)
{
    if (g->owner->file == f->owner->file)
        return "is in this file; its reverse: is enough, delete this";
    if (!(g->kind & (FIELD_REF | FIELD_MANY)))
        return "is no relation; name a ref: or many:";
    if (g->target != f->owner)
        return arena_printf(d->arena, "refers to \"%s\", so its other side is not here",
            g->target->name);
    if (!g->reverse)
        return arena_printf(d->arena,
            "has no reverse:; add reverse: %s there, or delete this", f->name);
    if (strcmp(g->reverse, f->name) != 0)
        return arena_printf(
            d->arena, "calls its other side \"%s\"; rename one", shown(d, g->reverse));
    return NULL;
}

static void match(struct draft *d, struct draft_field *f)
{
    const struct node *n = f->keys.reverse_of;
    const char *where = place_name(d, f);
    const char *dot = strchr(n->text, '.');
    if (!dot) {
        diag_error(d->diag, ERR_REVERSE_OF, n->place,
            "%s: reverse_of takes a model and its relation, as book.author", where);
        return;
    }
    const char *model = arena_copy(d->arena, n->text, (size_t)(dot - n->text));
    struct draft_model *m = find_model(d, f, model);
    if (!m)
        return;
    struct node relation = *n;
    relation.text = dot + 1;
    struct draft_field *g = find_field(
        d, arena_printf(d->arena, "%s: ", where), m, &relation, FIELD_REF | FIELD_MANY);
    const bool is_relation = g && g->kind & (FIELD_REF | FIELD_MANY);
    if (!g || g->broken || (is_relation && !g->target))
        return; /* which is reported */
    const char *problem = mismatch(d, f, g);
    if (problem) {
        diag_error(d->diag, ERR_REVERSE_OF, n->place, "%s: %s %s", where,
            place_name(d, g), problem);
        diag_note(d->diag, g->place, "%s is here", place_name(d, g));
    } else {
        f->shows = g;
    }
    g->shown_by = f;
}

/* ---- the side that is shown ---- */

static void check_shown(struct draft *d, const struct draft_field *g)
{
    const struct draft_file *ours = g->owner->file, *theirs = g->target->file;
    if (!g->reverse || ours == theirs || g->shown_by)
        return;
    const char *where = place_name(d, g);
    const size_t folder = folder_length(theirs->path);
    if (strncmp(ours->path, theirs->path, folder) == 0)
        diag_error(d->diag, ERR_REVERSE_OF, g->keys.reverse->place,
            "%s: \"%s\" would be a member of %s, which %s declares; add there %s: { "
            "reverse_of: %s, file: %s }, or delete reverse:",
            where, shown(d, g->reverse), g->target->name, theirs->path, g->reverse,
            where, ours->path + folder);
    else
        diag_error(d->diag, ERR_REVERSE_OF, g->keys.reverse->place,
            "%s: \"%s\" would be a member of %s, which %s declares, and a file in a "
            "folder below cannot name this one; delete reverse:",
            where, shown(d, g->reverse), g->target->name, theirs->path);
    diag_note(d->diag, g->target->place, "%s is here", g->target->name);
}

void match_reverses(struct draft *d)
{
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->kind == FIELD_REVERSE && !f->broken && is_file(f))
                match(d, f);
    for (struct draft_model *m = d->models; m < d->models + d->model_count; m++)
        for (struct draft_field *f = m->fields; f < m->fields + m->field_count; f++)
            if (f->target)
                check_shown(d, f);
}
