/* place.c: whom the private server runs as, and where it lives.
 *
 * The server: $ORMGEN_RUN_DIR, else $XDG_RUNTIME_DIR or /dev/shm if it has room, else
 * $TMPDIR, else /tmp; in it a directory `ormgen-<uid>`, mode 0700, removed with it.
 * The cache: $ORMGEN_CACHE_DIR, else $XDG_CACHE_HOME/ormgen, else ~/.cache/ormgen, else
 * /var/tmp/ormgen-<uid>.
 *
 * PostgreSQL refuses to run as root.  Root's server runs as `postgres` or `nobody`, who
 * cannot see into what is root's alone: root's home, runtime and temporary directories
 * are left out. */
#include "place.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "failure.h"

/* A cluster is 29 MB, a database 10 MB; a container's /dev/shm has 64 MB. */
static const unsigned long long ROOM = 512ULL << 20;

static const char *env(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static bool has_room(const char *path)
{
    struct statvfs fs;
    return path && path[0] == '/' && access(path, W_OK | X_OK) == 0 &&
           statvfs(path, &fs) == 0 &&
           (unsigned long long)fs.f_bavail * fs.f_frsize >= ROOM;
}

static bool fits_a_socket(const char *dir)
{
    const size_t room = sizeof((struct sockaddr_un *)NULL)->sun_path;
    return strlen(dir) + strlen("/4194304/.s.PGSQL.5432") < room;
}

static const char *parent_of_server(bool root)
{
    const char *given = env("ORMGEN_RUN_DIR");
    if (given)
        return given;
    const char *runtime = root ? NULL : env("XDG_RUNTIME_DIR");
    if (has_room(runtime))
        return runtime;
    if (has_room("/dev/shm"))
        return "/dev/shm";
    const char *temporary = root ? NULL : env("TMPDIR");
    return temporary ? temporary : "/tmp";
}

bool place_find(struct place *p)
{
    *p = (struct place){.uid = geteuid(), .gid = getegid(), .owner = geteuid()};
    const bool root = p->uid == 0;
    if (root) {
        const struct passwd *user = getpwnam("postgres");
        if (!user)
            user = getpwnam("nobody");
        if (!user)
            return failed("PostgreSQL refuses to run as root, and there is no user "
                          "`postgres` or `nobody` to run it as");
        p->uid = user->pw_uid;
        p->gid = user->pw_gid;
    }
    p->dir = text("%s/ormgen-%u", parent_of_server(root), (unsigned)p->owner);
    if (!fits_a_socket(p->dir)) {
        free(p->dir);
        p->dir = text("/tmp/ormgen-%u", (unsigned)p->owner);
    }
    return true;
}

/* Others can put what they like into a shared directory, under any name. */
static bool is_private(const char *path, uid_t uid)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return failed("%s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode) || st.st_uid != uid || (st.st_mode & 077))
        return failed("%s: not a directory that only user %u can enter; remove it",
            path, (unsigned)uid);
    return true;
}

bool place_make(const struct place *p)
{
    if (mkdir(p->dir, 0700) != 0 && errno != EEXIST)
        return failed("%s: %s", p->dir, strerror(errno));
    struct stat st;
    if (lstat(p->dir, &st) == 0 && st.st_uid != p->uid && st.st_uid == p->owner &&
        S_ISDIR(st.st_mode) && lchown(p->dir, p->uid, p->gid) != 0)
        return failed("%s: %s", p->dir, strerror(errno));
    return is_private(p->dir, p->uid);
}

/* Takes over the path. */
static char *make_cache(char *path, uid_t uid)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
    if (is_private(path, uid))
        return path;
    free(path);
    return NULL;
}

static const char *home_of(uid_t uid)
{
    if (env("HOME"))
        return env("HOME");
    const struct passwd *user = getpwuid(uid);
    return user ? user->pw_dir : NULL;
}

char *place_cache(const struct place *p)
{
    const char *given = env("ORMGEN_CACHE_DIR");
    if (given)
        return make_cache(text("%s/pg", given), geteuid());
    char *cache = NULL;
    if (p->owner != 0) {
        const char *base = env("XDG_CACHE_HOME");
        const char *home = home_of(geteuid());
        if (base && base[0] == '/')
            cache = make_cache(text("%s/ormgen/pg", base), geteuid());
        else if (home && home[0] == '/')
            cache = make_cache(text("%s/.cache/ormgen/pg", home), geteuid());
    }
    return cache ? cache
                 : make_cache(
                       text("/var/tmp/ormgen-%u/pg", (unsigned)p->owner), geteuid());
}
