/* replay.c: runs a fuzz target over the YAML of folders, in the normal test run. */
#include "files.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    size_t total = 0;
    for (int i = 1; i < argc; i++) {
        size_t count;
        char **names = files_ending(argv[i], ".yaml", &count);
        for (size_t j = 0; j < count; j++) {
            char path[1000];
            snprintf(path, sizeof path, "%s/%s", argv[i], names[j]);
            size_t size;
            char *data = file_read(path, &size);
            if (!data)
                continue;
            LLVMFuzzerTestOneInput((const uint8_t *)data, size);
            free(data);
            total++;
        }
        files_free(names, count);
    }
    printf("%zu inputs\n", total);
    return total > 0 ? 0 : 1;
}
