/* binaries.c: where PostgreSQL's server programs are.
 *
 * Debian keeps them out of PATH, so PATH comes last. */
#include "binaries.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"

static bool has_server(const char *dir)
{
    char *postgres = text("%s/postgres", dir);
    char *initdb = text("%s/initdb", dir);
    const bool found =
        dir[0] == '/' && access(postgres, X_OK) == 0 && access(initdb, X_OK) == 0;
    free(postgres);
    free(initdb);
    return found;
}

static char *from_pg_config(void)
{
    char dir[PATH_MAX];
    FILE *answer = popen("pg_config --bindir 2>/dev/null", "r");
    if (!answer)
        return NULL;
    const bool read = fgets(dir, sizeof dir, answer);
    pclose(answer);
    if (!read)
        return NULL;
    dir[strcspn(dir, "\n")] = '\0';
    return has_server(dir) ? text("%s", dir) : NULL;
}

static int version_in(const char *path)
{
    int version = 0;
    sscanf(path, "/usr/lib/postgresql/%d", &version);
    return version;
}

static char *from_debian(void)
{
    glob_t dirs;
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &dirs) != 0)
        return NULL;
    const char *newest = NULL;
    for (size_t i = 0; i < dirs.gl_pathc; i++)
        if (has_server(dirs.gl_pathv[i]) &&
            (!newest || version_in(dirs.gl_pathv[i]) > version_in(newest)))
            newest = dirs.gl_pathv[i];
    char *dir = newest ? text("%s", newest) : NULL;
    globfree(&dirs);
    return dir;
}

static char *from_path(void)
{
    const char *path = getenv("PATH");
    while (path && *path) {
        const size_t len = strcspn(path, ":");
        char *dir = text("%.*s", (int)len, path);
        if (has_server(dir))
            return dir;
        free(dir);
        path += len + (path[len] == ':');
    }
    return NULL;
}

char *binaries_find(void)
{
    const char *given = getenv("ORMGEN_PG_BINDIR");
    if (!given || !*given)
        given = ORMGEN_PG_BINDIR; /* the Meson option */
    if (*given) {
        if (has_server(given))
            return text("%s", given);
        failed("%s: no `postgres` and `initdb` there; ORMGEN_PG_BINDIR or the option "
               "pg_bindir says so",
            given);
        return NULL;
    }
    char *dir = from_pg_config();
    if (!dir)
        dir = from_debian();
    if (!dir)
        dir = from_path();
    if (!dir)
        failed(
            "PostgreSQL's server programs were not found; on Debian `apt-get install "
            "postgresql-15`, elsewhere set ORMGEN_PG_BINDIR to the directory of "
            "`initdb`, or set DATABASE_URL to use a server that runs");
    return dir;
}
