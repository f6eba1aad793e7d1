/* schema.c: the way through this room: yaml, include, parse, resolve, clash, order. */
#include "schema.h"

#include "draft.h"

#include <string.h>

static struct schema *build(
    const char *path, const struct node *root, struct arena *a, struct diag *d)
{
    struct draft draft = {.arena = a,
        .diag = d,
        .by_name = {.arena = a},
        .mixins = {.arena = a},
        .values = {.arena = a},
        .extensions = {.arena = a}};
    struct schema *s = NULL;
    if (root)
        read_files(&draft, arena_copy(a, path, strlen(path)), root);
    if (root && draft_parse(&draft)) {
        s = draft_resolve(&draft);
        clash_check(&draft);
        order_models(&draft, s);
    }
    if (diag_count(d) == 0)
        return s;
    arena_free(a);
    return NULL;
}

struct schema *schema_read(const char *path, struct diag *d)
{
    struct arena *a = arena_new();
    return build(path, yaml_read(path, diag_file(d, path), a, d), a, d);
}

struct schema *schema_parse(
    const char *path, const char *text, size_t size, struct diag *d)
{
    struct arena *a = arena_new();
    return build(path, yaml_parse(text, size, diag_file(d, path), a, d), a, d);
}

void schema_free(struct schema *s)
{
    if (s)
        arena_free(s->arena);
}
