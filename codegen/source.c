/* source.c: the YAML file of a command line, by its name and as a checked schema. */
#include "source.h"
#include "buffer.h"
#include "diag.h"
#include "names_rule.h"
#include "options.h"
#include "symbols.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *source_base(const char *path)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    const bool has_ending = dot && dot > name && strcmp(dot, ".yaml") == 0;
    const size_t len = has_ending ? (size_t)(dot - name) : 0;

    if (len == 0) {
        fprintf(
            stderr, "ormgen: %s: a schema is a file whose name ends in .yaml\n", path);
        return NULL;
    }
    if (strspn(name, allowed) < strlen(name) || *name == '-' || *name == '.') {
        fprintf(stderr,
            "ormgen: %s: a file name of letters, digits, \"_\", \"-\" and \".\" "
            "only, please: it becomes part of the C code\n",
            path);
        return NULL;
    }
    return format("%.*s", (int)len, name);
}

char *source_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return format(".");
    return slash == path ? format("/") : format("%.*s", (int)(slash - path), path);
}

int source_read(const char *path, const char *base, const char *names, struct report *r,
    struct depends *depends, struct schema **s)
{
    *s = NULL;
    depends_on(depends, path);
    if (access(path, R_OK) != 0) {
        fprintf(stderr, "ormgen: %s: %s\n", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }

    struct diag *d = diag_new();

    *s = schema_read(path, d);
    for (unsigned i = 0; diag_path(d, i); i++)
        depends_on(depends, diag_path(d, i));
    int status = *s ? EXIT_OK : EXIT_SCHEMA;
    if (status == EXIT_OK && names)
        status = names_rule(names, *s, depends);
    if (status == EXIT_OK)
        symbols_check(*s, base, d);
    if (diag_count(d) > 0) {
        report_add(r, d);
        status = EXIT_SCHEMA;
    }
    if (status != EXIT_OK) {
        schema_free(*s);
        *s = NULL;
    }
    diag_free(d);
    return status;
}
