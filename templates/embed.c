/* embed.c: embed OUT TABLE FILE...: writes files into the C table `struct embedded
 * TABLE[]`.  Runs when ormgen is built. */
#include <stdio.h>
#include <string.h>

static int embed(FILE *out, const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        return -1;
    }

    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    const int len = dot ? (int)(dot - base) : (int)strlen(base);

    fprintf(out, "    {\"%.*s\",\n        \"", len, base);
    for (int c = getc(in); c != EOF; c = getc(in)) {
        if (c == '\n')
            fputs("\\n\"\n        \"", out);
        else if (c == '"' || c == '\\' || c == '?')
            fprintf(out, "\\%c", c);
        else
            putc(c, out);
    }
    fputs("\"},\n", out);
    const int failed = ferror(in);
    fclose(in);
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    FILE *out = argc > 2 ? fopen(argv[1], "wb") : NULL;
    if (!out) {
        perror("embed");
        return 1;
    }
    fprintf(
        out, "#include \"embedded.h\"\n\nconst struct embedded %s[] = {\n", argv[2]);
    for (int i = 3; i < argc; i++)
        if (embed(out, argv[i]) != 0)
            return 1;
    fputs("    {0, 0},\n};\n", out);
    return fclose(out) == 0 ? 0 : 1;
}
