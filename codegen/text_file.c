/* text_file.c: the whole of a file. */
#include "text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool text_file(const char *path, struct buffer *text)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char chunk[16384];
    size_t got;

    if (!f)
        return false;
    while ((got = fread(chunk, 1, sizeof chunk, f)) > 0)
        buffer_add(text, chunk, got);
    const int why = ferror(f) ? errno : 0;
    if (f != stdin)
        fclose(f);
    errno = why;
    return why == 0;
}
