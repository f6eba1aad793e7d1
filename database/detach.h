/* detach.h: a process of its own, and another user. */
#ifndef ORMGEN_DETACH_H
#define ORMGEN_DETACH_H

#include <stdbool.h>
#include <sys/types.h>

/* The only descriptor besides standard input, output and error that a detached process
 * has. */
enum {
    DETACHED_FD = 3
};

/* Like fork: true in both, with *detached telling which.  The detached process has its
 * own session, nothing on its standard streams, `keep` as DETACHED_FD, and no other
 * descriptor: a test runner that waits for the end of its child's output would wait
 * for it too. */
bool detach(int keep, bool *detached);

/* Becomes that user for good, with no further groups, as root; otherwise stays. */
bool become(uid_t uid, gid_t gid);

/* A user that the system has no name for, as containers like to have, takes that of
 * `nobody`: initdb insists on one. */
bool become_known(void);

/* Runs the program and waits for it; true if it ended well.  argv[0] is its path. */
bool run_and_wait(const char *const argv[]);

/* A descriptor that is readable once the process has ended; -1 if the kernel has none
 * to give. */
int pidfd_of(pid_t pid);

#endif
