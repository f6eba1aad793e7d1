/* faults.c: preloaded into ormgen, makes its n-th call to the file system fail, or be
 * its last.  FAULT_AT is n, FAULT is "kill" or the number of an error; FAULT_LOG is a
 * file that is made when it has happened. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Whether this call is to fail; errno says how. */
static bool fails(void)
{
    static long calls;
    const char *at = getenv("FAULT_AT"), *fault = getenv("FAULT");
    const char *log = getenv("FAULT_LOG");

    if (!at || !fault || !log || ++calls != atol(at))
        return false;
    int (*real_mkdir)(const char *, mode_t);
    *(void **)&real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    real_mkdir(log, 0777);
    if (strcmp(fault, "kill") == 0)
        kill(getpid(), SIGKILL);
    errno = atoi(fault);
    return true;
}

#define REAL(name, ...)                                                                \
    static int (*real)(__VA_ARGS__);                                                   \
    if (!real)                                                                         \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

int openat(int directory, const char *name, int flags, ...)
{
    REAL(openat, int, const char *, int, ...);
    return fails() ? -1 : real(directory, name, flags, 0666);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "write");
    /* A full disk takes half of it first. */
    if (fd > 2 && fails())
        return real(fd, bytes, len / 2) < 0 ? -1 : -1;
    return real(fd, bytes, len);
}

int fsync(int fd)
{
    REAL(fsync, int);
    return fails() ? -1 : real(fd);
}

int flock(int fd, int operation)
{
    REAL(flock, int, int);
    return fails() ? -1 : real(fd, operation);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir, const char *, mode_t);
    return fails() ? -1 : real(path, mode);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    REAL(linkat, int, const char *, int, const char *, int);
    return fails() ? -1 : real(from_dir, from, to_dir, to, flags);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    REAL(renameat, int, const char *, int, const char *);
    return fails() ? -1 : real(from_dir, from, to_dir, to);
}

int unlinkat(int directory, const char *name, int flags)
{
    REAL(unlinkat, int, const char *, int);
    return fails() ? -1 : real(directory, name, flags);
}

int utimensat(
    int directory, const char *name, const struct timespec times[2], int flags)
{
    REAL(utimensat, int, const char *, const struct timespec *, int);
    return fails() ? -1 : real(directory, name, times, flags);
}
