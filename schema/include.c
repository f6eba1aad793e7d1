/* include.c: the files of a schema: the one that was asked for, those that it includes,
 * and those that hold the other side of a list (`file:`).
 *
 * A file is read once, however often it is named.  Includes go one way; what a list on
 * the other side needs goes back by `file:`, which makes no names known. */
#include "keys.h"

#include <string.h>

enum {
    MAX_FILES = 256
};

struct reading {
    struct draft *draft;
    struct draft_file *files[MAX_FILES];
    size_t count;
    struct strmap by_path;
};

/* ---- paths ---- */

/* Why the text is not the path of a file beside or below this one; NULL: it is.  It
 * stands in an #include as well. */
static const char *path_problem(const char *path)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/";
    const size_t length = strlen(path);
    if (*path == '/')
        return "is absolute; name a file beside this one, or in a folder below";
    if (strspn(path, allowed) < length)
        return "holds a character that a path cannot have here; use letters, digits, "
               "\"_\", \"-\", \".\" and \"/\"";
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += part != path;
        if (strncmp(part, "../", 3) == 0)
            return "leads out of this file's folder; name a file beside this one, or "
                   "in "
                   "a folder below";
        if (*part == '.' || *part == '-' || *part == '/' || *part == '\0')
            return "has a part that is empty or begins with \".\" or \"-\"; write a "
                   "plain path, as people.yaml";
    }
    if (length <= strlen(".yaml") ||
        strcmp(path + length - strlen(".yaml"), ".yaml") != 0)
        return "does not end in .yaml; include takes schemas of ormgen";
    return NULL;
}

static const char *path_beside(struct draft *d, const char *path, const char *other)
{
    const char *slash = strrchr(path, '/');
    const int folder = slash ? (int)(slash - path) + 1 : 0;
    return arena_printf(d->arena, "%.*s%s", folder, path, other);
}

/* ---- reading ---- */

static struct draft_file *add_file(struct reading *r, const char *path)
{
    struct draft *d = r->draft;
    struct draft_file *f = arena_alloc(d->arena, sizeof *f);
    f->path = path;
    f->number = (unsigned)r->count;
    f->links = arena_array(d->arena, 0, sizeof *f->links);
    r->files[r->count++] = f;
    strmap_add(&r->by_path, path, f);
    return f;
}

/* The file that `name`, a text in `f`, stands for; NULL: it is none, which is reported.
 */
static struct draft_file *find_file(
    struct reading *r, const struct draft_file *f, const struct node *name)
{
    struct draft *d = r->draft;
    const char *what = name->key ? "file" : "include";
    const char *problem = path_problem(name->text);
    if (problem) {
        diag_error(d->diag, ERR_INCLUDE, name->place, "%s: \"%s\" %s", what,
            shown(d, name->text), problem);
        return NULL;
    }
    const char *path = path_beside(d, f->path, name->text);
    struct draft_file *known = strmap_get(&r->by_path, path);
    if (known)
        return known;
    if (r->count == MAX_FILES) {
        diag_error(d->diag, ERR_BUDGET, name->place,
            "%s: this would be file %d; a schema is made of at most %d", what,
            MAX_FILES + 1, MAX_FILES);
        return NULL;
    }
    struct draft_file *fresh = add_file(r, path);
    const size_t before = diag_count(d->diag);
    fresh->root = yaml_read(path, diag_file(d->diag, path), d->arena, d->diag);
    if (!fresh->root && diag_count(d->diag) > before)
        diag_note(d->diag, name->place, "it is named here");
    return fresh;
}

static const struct node *entry_of(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (const struct node *n = map->first; n; n = n->next)
        if (strcmp(n->key->text, key) == 0)
            return n;
    return NULL;
}

static const struct node *first_of(const struct node *n)
{
    return n && n->kind != NODE_TEXT ? n->first : NULL;
}

static const struct draft_link *find_link(
    const struct draft_file *f, const struct draft_file *to, bool includes)
{
    for (const struct draft_link *l = f->links; l < f->links + f->link_count; l++)
        if (l->to == to && l->includes == includes)
            return l;
    return NULL;
}

/* One more; there are few. */
static void link_to(struct reading *r, struct draft_file *f, struct draft_link link)
{
    struct draft_link *links =
        arena_array(r->draft->arena, f->link_count + 1, sizeof *links);
    for (size_t i = 0; i < f->link_count; i++)
        links[i] = f->links[i];
    links[f->link_count++] = link;
    f->links = links;
}

static void follow_includes(struct reading *r, struct draft_file *f)
{
    struct draft *d = r->draft;
    const struct node *list = entry_of(f->root, "include");
    if (!list || list->kind != NODE_LIST)
        return; /* its shape is looked at when the keys are */
    for (const struct node *n = list->first; n; n = n->next) {
        if (n->kind != NODE_TEXT || is_nothing(n)) {
            diag_error(d->diag, ERR_SHAPE, n->place,
                "include: a file must be a path, as people.yaml, and is %s",
                what_is(n));
            continue;
        }
        struct draft_file *to = find_file(r, f, n);
        const struct draft_link *before = to ? find_link(f, to, true) : NULL;
        if (before) {
            diag_error(d->diag, ERR_INCLUDE, n->place,
                "include: \"%s\" is named twice; delete one", shown(d, n->text));
            diag_note(d->diag, before->written->place, "the first one is here");
        } else if (to) {
            link_to(r, f, (struct draft_link){to, n, true});
        }
    }
}

/* A field's { reverse_of: book.author, file: blog.yaml }. */
static void follow_reverses(struct reading *r, struct draft_file *f)
{
    const struct node *models = entry_of(f->root, "models");
    for (const struct node *m = first_of(models); m; m = m->next)
        for (const struct node *n = first_of(entry_of(m, "fields")); n; n = n->next) {
            const struct node *file = entry_of(n, "file");
            if (!file || file->kind != NODE_TEXT || !entry_of(n, "reverse_of"))
                continue;
            struct draft_file *to = find_file(r, f, file);
            if (to && !find_link(f, to, false))
                link_to(r, f, (struct draft_link){to, file, false});
        }
}

/* ---- circles ---- */

struct walk {
    struct draft *draft;
    bool *seen;
    const struct draft_file *path[MAX_FILES];
    size_t depth;
};

/* At the link that closes it.  A circle is reported from its first file. */
static void report_circle(const struct walk *w, const struct draft_link *link)
{
    struct draft *d = w->draft;
    const char *circle = w->path[0]->path;
    for (size_t i = 1; i < w->depth; i++) {
        if (w->path[i]->number < w->path[0]->number)
            return;
        circle = arena_printf(d->arena, "%s -> %s", circle, w->path[i]->path);
    }
    diag_error(d->diag, ERR_INCLUDE, link->written->place,
        "include: files in a circle: %s -> %s; where this file only holds the other "
        "side "
        "of a list, write { reverse_of: model.ref, file: %s } there",
        circle, link->to->path, link->written->text);
}

/* Marks what includes lead to. */
static void reach(struct walk *w, const struct draft_file *f)
{
    w->path[w->depth++] = f;
    for (const struct draft_link *l = f->links; l < f->links + f->link_count; l++) {
        if (!l->includes)
            continue;
        if (l->to == w->path[0])
            report_circle(w, l);
        if (w->seen[l->to->number])
            continue;
        w->seen[l->to->number] = true;
        reach(w, l->to);
    }
    w->depth--;
}

static void find_reach(struct draft *d, struct draft_file *f)
{
    f->reaches = arena_array(d->arena, d->file_count, sizeof *f->reaches);
    f->reaches[f->number] = true;
    struct walk w = {.draft = d, .seen = f->reaches};
    reach(&w, f);
}

/* ---- all ---- */

void read_files(struct draft *d, const char *path, const struct node *root)
{
    struct reading r = {.draft = d, .by_path = {.arena = d->arena}};
    add_file(&r, path)->root = root;
    for (size_t i = 0; i < r.count; i++) {
        follow_includes(&r, r.files[i]);
        follow_reverses(&r, r.files[i]);
    }
    d->file_count = r.count;
    d->files = arena_array(d->arena, r.count, sizeof(struct draft_file *));
    for (size_t i = 0; i < r.count; i++)
        d->files[i] = r.files[i];
    for (size_t i = 0; i < r.count; i++)
        find_reach(d, d->files[i]);
}
