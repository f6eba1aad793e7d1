/* proxy.c: see proxy.h. */
#include "proxy.h"

#include "clocks.h"
#include "die.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT  "5432"
#define PIECE ((size_t)1 << 16)
#define PAIRS 8

#define RETRY_NS 20000 /* whoever is to read is busy */

/* -- One direction: bytes in, the same bytes out, later ---------------------------- */

struct piece {
    struct piece *next;
    uint64_t due;
    size_t at, len;
    char bytes[];
};

struct lane {
    int from, to;
    struct piece *first, **last;
};

static bool take(struct lane *l, uint64_t delay)
{
    struct piece *p = malloc(sizeof *p + PIECE);
    const ssize_t got = p ? read(l->from, p->bytes, PIECE) : -1;
    if (got <= 0) {
        free(p);
        return false;
    }
    *p = (struct piece){.due = wall_ns() + delay, .len = (size_t)got};
    *l->last = p;
    l->last = &p->next;
    return true;
}

static bool give(struct lane *l)
{
    while (l->first && l->first->due <= wall_ns()) {
        struct piece *p = l->first;
        const ssize_t put =
            send(l->to, p->bytes + p->at, p->len - p->at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && errno == EAGAIN)
            p->due = wall_ns() + RETRY_NS;
        else if (put < 0)
            return false;
        else
            p->at += (size_t)put;
        if (p->at < p->len)
            return true;
        l->first = p->next;
        if (!l->first)
            l->last = &l->first;
        free(p);
    }
    return true;
}

/* -- Connections --------------------------------------------------------------------
 */

static struct {
    struct sockaddr_un server;
    int listener;
    uint64_t delay;
    struct lane lanes[2 * PAIRS]; /* there and back, side by side */
    int count;
} hub;

static struct sockaddr_un socket_in(const char *directory, const char *port)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const int len =
        snprintf(a.sun_path, sizeof a.sun_path, "%s/.s.PGSQL.%s", directory, port);
    if (len >= (int)sizeof a.sun_path)
        die("the name of the server's socket is too long for the proxy");
    return a;
}

static void accept_one(void)
{
    const int client = accept(hub.listener, NULL, NULL);
    const int server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (client < 0 || server < 0 || hub.count == 2 * PAIRS ||
        connect(server, (struct sockaddr *)&hub.server, sizeof hub.server) != 0) {
        close(client);
        close(server);
        return;
    }
    struct lane *l = &hub.lanes[hub.count];
    l[0] = (struct lane){.from = client, .to = server};
    l[1] = (struct lane){.from = server, .to = client};
    l[0].last = &l[0].first;
    l[1].last = &l[1].first;
    hub.count += 2;
}

static void hang_up(int lane)
{
    const int there = lane & ~1;
    close(hub.lanes[there].from);
    close(hub.lanes[there].to);
    hub.count -= 2;
    memmove(&hub.lanes[there], &hub.lanes[there + 2],
        (size_t)(hub.count - there) * sizeof *hub.lanes);
    for (int i = there; i < hub.count; i++)
        if (!hub.lanes[i].first)
            hub.lanes[i].last = &hub.lanes[i].first;
}

/* Until something can be done: a piece is due, or bytes or a connection came. */
static void wait_for_work(struct pollfd *fds)
{
    uint64_t next = UINT64_MAX;
    fds[0] = (struct pollfd){.fd = hub.listener, .events = POLLIN};
    for (int i = 0; i < hub.count; i++) {
        const struct lane *l = &hub.lanes[i];
        fds[1 + i] = (struct pollfd){.fd = l->from, .events = POLLIN};
        if (l->first && l->first->due < next)
            next = l->first->due;
    }
    const uint64_t now = wall_ns(), left = next > now ? next - now : 0;
    const struct timespec t = {
        (time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    ppoll(fds, (nfds_t)hub.count + 1, next == UINT64_MAX ? NULL : &t, NULL);
}

static void pass(const struct pollfd *fds)
{
    for (int i = hub.count - 1; i >= 0; i--) {
        const bool came = fds[1 + i].revents != 0;
        if ((came && !take(&hub.lanes[i], hub.delay)) || !give(&hub.lanes[i])) {
            hang_up(i);
            return;
        }
    }
}

static void serve(void)
{
    struct pollfd fds[1 + 2 * PAIRS];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (;;) {
        wait_for_work(fds);
        pass(fds);
        if (fds[0].revents)
            accept_one();
    }
}

void proxy_start(
    struct proxy *p, const char *directory, const char *port, unsigned each_way_us)
{
    strcpy(p->directory, "/tmp/bench-XXXXXX");
    if (!mkdtemp(p->directory))
        die("%s: %s", p->directory, strerror(errno));
    const struct sockaddr_un here = socket_in(p->directory, PORT);
    hub.server = socket_in(directory, port);
    hub.delay = (uint64_t)each_way_us * 1000;
    hub.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (hub.listener < 0 ||
        bind(hub.listener, (const struct sockaddr *)&here, sizeof here) != 0 ||
        listen(hub.listener, PAIRS) != 0)
        die("the proxy: %s", strerror(errno));
    p->pid = fork();
    if (p->pid < 0)
        die("the proxy: %s", strerror(errno));
    if (p->pid == 0)
        serve();
    close(hub.listener);
}

void proxy_stop(struct proxy *p)
{
    const struct sockaddr_un here = socket_in(p->directory, PORT);
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    unlink(here.sun_path);
    rmdir(p->directory);
}
