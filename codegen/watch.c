/* watch.c: doing something again whenever a file that it has read changes.
 *
 * Whether a file has changed is a question to stat(), asked for all of them; inotify
 * only says when to ask.  So it does not matter how an editor replaces a file, a change
 * cannot slip through between a run and the next wait, and a file system without
 * inotify is merely asked once a second. */
#include "watch.h"
#include "buffer.h"
#include "source.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ASK = 1000,   /* ms, at the latest */
    SETTLE = 20,  /* ms without news: an editor has done all it does to a file */
    CHATTER = 500 /* ms, at most, to wait for that */
};

struct watcher {
    struct depends files;
    struct stat *seen; /* of each; all zero: it was not there */
    int signals;
    int news; /* inotify, or -1 */
};

/* -- Files ------------------------------------------------------------------------- */

static struct stat look(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        st = (struct stat){0};
    return st;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size && same_time(a->st_mtim, b->st_mtim) &&
           same_time(a->st_ctim, b->st_ctim);
}

static void look_at_all(struct watcher *w)
{
    for (size_t i = 0; i < w->files.count; i++)
        w->seen[i] = look(w->files.paths[i]);
}

static bool anything_new(const struct watcher *w)
{
    for (size_t i = 0; i < w->files.count; i++) {
        const struct stat now = look(w->files.paths[i]);
        if (!unchanged(&now, &w->seen[i]))
            return true;
    }
    return false;
}

/* Goes on to watch `next`.  What is not known yet counts as not there: so it is new. */
static void watch_these(struct watcher *w, struct depends *next)
{
    struct stat *seen = must(calloc(next->count + 1, sizeof *seen));

    for (size_t i = 0; i < next->count; i++)
        for (size_t k = 0; k < w->files.count; k++)
            if (strcmp(next->paths[i], w->files.paths[k]) == 0)
                seen[i] = w->seen[k];
    depends_free(&w->files);
    free(w->seen);
    w->files = *next;
    w->seen = seen;
    *next = (struct depends){0};
}

/* -- News -------------------------------------------------------------------------- */

/* Asks for news of the folder of `path`; if it is gone, of the next one above. */
static void ask_for_news(int news, const char *path)
{
    const uint32_t events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVE |
                            IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    char *place = source_directory(path);

    while (inotify_add_watch(news, place, events) < 0 && errno == ENOENT &&
           strcmp(place, ".") != 0 && strcmp(place, "/") != 0) {
        char *above = source_directory(place);
        free(place);
        place = above;
    }
    free(place);
}

static void subscribe(struct watcher *w)
{
    if (w->news >= 0)
        close(w->news);
    w->news = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (size_t i = 0; w->news >= 0 && i < w->files.count; i++) {
        const char *path = w->files.paths[i];
        char real[PATH_MAX];
        ask_for_news(w->news, path);
        if (realpath(path, real))
            ask_for_news(w->news, real); /* where a symbolic link leads */
    }
}

static void swallow(int fd)
{
    char events[16384];

    while (fd >= 0 && read(fd, events, sizeof events) > 0)
        ;
}

/* Whether a signal wants us to end; else there is news, or the time is over. */
static bool told_to_end(const struct watcher *w, int timeout, bool *news)
{
    struct pollfd fds[] = {
        {.fd = w->signals, .events = POLLIN},
        {.fd = w->news, .events = POLLIN},
    };

    poll(fds, 2, timeout);
    *news = fds[1].revents != 0;
    if (*news)
        swallow(w->news);
    return fds[0].revents != 0;
}

/* False when a signal wants us to end. */
static bool wait_for_change(struct watcher *w)
{
    bool news;

    while (!anything_new(w)) {
        subscribe(w); /* a folder may have gone and come */
        if (anything_new(w))
            break;
        if (told_to_end(w, ASK, &news))
            return false;
    }
    for (int waited = 0; waited < CHATTER; waited += SETTLE) {
        if (told_to_end(w, SETTLE, &news))
            return false;
        if (!news)
            break;
    }
    return true;
}

/* -- Runs -------------------------------------------------------------------------- */

/* In the child: what it has read so far, and where to say so when it ends, however. */
static struct depends read_by_child;
static int to_parent;

static void tell_parent(void)
{
    for (size_t i = 0; i < read_by_child.count; i++) {
        const char *path = read_by_child.paths[i];
        const size_t len = strlen(path) + 1;
        if (write(to_parent, path, len) != (ssize_t)len)
            return;
    }
}

/* All that the child says until it ends; false when a signal wants us to end. */
static bool listen_to_child(
    const struct watcher *w, int from_child, struct buffer *said)
{
    for (;;) {
        struct pollfd fds[] = {
            {.fd = w->signals, .events = POLLIN},
            {.fd = from_child, .events = POLLIN},
        };
        char part[4096];
        poll(fds, 2, -1);
        if (fds[0].revents)
            return false;
        if (!fds[1].revents)
            continue;
        const ssize_t n = read(from_child, part, sizeof part);
        if (n <= 0)
            return true;
        buffer_add(said, part, (size_t)n);
    }
}

/* An exit code, or -1 when a signal wants us to end. */
static int run_child(struct watcher *w,
    int (*run)(const struct arguments *a, struct depends *d), const struct arguments *a,
    struct depends *read_now)
{
    struct buffer said = {0};
    int ends[2], status;

    if (pipe(ends) != 0) {
        perror("ormgen: pipe");
        return EXIT_ENVIRONMENT;
    }
    const pid_t child = fork();
    if (child < 0) {
        perror("ormgen: fork");
        close(ends[0]);
        close(ends[1]);
        return EXIT_ENVIRONMENT;
    }
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        close(ends[0]);
        to_parent = ends[1];
        atexit(tell_parent);
        exit(run(a, &read_by_child));
    }
    close(ends[1]);
    const bool go_on = listen_to_child(w, ends[0], &said);
    close(ends[0]);
    if (!go_on)
        kill(child, SIGTERM);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    for (size_t at = 0; at < said.len; at += strlen(said.at + at) + 1)
        depends_on(read_now, said.at + at);
    buffer_free(&said);
    if (!go_on)
        return -1;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    fprintf(stderr, "ormgen: this run was ended by signal %d\n", WTERMSIG(status));
    return EXIT_INTERNAL;
}

/* ---------------------------------------------------------------------------------- */

static int catch_signals(void)
{
    sigset_t ours;

    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    return signalfd(-1, &ours, SFD_CLOEXEC);
}

int watch(
    int (*run)(const struct arguments *a, struct depends *d), const struct arguments *a)
{
    struct watcher w = {.news = -1, .signals = catch_signals()};
    struct depends sources = {0};
    int status = EXIT_OK;

    for (size_t i = 0; i < a->file_count; i++)
        depends_on(&sources, a->files[i]);
    watch_these(&w, &sources);
    do {
        struct depends read_now = {0};
        look_at_all(&w);
        status = run_child(&w, run, a, &read_now);
        if (status < 0 || status == EXIT_USAGE) {
            depends_free(&read_now);
            break;
        }
        /* A run that failed may have stopped before it saw all of them. */
        for (size_t i = 0; status != EXIT_OK && i < w.files.count; i++)
            depends_on(&read_now, w.files.paths[i]);
        watch_these(&w, &read_now);
        if (!anything_new(&w))
            fprintf(stderr, "ormgen: %swatching %zu file%s\n",
                status == EXIT_OK ? "" : "nothing was written; ", w.files.count,
                w.files.count == 1 ? "" : "s");
    } while (wait_for_change(&w));

    depends_free(&w.files);
    free(w.seen);
    close(w.news);
    close(w.signals);
    return status == EXIT_USAGE ? EXIT_USAGE : EXIT_OK;
}
