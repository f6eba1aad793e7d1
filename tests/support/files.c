/* files.c: folders and whole files. */
#include "files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **files_ending(const char *folder, const char *ending, size_t *count)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        perror(folder);
        abort();
    }
    char **names = NULL;
    *count = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        const size_t length = strlen(e->d_name), tail = strlen(ending);
        if (length <= tail || strcmp(e->d_name + length - tail, ending) != 0)
            continue;
        names = realloc(names, (*count + 1) * sizeof *names);
        if (!names || !(names[*count] = strdup(e->d_name)))
            abort();
        ++*count;
    }
    closedir(dir);
    if (names)
        qsort(names, *count, sizeof *names, by_name);
    return names;
}

void files_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

char *file_read(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    size_t used = 0, room = 4096;
    char *text = malloc(room + 1);
    for (size_t got; text && (got = fread(text + used, 1, room - used, f)) > 0;) {
        used += got;
        if (used < room)
            continue;
        room *= 2;
        char *larger = realloc(text, room + 1);
        if (!larger)
            free(text);
        text = larger;
    }
    fclose(f);
    if (!text)
        abort();
    text[used] = '\0';
    *size = used;
    return text;
}
