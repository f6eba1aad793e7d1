/* files.c: writing a run's outputs, all or none.
 *
 * Everything that can fail comes before the first rename: the new files are written and
 * synced beside the old ones.  What is replaced stays linked under a second name until
 * all renames are done, so that a failure in between can be undone.  A lock on each
 * directory (it dies with its process) keeps two runs apart. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
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
    const struct output *output;
    int directory; /* open and locked */
    bool shares;   /* an earlier job closes it */
    dev_t device;
    ino_t inode;
    char *temporary;
    bool replaces;
    char *old; /* the second name of what is replaced, or NULL */
    enum state state;
};

static bool fail(const struct output *o, const char *what)
{
    fprintf(stderr, "ormgen: %s/%s: %s\n", o->directory, o->name, what);
    return false;
}

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
        return fail(j->output, strerror(errno));
    j->directory = open(j->output->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (j->directory < 0 || fstat(j->directory, &st) != 0)
        return fail(j->output, strerror(errno));
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
static void lock_directories(const struct job *jobs, size_t count)
{
    const struct job *last = NULL;

    for (;;) {
        const struct job *next = NULL;
        for (size_t i = 0; i < count; i++)
            if ((!last || locks_before(last, &jobs[i])) &&
                (!next || locks_before(&jobs[i], next)))
                next = &jobs[i];
        if (!next)
            return;
        while (flock(next->directory, LOCK_EX) != 0 && errno == EINTR)
            ;
        last = next;
    }
}

/* 1: read into `content`; 0: there is no such file; -1: errno says why not. */
static int read_file(int directory, const char *name, struct buffer *content)
{
    const int fd =
        openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;

    struct stat st;
    int result = fstat(fd, &st);
    if (result == 0 && !S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EEXIST;
        result = -1;
    }
    char buffer[16384];
    while (result == 0) {
        const ssize_t n = read(fd, buffer, sizeof buffer);
        if (n > 0)
            buffer_add(content, buffer, (size_t)n);
        else if (n == 0)
            result = 1;
        else if (errno != EINTR)
            result = -1;
    }
    const int why = errno;
    close(fd);
    errno = why;
    return result;
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
        return fail(o, strerror(errno));
    j->state = WRITTEN;

    const bool written = write_all(fd, o->content.at, o->content.len) && fsync(fd) == 0;
    const int why = errno;
    if (close(fd) != 0 && written)
        return fail(o, strerror(errno));
    return written ? true : fail(o, strerror(why));
}

static bool prepare(struct job *j)
{
    const struct output *o = j->output;
    struct buffer there = {0};
    bool good = true;

    const int found = read_file(j->directory, o->name, &there);
    if (found < 0)
        good = fail(o, errno == ELOOP ? "is a symbolic link" : strerror(errno));
    else if (found && there.len > 0 && !strstr(there.at, FILES_BANNER))
        good =
            fail(o, "was not written by ormgen, and is not replaced; move it away, or "
                    "choose another --out-dir");
    else if (!found || there.len != o->content.len ||
             memcmp(there.at, o->content.at, there.len) != 0)
        good = write_temporary(j);
    j->replaces = found == 1;
    if (good && j->replaces && j->state == WRITTEN) {
        j->old = format("%s.old", j->temporary);
        if (linkat(j->directory, o->name, j->directory, j->old, 0) != 0) {
            free(j->old);
            j->old = NULL; /* a file system without links: then no undoing */
        }
    }
    buffer_free(&there);
    return good;
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

bool files_write(struct output *outputs, size_t count)
{
    struct job *jobs = must(calloc(count ? count : 1, sizeof *jobs));
    bool good = true;
    size_t opened = 0;

    for (; opened < count && good; opened++) {
        jobs[opened].output = &outputs[opened];
        good = open_directory(jobs, opened);
    }
    if (good)
        lock_directories(jobs, count);
    for (size_t i = 0; i < count && good; i++)
        good = prepare(&jobs[i]);
    for (size_t i = 0; i < count && good; i++) {
        struct job *j = &jobs[i];
        if (j->state != WRITTEN)
            continue;
        if (renameat(j->directory, j->temporary, j->directory, j->output->name) == 0)
            j->state = RENAMED;
        else
            good = fail(j->output, strerror(errno));
    }
    for (size_t i = 0; i < opened; i++) {
        struct job *j = &jobs[i];
        if (!good)
            undo(j);
        if (j->old)
            unlinkat(j->directory, j->old, 0);
        if (j->state == RENAMED)
            fsync(j->directory);
        free(j->temporary);
        free(j->old);
    }
    for (size_t i = 0; i < opened; i++)
        if (jobs[i].directory >= 0 && !jobs[i].shares)
            close(jobs[i].directory);
    free(jobs);
    return good;
}
