/* extension.c: the extensions of the database that a schema needs. */
#include "keys.h"

#include "names.h"

#include <stdint.h>

/* Twice in one file is a mistake; in two, each says what it needs. */
static void take_extension(struct draft *d, struct strmap *seen, const struct node *n)
{
    if (n->kind != NODE_TEXT || is_nothing(n)) {
        diag_error(d->diag, ERR_SHAPE, n->place,
            "extensions are names, as [citext, btree_gist], and this is %s",
            what_is(n));
        return;
    }
    const char *problem = extension_name_problem(n->text);
    const struct node *other = strmap_add(seen, n->text, (void *)(uintptr_t)n);
    if (problem) {
        diag_error(d->diag, ERR_SQL_NAME, n->place, "extension \"%s\" %s",
            shown(d, n->text), problem);
    } else if (other) {
        diag_error(d->diag, ERR_DUPLICATE_KEY, n->place,
            "extension \"%s\" is written twice; delete one", shown(d, n->text));
        diag_note(d->diag, other->place, "the first one is here");
    }
    strmap_add(&d->extensions, n->text, (void *)(uintptr_t)n);
}

void take_extensions(struct draft *d, const struct node *list)
{
    struct strmap seen = {.arena = d->arena};
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        take_extension(d, &seen, n);
}

bool has_extension(const struct draft *d, const char *name)
{
    return strmap_get(&d->extensions, name) != NULL;
}

void fill_extensions(struct draft *d, struct schema *s)
{
    struct strmap seen = {.arena = d->arena};
    s->extensions = arena_array(d->arena, d->extensions.used, sizeof *s->extensions);
    for (size_t i = 0; i < d->file_count; i++) {
        const struct node *list = d->files[i]->extensions;
        for (const struct node *n = list ? list->first : NULL; n; n = n->next)
            if (n->kind == NODE_TEXT &&
                !strmap_add(&seen, n->text, (void *)(uintptr_t)n))
                s->extensions[s->extension_count++] = n->text;
    }
}
