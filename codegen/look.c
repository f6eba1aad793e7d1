/* look.c: what is there where an output goes. */
#include "look.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Whether a file with this content is no loss. */
static bool replaceable(const struct output *o, const struct buffer *there)
{
    switch (o->kind) {
    case OUTPUT_CODE:
        return there->len == 0 || strstr(there->at, FILES_BANNER);
    case OUTPUT_STAMP:
        return there->len == 0;
    case OUTPUT_DEPFILE:
        break;
    }
    return true;
}

bool output_fails(const struct output *o, const char *what)
{
    fprintf(stderr, "ormgen: %s: %s\n", o->path, what);
    return false;
}

bool output_is_foreign(const struct output *o)
{
    return output_fails(
        o, o->kind == OUTPUT_STAMP
               ? "is not empty, as a stamp is, and is not replaced; move it away, or "
                 "choose another --stamp"
               : "was not written by ormgen, and is not replaced; move it away, or "
                 "choose another --out-dir");
}

enum found look_in(int directory, const struct output *o, struct buffer *there)
{
    const int found = read_file(directory, o->name, there);

    if (found < 0) {
        output_fails(o, errno == ELOOP ? "is a symbolic link" : strerror(errno));
        return FOUND_FAILURE;
    }
    if (!found)
        return FOUND_NOTHING;
    if (!replaceable(o, there))
        return FOUND_FOREIGN;
    const bool same =
        there->len == o->content.len &&
        (there->len == 0 || memcmp(there->at, o->content.at, there->len) == 0);
    return same ? FOUND_SAME : FOUND_OTHER;
}

enum found look(const struct output *o, struct buffer *there)
{
    const int directory = open(o->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (directory < 0 && errno == ENOENT)
        return FOUND_NOTHING;
    if (directory < 0) {
        output_fails(o, strerror(errno));
        return FOUND_FAILURE;
    }
    const enum found found = look_in(directory, o, there);
    close(directory);
    return found;
}
