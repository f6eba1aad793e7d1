/* given.c: a database on a server that we did not start.
 *
 * The keeper makes the database itself: there is no moment at which it exists and
 * nobody is there to drop it.  In between it holds no connection. */
#include "given.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "detach.h"
#include "failure.h"
#include "lease.h"
#include "server.h"

static const int DROP_ATTEMPTS = 20;

static void wait_for(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, -1) < 0 && errno == EINTR)
        ;
}

static void wait_for_end_of(int lease)
{
    char byte;
    ssize_t n;
    do
        n = read(lease, &byte, 1);
    while (n > 0 || (n < 0 && errno == EINTR));
}

static bool drop(const char *name)
{
    PGconn *server = server_open_given(NULL);
    if (!server)
        return false;
    const bool dropped = server_drop_database(server, name);
    PQfinish(server);
    return dropped;
}

static _Noreturn void keep(int lease, pid_t client)
{
    const int client_end = pidfd_of(client);
    PGconn *server = server_open_given(NULL);
    char name[DATABASE_NAME];
    if (!server || !server_create_database(server, client, "", name)) {
        lease_refuse(lease, failure());
        _exit(1);
    }
    PQfinish(server);
    lease_grant(lease, "%s", name);

    wait_for_end_of(lease);
    if (client_end >= 0)
        wait_for(client_end);
    for (int i = 0; i < DROP_ATTEMPTS && !drop(name); i++)
        nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
    _exit(0);
}

int given_start(void)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        failed("socketpair: %s", strerror(errno));
        return -1;
    }
    const pid_t client = getpid();
    bool detached;
    if (!detach(ends[1], &detached)) {
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    if (detached)
        keep(DETACHED_FD, client);
    close(ends[1]);
    return ends[0];
}
