/* dev.c: `ormgen dev` is a program of its own, which needs libpq. */
#include "buffer.h"
#include "run.h"
#include "source.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where ormgen-db may be; an entry without a folder is left out. */
static char *find_part(const char *name, const char *own_directory)
{
    const char *libexec = getenv("ORMGEN_LIBEXEC");
    char *places[] = {
        libexec && *libexec ? format("%s/%s", libexec, name) : NULL,
        own_directory ? format("%s/../libexec/ormgen/%s", own_directory, name) : NULL,
        own_directory ? format("%s/../database/%s", own_directory, name) : NULL,
        format("%s/%s", ORMGEN_LIBEXEC_DIR, name),
    };
    char *found = NULL;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!found && places[i] && access(places[i], X_OK) == 0)
            found = places[i];
        else
            free(places[i]);
    }
    return found;
}

int run_dev(const struct arguments *a)
{
    char own[PATH_MAX];
    char *directory = NULL;

    const ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
    if (len > 0) {
        own[len] = '\0';
        directory = source_directory(own);
        setenv("ORMGEN", own, 1);
    }
    char *part = find_part("ormgen-db", directory);
    free(directory);
    if (!part) {
        fputs("ormgen: ormgen-db, which does the work of \"ormgen dev\", is not "
              "installed; "
              "set ORMGEN_LIBEXEC to the folder that holds it\n",
            stderr);
        return EXIT_ENVIRONMENT;
    }

    char **argv = must(calloc(a->file_count + 3, sizeof *argv));
    argv[0] = part;
    argv[1] = format("dev");
    memcpy(argv + 2, a->files, a->file_count * sizeof *argv);
    execv(part, argv);
    fprintf(stderr, "ormgen: %s: %s\n", part, strerror(errno));
    free(argv[1]);
    free(argv);
    free(part);
    return EXIT_ENVIRONMENT;
}
