/* supervisor.c: the process that owns the private server.
 *
 * One loop over the lease sockets.  The server is our child and dies with us
 * (cluster.c); we end when nobody has asked for anything for LINGER, or when the server
 * ends. */
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cluster.h"
#include "detach.h"
#include "failure.h"
#include "lease.h"
#include "server.h"
#include "tree.h"

static const int LINGER = 2000; /* milliseconds */

enum {
    MOST_TENANTS = 400
};

/* Who holds a lease.  It is over when both descriptors have ended: the process that
 * took it may have closed its socket, as sudo does, or left it to its children. */
struct tenant {
    int socket;
    int process; /* a pidfd */
    pid_t pid;
    char database[DATABASE_NAME]; /* "": has not asked for one */
};

struct supervisor {
    const struct place *place;
    char *dir; /* of the server: data, socket, log */
    int listener;
    int signals;
    pid_t postgres; /* 0: does not run */
    PGconn *server;
    struct tenant tenants[MOST_TENANTS];
    size_t len;
};

static int open_signals(void)
{
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGHUP);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    return signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* libpq and initdb write to standard error. */
static void open_log(const struct supervisor *s)
{
    char *path = text("%s/log", s->dir);
    const int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    free(path);
    if (log < 0)
        return;
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    close(log);
}

/* The end of the log; a new string. */
static char *last_words(const struct supervisor *s)
{
    char words[2048] = "";
    char *path = text("%s/log", s->dir);
    FILE *log = fopen(path, "re");
    if (log) {
        fseek(log, -(long)(sizeof words - 1), SEEK_END);
        words[fread(words, 1, sizeof words - 1, log)] = '\0';
        fclose(log);
    }
    free(path);
    return text("%s", words);
}

static void stop_postgres(struct supervisor *s)
{
    if (s->server)
        PQfinish(s->server);
    if (s->postgres > 0)
        kill(s->postgres, SIGQUIT);
    /* Also its orphans, which are ours. */
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    s->server = NULL;
    s->postgres = 0;
}

static bool start_postgres(struct supervisor *s, const char *bin, const char *cache)
{
    if (!cluster_make(bin, cache, s->dir))
        return false;
    if (cluster_start(bin, s->dir, &s->postgres, &s->server))
        return true;
    if (!cache)
        return false;
    /* The entry may be what a crash, or a cleaner of old files, has left of it. */
    stop_postgres(s);
    cluster_forget(bin, cache);
    char *data = text("%s/data", s->dir);
    tree_remove(data);
    free(data);
    return cluster_make(bin, cache, s->dir) &&
           cluster_start(bin, s->dir, &s->postgres, &s->server);
}

static bool start(struct supervisor *s, const char *bin)
{
    if (!become(s->place->uid, s->place->gid) || !become_known())
        return false;
    umask(077);
    setenv("LC_ALL", "C.UTF-8", 1);
    server_forget_environment();
    if (mkdir(s->dir, 0700) != 0)
        return failed("%s: %s", s->dir, strerror(errno));
    open_log(s);
    char *cache = place_cache(s->place);
    const bool ok = start_postgres(s, bin, cache);
    free(cache);
    if (!ok) {
        char *why = text("%s", failure());
        char *words = last_words(s);
        failed("private server: %s\n%s", why, words);
        free(why);
        free(words);
    }
    return ok;
}

/* Ends the process.  Under the lock: nobody starts another before the directory is
 * gone, and those who are in the queue find their connection closed and start one. */
static _Noreturn void finish(struct supervisor *s)
{
    char *lock = text("%s/lock", s->place->dir);
    char *control = text("%s/control", s->place->dir);
    const int held = open(lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    while (held >= 0 && flock(held, LOCK_EX) != 0 && errno == EINTR)
        ;
    unlink(control);
    close(s->listener);
    stop_postgres(s);
    tree_remove(s->dir);
    unlink(lock);
    rmdir(s->place->dir);
    _exit(0);
}

static _Noreturn void refuse_all(struct supervisor *s)
{
    fcntl(s->listener, F_SETFL, O_NONBLOCK);
    int fd;
    while ((fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        lease_refuse(fd, failure());
        close(fd);
    }
    finish(s);
}

static void admit(struct supervisor *s)
{
    const int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (s->len == MOST_TENANTS) {
        lease_refuse(fd, "private server: too many databases at once");
        close(fd);
        return;
    }
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    s->tenants[s->len++] =
        (struct tenant){.socket = fd, .process = pidfd_of(peer.pid), .pid = peer.pid};
}

static size_t count_databases(const struct supervisor *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->len; i++)
        n += s->tenants[i].database[0] != '\0';
    return n;
}

/* Makes sure of the server.  Without it we end, and who waits for an answer asks the
 * next supervisor. */
static void reconnect(struct supervisor *s)
{
    if (PQstatus(s->server) != CONNECTION_OK)
        PQreset(s->server);
    if (PQstatus(s->server) != CONNECTION_OK)
        finish(s);
}

static bool create_database(struct supervisor *s, struct tenant *t)
{
    /* Without fsync a copy of the files takes half the time of a copy by way of WAL. */
    const bool has_strategies = PQserverVersion(s->server) >= 150000;
    const char *options = has_strategies ? "STRATEGY file_copy" : "";
    if (server_create_database(s->server, t->pid, options, t->database))
        return true;
    const bool was_cut_off = PQstatus(s->server) != CONNECTION_OK;
    reconnect(s);
    return was_cut_off &&
           server_create_database(s->server, t->pid, options, t->database);
}

static void give_database(struct supervisor *s, struct tenant *t)
{
    if (create_database(s, t)) {
        lease_grant(t->socket, "%s %s", s->dir, t->database);
        return;
    }
    t->database[0] = '\0';
    lease_refuse(t->socket, failure());
    shutdown(t->socket, SHUT_RDWR);
}

static void drop_database(struct supervisor *s, const struct tenant *t)
{
    if (server_drop_database(s->server, t->database))
        return;
    fprintf(stderr, "%s\n", failure());
    reconnect(s);
}

static void answer(struct supervisor *s, struct tenant *t)
{
    char request;
    const ssize_t n = recv(t->socket, &request, 1, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        close(t->socket);
        t->socket = -1;
        return;
    }
    switch ((enum lease_request)request) {
    case LEASE_DATABASE:
        if (!t->database[0])
            give_database(s, t);
        break;
    case LEASE_STATUS:
        lease_grant(t->socket, "private server: process %ld, %zu database%s, %s",
            (long)s->postgres, count_databases(s), count_databases(s) == 1 ? "" : "s",
            s->dir);
        break;
    case LEASE_STOP:
        lease_grant(t->socket, "private server: stopped");
        finish(s);
    }
}

static void end_of_process(struct tenant *t)
{
    close(t->process);
    t->process = -1;
}

static void remove_departed(struct supervisor *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->len; i++) {
        struct tenant *t = &s->tenants[i];
        const bool has_lease = t->socket >= 0 || (t->database[0] && t->process >= 0);
        if (has_lease) {
            s->tenants[kept++] = *t;
            continue;
        }
        if (t->database[0])
            drop_database(s, t);
        if (t->process >= 0)
            close(t->process);
    }
    s->len = kept;
}

static void heed_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            finish(s);
    pid_t child;
    while ((child = waitpid(-1, NULL, WNOHANG)) > 0)
        if (child == s->postgres) {
            s->postgres = 0;
            finish(s);
        }
}

/* One turn: waits for something, and does it. */
static void serve(struct supervisor *s)
{
    enum {
        SIGNALS,
        LISTENER,
        TENANTS
    };
    static struct pollfd polled[TENANTS + 2 * MOST_TENANTS];
    polled[SIGNALS] = (struct pollfd){.fd = s->signals, .events = POLLIN};
    polled[LISTENER] = (struct pollfd){.fd = s->listener, .events = POLLIN};
    struct pollfd *const of_tenants = polled + TENANTS;
    const size_t len = s->len;
    for (size_t i = 0; i < len; i++) {
        const struct tenant *t = &s->tenants[i];
        of_tenants[2 * i] = (struct pollfd){.fd = t->socket, .events = POLLIN};
        of_tenants[2 * i + 1] = (struct pollfd){.fd = t->process, .events = POLLIN};
    }
    const int n = poll(polled, TENANTS + 2 * len, len == 0 ? LINGER : -1);
    if (n == 0)
        finish(s);
    if (n < 0)
        return;
    if (polled[SIGNALS].revents)
        heed_signals(s);
    for (size_t i = 0; i < len; i++) {
        if (of_tenants[2 * i + 1].revents)
            end_of_process(&s->tenants[i]);
        if (of_tenants[2 * i].revents)
            answer(s, &s->tenants[i]);
    }
    remove_departed(s);
    if (polled[LISTENER].revents)
        admit(s);
}

_Noreturn void supervise(const struct place *place, int listener, const char *bin)
{
    static struct supervisor s;
    s.place = place;
    s.listener = listener;
    /* A new name: a server that was left behind and is just dying removes its socket.
     */
    s.dir = text("%s/%ld", place->dir, (long)getpid());
    /* The server's orphans come to us, so that finish() can wait for the last. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!start(&s, bin))
        refuse_all(&s);
    s.signals = open_signals();
    if (s.signals < 0)
        finish(&s);
    for (;;)
        serve(&s);
}
