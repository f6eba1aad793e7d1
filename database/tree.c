/* tree.c: whole directories, copied and removed.
 *
 * Everything goes through directory descriptors and no link is followed, so a link in
 * a directory never leads out of it. */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool copy_file(int from_dir, int to_dir, const char *name)
{
    static char block[1 << 17];
    const int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0)
        return false;
    const int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0) {
        close(from);
        return false;
    }
    ssize_t n;
    bool ok = true;
    while (ok && (n = read(from, block, sizeof block)) != 0)
        ok = n > 0 && write_all(to, block, (size_t)n);
    const int why = errno;
    close(from);
    if (close(to) != 0)
        return false;
    errno = why;
    return ok;
}

/* Takes over both descriptors. */
static bool copy_directory(int from, int to)
{
    DIR *entries = fdopendir(from);
    if (!entries) {
        close(from);
        close(to);
        return false;
    }
    bool ok = true;
    const struct dirent *e;
    while (ok && (errno = 0, e = readdir(entries))) {
        if (is_dots(e->d_name))
            continue;
        const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        const int sub = openat(from, e->d_name, flags);
        if (sub < 0) {
            ok = errno == ENOTDIR && copy_file(from, to, e->d_name);
            continue;
        }
        int sub_to = -1;
        if (mkdirat(to, e->d_name, 0700) == 0)
            sub_to = openat(to, e->d_name, flags);
        ok = sub_to >= 0;
        if (ok)
            ok = copy_directory(sub, sub_to);
        else
            close(sub);
    }
    ok = ok && errno == 0;
    const int why = errno;
    closedir(entries);
    close(to);
    errno = why;
    return ok;
}

bool tree_copy(const char *from, const char *to)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    const int source = open(from, flags);
    if (source < 0)
        return failed("%s: %s", from, strerror(errno));
    int target = -1;
    if (mkdir(to, 0700) == 0)
        target = open(to, flags | O_NOFOLLOW);
    if (target < 0) {
        failed("%s: %s", to, strerror(errno));
        close(source);
        return false;
    }
    if (!copy_directory(source, target))
        return failed("copy of %s to %s: %s", from, to, strerror(errno));
    return true;
}

static void remove_entry(int dir, const char *name)
{
    if (unlinkat(dir, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    const int sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (sub < 0)
        return;
    DIR *entries = fdopendir(sub);
    if (!entries) {
        close(sub);
        return;
    }
    const struct dirent *e;
    while ((e = readdir(entries)))
        if (!is_dots(e->d_name))
            remove_entry(sub, e->d_name);
    closedir(entries);
    unlinkat(dir, name, AT_REMOVEDIR);
}

void tree_remove(const char *path)
{
    remove_entry(AT_FDCWD, path);
}
