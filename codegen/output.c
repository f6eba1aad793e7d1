/* output.c: what a run is going to write, before anything is written. */
#include "output.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

static char *join(const char *directory, const char *name)
{
    const size_t len = strlen(directory);

    if (strcmp(directory, ".") == 0)
        return format("%s", name);
    return format(
        "%s%s%s", directory, len && directory[len - 1] == '/' ? "" : "/", name);
}

struct output *output_add(struct outputs *list, enum output_kind kind,
    const char *directory, const char *name)
{
    list->at = must(realloc(list->at, (list->count + 1) * sizeof *list->at));
    struct output *o = &list->at[list->count++];
    *o = (struct output){
        .kind = kind,
        .directory = format("%s", directory),
        .name = format("%s", name),
        .path = join(directory, name),
    };
    return o;
}

struct output *output_add_path(
    struct outputs *list, enum output_kind kind, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = source_directory(path);
    struct output *o = output_add(list, kind, directory, slash ? slash + 1 : path);

    free(directory);
    return o;
}

void outputs_free(struct outputs *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct output *o = &list->at[i];
        free(o->directory);
        free(o->name);
        free(o->path);
        buffer_free(&o->content);
    }
    free(list->at);
    *list = (struct outputs){0};
}
