/* replay.c: runs a fuzz target over the YAML of folders, in the normal test run. */
#include "files.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/* The inputs of a folder that have this ending. */
static size_t replay(const char *folder, const char *ending)
{
    size_t count, total = 0;
    char **names = files_ending(folder, ending, &count);
    for (size_t i = 0; i < count; i++) {
        char path[1000];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        size_t size;
        char *data = file_read(path, &size);
        if (!data)
            continue;
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
        free(data);
        total++;
    }
    files_free(names, count);
    return total;
}

int main(int argc, char **argv)
{
    size_t total = 0;
    for (int i = 1; i < argc; i++)
        total += replay(argv[i], ".yaml") + replay(argv[i], ".cell");
    printf("%zu inputs\n", total);
    return total > 0 ? 0 : 1;
}
