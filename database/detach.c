/* detach.c: a process of its own, and another user. */
#include "detach.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.h"

static void close_from(unsigned first)
{
    if (close_range(first, ~0U, 0) == 0)
        return;
    const long most = sysconf(_SC_OPEN_MAX); /* Linux before 5.9 */
    for (long fd = first; fd < most; fd++)
        close((int)fd);
}

static bool settle(int keep)
{
    const int null = open("/dev/null", O_RDWR);
    const bool ok = null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 &&
                    dup2(null, 2) == 2 &&
                    (keep == DETACHED_FD || dup2(keep, DETACHED_FD) >= 0);
    close_from(DETACHED_FD + 1);
    fcntl(DETACHED_FD, F_SETFD, FD_CLOEXEC);

    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    return ok && chdir("/") == 0;
}

bool detach(int keep, bool *detached)
{
    *detached = false;
    const pid_t child = fork();
    if (child < 0)
        return failed("fork: %s", strerror(errno));
    if (child > 0) {
        int status;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        return true;
    }
    setsid();
    if (fork() != 0)
        _exit(0);
    if (!settle(keep))
        _exit(1);
    *detached = true;
    return true;
}

bool become(uid_t uid, gid_t gid)
{
    if (geteuid() != 0 || uid == 0)
        return true;
    if (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
        return failed("change to user %u: %s", (unsigned)uid, strerror(errno));
    return true;
}

static bool write_to(const char *path, const char *format, unsigned a, unsigned b)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const bool ok = fd >= 0 && dprintf(fd, format, a, b) > 0;
    close(fd);
    return ok;
}

/* In a user namespace, where the user has another number; files stay as they are. */
bool become_known(void)
{
    const struct passwd *nobody = getpwnam("nobody");
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    if (getpwuid(uid) || !nobody)
        return true;
    if (unshare(CLONE_NEWUSER) != 0 ||
        !write_to("/proc/self/setgroups", "deny", 0, 0) ||
        !write_to("/proc/self/uid_map", "%u %u 1", nobody->pw_uid, uid) ||
        !write_to("/proc/self/gid_map", "%u %u 1", nobody->pw_gid, gid))
        return failed("user %u has no name, and may not take that of `nobody`: %s",
            (unsigned)uid, strerror(errno));
    return true;
}

bool run_and_wait(const char *const argv[])
{
    const pid_t child = fork();
    if (child < 0)
        return failed("fork: %s", strerror(errno));
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return failed("wait for %s: %s", argv[0], strerror(errno));
    if (WIFSIGNALED(status))
        return failed("%s: killed by signal %d", argv[0], WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return failed("%s: exit code %d", argv[0], WEXITSTATUS(status));
    return true;
}

int pidfd_of(pid_t pid)
{
    return pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
}
