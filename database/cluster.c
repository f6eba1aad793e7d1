/* cluster.c: a PostgreSQL cluster and the server that runs on it.
 *
 * initdb takes half a second, a copy of its result 40 ms.  A cluster enters the cache
 * by rename, so the cache holds whole ones only and two who make the same are no harm
 * to each other. */
#include "cluster.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "detach.h"
#include "failure.h"
#include "server.h"
#include "tree.h"

/* A fresh Debian has the locales C, C.utf8 and POSIX. */
#define INITDB_FLAGS                                                                   \
    "--no-sync", "--auth=trust", "--username=postgres", "--locale=C.UTF-8",            \
        "--encoding=UTF8", "--no-instructions", "--wal-segsize=1"

/* For data that nobody misses.  Shared memory is in files of the data directory, which
 * go with it however the server ends. */
#define SERVER_SETTINGS                                                                \
    "-cport=5432", "-clisten_addresses=", "-cfsync=off", "-csynchronous_commit=off",   \
        "-cfull_page_writes=off", "-cshared_buffers=32MB", "-cjit=off",                \
        "-cmax_connections=200", "-cautovacuum=off", "-clog_min_messages=warning",     \
        "-cdynamic_shared_memory_type=mmap", "-clogging_collector=off"

static const int START_SECONDS = 60;
static const int STALE_SECONDS = 3600;

static uint64_t hash(uint64_t h, const char *s)
{
    do {
        h = (h ^ (unsigned char)*s) * 0x100000001b3; /* FNV-1a */
    } while (*s++);
    return h;
}

/* Another server program, or another way to make a cluster, is another entry. */
static char *cache_entry(const char *bin, const char *cache)
{
    static const char *const flags[] = {INITDB_FLAGS};
    uint64_t h = hash(0xcbf29ce484222325, bin);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        h = hash(h, flags[i]);
    char *postgres = text("%s/postgres", bin);
    struct stat st = {0};
    stat(postgres, &st);
    char *built = text("%jd %jd", (intmax_t)st.st_size, (intmax_t)st.st_mtime);
    h = hash(h, built);
    free(postgres);
    free(built);
    return text("%s/%016" PRIx64, cache, h);
}

static bool initdb(const char *bin, const char *data)
{
    char *program = text("%s/initdb", bin);
    char *target = text("--pgdata=%s", data);
    const char *const argv[] = {program, target, INITDB_FLAGS, NULL};
    const bool ok = run_and_wait(argv);
    free(program);
    free(target);
    return ok;
}

/* What was being made when its maker was killed. */
static void sweep(const char *cache)
{
    DIR *entries = opendir(cache);
    const struct dirent *e;
    while (entries && (e = readdir(entries))) {
        char *path = text("%s/%s", cache, e->d_name);
        struct stat st;
        if (strstr(e->d_name, ".new-") && lstat(path, &st) == 0 &&
            st.st_mtime < time(NULL) - STALE_SECONDS)
            tree_remove(path);
        free(path);
    }
    if (entries)
        closedir(entries);
}

static bool fill_cache(const char *bin, const char *cache, const char *entry)
{
    sweep(cache);
    char *fresh = text("%s.new-%ld", entry, (long)getpid());
    const bool made = initdb(bin, fresh);
    if (!made || rename(fresh, entry) != 0)
        tree_remove(fresh); /* or somebody else was faster */
    free(fresh);
    return made;
}

bool cluster_make(const char *bin, const char *cache, const char *dir)
{
    char *data = text("%s/data", dir);
    bool ok;
    if (cache) {
        char *entry = cache_entry(bin, cache);
        ok = (access(entry, F_OK) == 0 || fill_cache(bin, cache, entry)) &&
             tree_copy(entry, data);
        free(entry);
    } else {
        ok = initdb(bin, data);
    }
    free(data);
    return ok;
}

void cluster_forget(const char *bin, const char *cache)
{
    char *entry = cache_entry(bin, cache);
    tree_remove(entry);
    free(entry);
}

static _Noreturn void be_postgres(const char *bin, const char *dir, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGQUIT); /* "immediate shutdown" */
    if (getppid() != parent)
        _exit(1);
    /* It finds its own files by its own path: the absolute one, never by PATH. */
    char *program = text("%s/postgres", bin);
    char *data = text("%s/data", dir);
    char *socket = text("-cunix_socket_directories=%s", dir);
    const char *const argv[] = {program, "-D", data, socket, SERVER_SETTINGS, NULL};
    execv(program, (char *const *)argv);
    _exit(127);
}

bool cluster_start(const char *bin, const char *dir, pid_t *postgres, PGconn **server)
{
    const pid_t parent = getpid();
    *postgres = fork();
    if (*postgres < 0)
        return failed("fork: %s", strerror(errno));
    if (*postgres == 0)
        be_postgres(bin, dir, parent);

    const time_t start = time(NULL);
    while (!(*server = server_open_private(dir, NULL))) {
        int status;
        if (waitpid(*postgres, &status, WNOHANG) == *postgres) {
            *postgres = 0;
            return failed("%s/postgres ended at once", bin);
        }
        if (time(NULL) - start > START_SECONDS)
            return failed("%s/postgres: not ready in %d s", bin, START_SECONDS);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    return true;
}
