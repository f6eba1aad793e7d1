/* lease.c: a database for as long as somebody holds a descriptor.
 *
 * The private server's directory holds `control`, the supervisor's socket, and `lock`.
 * A supervisor lives exactly if `control` accepts connections.  Whoever holds the lock
 * may start one, or end it: so there is never more than one.  A supervisor that ends
 * removes the directory with both, hence a lock counts only if it is still the one in
 * the directory, and a conversation that breaks off means: once more from the start. */
#include "lease.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "binaries.h"
#include "detach.h"
#include "failure.h"
#include "given.h"
#include "place.h"
#include "server.h"
#include "supervisor.h"
#include "tree.h"

/* Above the numbers that shell scripts redirect. */
static const int LEASE_FD = 100;
static const int ATTEMPTS = 200;

static void address_of(const struct place *p, struct sockaddr_un *a)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(a->sun_path, sizeof a->sun_path, "%s/control", p->dir);
}

/* -1 if nobody answers. */
static int dial(const struct place *p)
{
    struct sockaddr_un address;
    address_of(p, &address);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static int listen_at(const struct place *p)
{
    struct sockaddr_un address;
    address_of(p, &address);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(fd, 128) == 0)
        return fd;
    failed("%s: %s", address.sun_path, strerror(errno));
    close(fd);
    return -1;
}

/* -1 if the directory went away meanwhile. */
static int lock(const struct place *p)
{
    char *path = text("%s/lock", p->dir);
    const int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    struct stat ours, there;
    const bool is_current = fd >= 0 && fstat(fd, &ours) == 0 &&
                            lstat(path, &there) == 0 && ours.st_ino == there.st_ino &&
                            fchown(fd, p->uid, p->gid) == 0;
    free(path);
    if (is_current)
        return fd;
    close(fd);
    return -1;
}

/* What a killed supervisor left: all but the lock. */
static void sweep(const struct place *p)
{
    DIR *entries = opendir(p->dir);
    const struct dirent *e;
    while (entries && (e = readdir(entries))) {
        const char *name = e->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
            strcmp(name, "lock") == 0)
            continue;
        char *path = text("%s/%s", p->dir, name);
        tree_remove(path);
        free(path);
    }
    if (entries)
        closedir(entries);
}

static void clear_away(const struct place *p)
{
    char *path = text("%s/lock", p->dir);
    sweep(p);
    unlink(path);
    rmdir(p->dir);
    free(path);
}

/* To be called with the lock. */
static bool start_supervisor(const struct place *p)
{
    char *bin = binaries_find();
    if (!bin)
        return false;
    sweep(p);
    bool detached = false;
    const int listener = listen_at(p);
    const bool ok = listener >= 0 && detach(listener, &detached);
    if (detached)
        supervise(p, DETACHED_FD, bin);
    close(listener);
    free(bin);
    return ok;
}

/* True if one runs now or will soon. */
static bool ensure_supervisor(const struct place *p)
{
    const int held = lock(p);
    if (held < 0)
        return true;
    const int fd = dial(p);
    const bool ok = fd >= 0 || start_supervisor(p);
    close(fd);
    if (!ok)
        clear_away(p);
    /* The supervisor shares the open file, so closing would not do. */
    flock(held, LOCK_UN);
    close(held);
    return ok;
}

enum outcome {
    GRANTED,
    REFUSED,
    BROKEN_OFF
};

/* Granted: *answer is a new string.  Refused: failure() says why. */
static enum outcome ask(int fd, enum lease_request request, char **answer)
{
    const char byte = (char)request;
    /* A refusal may be there already, and the other end closed. */
    send(fd, &byte, 1, MSG_NOSIGNAL);
    char reply[8192];
    size_t len = 0;
    /* What follows a refusal is read to its end: it may have several lines. */
    while (len + 1 < sizeof reply &&
           !(len > 0 && reply[0] == '+' && reply[len - 1] == '\n')) {
        const ssize_t n = read(fd, reply + len, sizeof reply - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    if (len > 0 && reply[len - 1] == '\n')
        len--;
    reply[len] = '\0';
    if (len == 0)
        return BROKEN_OFF;
    if (reply[0] == '+') {
        *answer = text("%s", reply + 1);
        return GRANTED;
    }
    failed("%s", reply + 1);
    return REFUSED;
}

/* Out of the way of CMD, which inherits it. */
static bool hold(int fd)
{
    const bool held = fcntl(fd, F_DUPFD, LEASE_FD) >= 0;
    close(fd);
    return held || failed("lease: %s", strerror(errno));
}

static PGconn *lease_from_given(void)
{
    const int fd = given_start();
    if (fd < 0)
        return NULL;
    char *name = NULL;
    const enum outcome o = ask(fd, LEASE_DATABASE, &name);
    if (o == BROKEN_OFF)
        failed("database server: the process that keeps the database ended");
    if (o != GRANTED) {
        close(fd);
        return NULL;
    }
    PGconn *server = hold(fd) ? server_open_given(name) : NULL;
    free(name);
    return server;
}

/* The private server's answer, with *fd the lease; NULL if it has none to give. */
static char *lease_from(const struct place *p, int *fd)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        if (!place_make(p))
            return NULL;
        *fd = dial(p);
        if (*fd < 0) {
            if (!ensure_supervisor(p))
                return NULL;
            continue;
        }
        char *answer;
        const enum outcome o = ask(*fd, LEASE_DATABASE, &answer);
        if (o == GRANTED)
            return answer;
        close(*fd);
        if (o == REFUSED)
            return NULL;
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    failed("%s: the private server ends as soon as it is started", p->dir);
    return NULL;
}

static PGconn *lease_from_private(void)
{
    struct place p;
    if (!place_find(&p))
        return NULL;
    int fd;
    PGconn *server = NULL;
    char *answer = lease_from(&p, &fd);
    if (answer && hold(fd)) {
        char *space = strrchr(answer, ' '); /* a directory, a database */
        *space = '\0';
        server_forget_environment();
        server = server_open_private(answer, space + 1);
    }
    free(answer);
    free(p.dir);
    return server;
}

PGconn *lease_take(void)
{
    return server_is_given() ? lease_from_given() : lease_from_private();
}

char *lease_ask(enum lease_request request)
{
    struct place p;
    if (!place_find(&p))
        return NULL;
    const int fd = dial(&p);
    char *answer = NULL;
    if (fd < 0 || ask(fd, request, &answer) != GRANTED)
        failed("no private server is running");
    close(fd);
    free(p.dir);
    return answer;
}

static void answer(int fd, char kind, const char *what)
{
    char *line = text("%c%s\n", kind, what);
    if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0)
        shutdown(fd, SHUT_RDWR); /* it is gone, or will ask again */
    free(line);
}

void lease_grant(int fd, const char *format, ...)
{
    char what[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    answer(fd, '+', what);
}

void lease_refuse(int fd, const char *why)
{
    answer(fd, '-', why);
}
