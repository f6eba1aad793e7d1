/* files.c: writing a run's outputs, all or none.
 *
 * Everything that can fail comes before the first rename: the new files are written and
 * synced beside the old ones.  What is replaced stays linked under a second name until
 * all renames are done, so that a failure in between can be undone.  A lock on each
 * directory (it dies with its process) keeps two runs apart; who holds it knows that
 * the temporary files of its outputs were left behind by a run that was killed. */
#include "files.h"
#include "look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum state {
    UNCHANGED,
    WRITTEN, /* the new file is there under its temporary name */
    RENAMED
};

struct job {
    struct output *output;
    int directory; /* open */
    bool locked;
    bool shares; /* an earlier job closes it */
    dev_t device;
    ino_t inode;
    char *temporary;
    bool replaces;
    char *old; /* the second name of what is replaced, or NULL */
    enum state state;
};

/* As mkdir -p. */
static bool make_directory(const char *path)
{
    char *made = format("%s", path);
    bool good = true;

    for (char *p = made + 1; good; p++) {
        if (*p && *p != '/')
            continue;
        const char end = *p;
        *p = '\0';
        good = mkdir(made, 0777) == 0 || errno == EEXIST;
        *p = end;
        if (!end)
            break;
    }
    free(made);
    return good;
}

/* Jobs in one directory share its descriptor, so that a run never waits for itself. */
static bool open_directory(struct job *jobs, size_t index)
{
    struct job *j = &jobs[index];
    struct stat st;

    j->directory = -1;
    if (!make_directory(j->output->directory))
        return output_fails(j->output, strerror(errno));
    j->directory = open(j->output->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (j->directory < 0 || fstat(j->directory, &st) != 0)
        return output_fails(j->output, strerror(errno));
    j->device = st.st_dev;
    j->inode = st.st_ino;
    for (size_t i = 0; i < index; i++)
        if (jobs[i].inode == j->inode && jobs[i].device == j->device) {
            close(j->directory);
            j->directory = jobs[i].directory;
            j->shares = true;
            break;
        }
    return true;
}

static bool locks_before(const struct job *a, const struct job *b)
{
    return a->device != b->device ? a->device < b->device : a->inode < b->inode;
}

/* In one order for all runs, or two could wait for each other. */
static void lock_directories(struct job *jobs, size_t count)
{
    struct job *last = NULL;

    for (;;) {
        struct job *next = NULL;
        for (size_t i = 0; i < count; i++)
            if ((!last || locks_before(last, &jobs[i])) &&
                (!next || locks_before(&jobs[i], next)))
                next = &jobs[i];
        if (!next)
            return;
        int failed;
        while ((failed = flock(next->directory, LOCK_EX)) != 0 && errno == EINTR)
            ;
        next->locked = failed == 0; /* a file system may have no locks */
        last = next;
    }
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Writes the new content under a name of its own, with the permissions that a file made
 * here gets. */
static bool write_temporary(struct job *j)
{
    const struct output *o = j->output;
    int fd = -1;

    for (unsigned n = 0; fd < 0 && n < 100; n++) {
        free(j->temporary);
        j->temporary = format(".%s.%ld.%u.tmp", o->name, (long)getpid(), n);
        fd = openat(
            j->directory, j->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return output_fails(o, strerror(errno));
    j->state = WRITTEN;

    const bool written = write_all(fd, o->content.at, o->content.len) && fsync(fd) == 0;
    const int why = errno;
    if (close(fd) != 0 && written)
        return output_fails(o, strerror(errno));
    return written ? true : output_fails(o, strerror(why));
}

/* Whether `name` is ".OUTPUT.PROCESS.NUMBER.tmp", or that and ".old". */
static bool is_temporary_of(const char *name, const struct output *o)
{
    const size_t len = strlen(o->name);

    if (name[0] != '.' || strncmp(name + 1, o->name, len) != 0 || name[1 + len] != '.')
        return false;
    const char *rest = name + 2 + len;
    for (int numbers = 0; numbers < 2; numbers++) {
        const size_t digits = strspn(rest, "0123456789");
        if (digits == 0 || rest[digits] != '.')
            return false;
        rest += digits + 1;
    }
    return strcmp(rest, "tmp") == 0 || strcmp(rest, "tmp.old") == 0;
}

/* Removes what runs that were killed have left. */
static void sweep(struct job *jobs, size_t count, size_t first)
{
    const int fd = dup(jobs[first].directory);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (const struct dirent *e; (e = readdir(dir));)
        for (size_t i = first; i < count; i++)
            if (jobs[i].directory == jobs[first].directory &&
                is_temporary_of(e->d_name, jobs[i].output))
                unlinkat(jobs[first].directory, e->d_name, 0);
    closedir(dir);
}

static bool prepare(struct job *j)
{
    struct output *o = j->output;
    struct buffer there = {0};
    bool good = true;

    const enum found found = look_in(j->directory, o, &there);
    buffer_free(&there);
    switch (found) {
    case FOUND_FAILURE:
        return false;
    case FOUND_FOREIGN:
        return output_is_foreign(o);
    case FOUND_SAME:
        return true;
    case FOUND_NOTHING:
    case FOUND_OTHER:
        good = write_temporary(j);
    }
    j->replaces = found == FOUND_OTHER;
    if (good && j->replaces) {
        j->old = format("%s.old", j->temporary);
        if (linkat(j->directory, o->name, j->directory, j->old, 0) != 0) {
            free(j->old);
            j->old = NULL; /* a file system without links: then no undoing */
        }
    }
    return good;
}

static bool publish(struct job *j)
{
    if (j->state == WRITTEN &&
        renameat(j->directory, j->temporary, j->directory, j->output->name) != 0)
        return output_fails(j->output, strerror(errno));
    if (j->state == WRITTEN)
        j->state = RENAMED;
    else if (j->output->kind == OUTPUT_STAMP &&
             utimensat(j->directory, j->output->name, NULL, 0) != 0)
        return output_fails(j->output, strerror(errno));
    return true;
}

static void undo(struct job *j)
{
    if (j->state == RENAMED && j->old)
        renameat(j->directory, j->old, j->directory, j->output->name);
    else if (j->state == RENAMED && !j->replaces)
        unlinkat(j->directory, j->output->name, 0);
    else if (j->state == WRITTEN)
        unlinkat(j->directory, j->temporary, 0);
}

static void finish(struct job *j, bool good)
{
    if (!good)
        undo(j);
    if (j->old)
        unlinkat(j->directory, j->old, 0);
    if (j->state == RENAMED)
        fsync(j->directory);
    j->output->written = good && j->state == RENAMED;
    free(j->temporary);
    free(j->old);
}

/* All outputs or none holds for who presses Ctrl-C in between, too. */
static void hold_signals(sigset_t *before)
{
    sigset_t held;

    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, before);
}

/* However their paths are spelt. */
static bool all_differ(const struct job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (jobs[i].directory == jobs[j].directory &&
                strcmp(jobs[i].output->name, jobs[j].output->name) == 0) {
                fprintf(stderr, "ormgen: %s and %s are the same file\n",
                    jobs[j].output->path, jobs[i].output->path);
                return false;
            }
    return true;
}

bool files_write(struct outputs *list)
{
    struct job *jobs = must(calloc(list->count + 1, sizeof *jobs));
    bool good = true;
    size_t opened = 0;

    for (; opened < list->count && good; opened++) {
        jobs[opened].output = &list->at[opened];
        good = open_directory(jobs, opened);
    }
    if (good && (good = all_differ(jobs, opened)))
        lock_directories(jobs, opened);
    sigset_t before;
    hold_signals(&before);
    for (size_t i = 0; i < opened && good; i++)
        if (jobs[i].locked)
            sweep(jobs, opened, i);
    for (size_t i = 0; i < opened && good; i++)
        good = prepare(&jobs[i]);
    for (size_t i = 0; i < opened && good; i++)
        good = publish(&jobs[i]);
    for (size_t i = 0; i < opened; i++)
        finish(&jobs[i], good);
    for (size_t i = 0; i < opened; i++)
        if (jobs[i].directory >= 0 && !jobs[i].shares)
            close(jobs[i].directory);
    sigprocmask(SIG_SETMASK, &before, NULL);
    free(jobs);
    return good;
}
