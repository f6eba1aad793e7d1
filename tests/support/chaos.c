/* chaos.c: see chaos.h.
 *
 * One thread, one poll loop, non-blocking sockets, a buffer per direction: the proxy
 * never waits for one side alone, so it adds no deadlock of its own. */
#include "chaos.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PAIRS  16
#define BUFFER 65536

/* One direction of a connection.  `from` was read up to its end when `eof`. */
struct lane {
    int from;
    int to;
    enum chaos_direction direction;
    bool eof;
    long passed;
    size_t start;
    size_t len;
    uint8_t bytes[BUFFER];
};

struct pair {
    bool used;
    bool stalled;
    unsigned generation; /* of chaos_next(): older pairs do not count */
    struct chaos_rule rule;
    struct lane lanes[2]; /* by direction */

    /* With an edit: the server's bytes up to a whole message, and their number. */
    uint8_t *message;
    size_t message_len;
    size_t message_room;
    unsigned messages;
    struct chaos_edit edit; /* not yet moved to the lane */
    size_t edit_done;
};

struct chaos {
    pthread_t thread;
    int listener;
    int port;
    int wake[2]; /* closed by chaos_stop: the thread's end */
    bool local;
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_un un;
    } upstream;
    pthread_mutex_t lock; /* of `next` */
    struct chaos_rule next;
    atomic_uint generation;
    atomic_long bytes[2];
    atomic_long connections;
    atomic_bool struck;
    struct pair pairs[PAIRS];
};

static void die(const char *what)
{
    perror(what);
    abort();
}

void chaos_put(struct chaos_edit *edit, const void *bytes, size_t len)
{
    if (edit->len + len > edit->room) {
        edit->room = 2 * (edit->len + len);
        edit->bytes = realloc(edit->bytes, edit->room);
        if (!edit->bytes)
            die("chaos");
    }
    if (len > 0)
        memcpy(edit->bytes + edit->len, bytes, len);
    edit->len += len;
}

static void close_pair(struct pair *pair, bool reset)
{
    const int client = pair->lanes[CHAOS_TO_CLIENT].to;
    if (reset)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
            sizeof(struct linger));
    close(client);
    close(pair->lanes[CHAOS_TO_CLIENT].from);
    free(pair->message);
    free(pair->edit.bytes);
    memset(pair, 0, sizeof *pair);
}

static void set_up_socket(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static void accept_client(struct chaos *proxy)
{
    const int client = accept(proxy->listener, NULL, NULL);
    if (client < 0)
        return;
    struct pair *pair = proxy->pairs;
    while (pair < proxy->pairs + PAIRS && pair->used)
        pair++;
    const int server = socket(proxy->upstream.any.sa_family, SOCK_STREAM, 0);
    if (pair == proxy->pairs + PAIRS || server < 0 ||
        connect(server, &proxy->upstream.any,
            proxy->local ? sizeof proxy->upstream.un : sizeof proxy->upstream.in) !=
            0) {
        close(client);
        if (server >= 0)
            close(server);
        return;
    }
    set_up_socket(client);
    set_up_socket(server);

    pair->used = true;
    pair->lanes[CHAOS_TO_CLIENT].from = pair->lanes[CHAOS_TO_SERVER].to = server;
    pair->lanes[CHAOS_TO_CLIENT].to = pair->lanes[CHAOS_TO_SERVER].from = client;
    pair->lanes[CHAOS_TO_CLIENT].direction = CHAOS_TO_CLIENT;
    pair->lanes[CHAOS_TO_SERVER].direction = CHAOS_TO_SERVER;
    pthread_mutex_lock(&proxy->lock);
    pair->rule = proxy->next;
    proxy->next = (struct chaos_rule){.end = CHAOS_PASS};
    pair->generation = proxy->generation;
    proxy->connections++;
    pthread_mutex_unlock(&proxy->lock);
}

static bool is_lane_of_rule(const struct pair *pair, const struct lane *lane)
{
    return pair->rule.end != CHAOS_PASS && pair->rule.direction == lane->direction;
}

/* True when the rule's end came and the pair shall be left alone. */
static bool strike(struct chaos *proxy, struct pair *pair, const struct lane *lane)
{
    if (!is_lane_of_rule(pair, lane) || lane->passed < pair->rule.after)
        return false;
    if (pair->generation == proxy->generation)
        proxy->struck = true;
    if (pair->rule.end == CHAOS_STALL)
        pair->stalled = true;
    else
        close_pair(pair, pair->rule.end == CHAOS_RST);
    return true;
}

/* Moves what `edit` made into the lane, as far as there is room. */
static void refill(struct pair *pair)
{
    struct lane *lane = &pair->lanes[CHAOS_TO_CLIENT];
    if (lane->len == 0)
        lane->start = 0;
    size_t len = pair->edit.len - pair->edit_done;
    if (len > BUFFER - lane->start - lane->len)
        len = BUFFER - lane->start - lane->len;
    if (len > 0)
        memcpy(lane->bytes + lane->start + lane->len,
            pair->edit.bytes + pair->edit_done, len);
    lane->len += len;
    pair->edit_done += len;
    if (pair->edit_done == pair->edit.len)
        pair->edit.len = pair->edit_done = 0;
    if (pair->edit.len == 0 && pair->edit.close)
        lane->eof = true;
}

/* Cuts the server's bytes into messages and has each edited. */
static void edit_messages(struct pair *pair, const uint8_t *bytes, size_t len)
{
    if (pair->message_len + len > pair->message_room) {
        pair->message_room = 2 * (pair->message_len + len);
        pair->message = realloc(pair->message, pair->message_room);
        if (!pair->message)
            die("chaos");
    }
    memcpy(pair->message + pair->message_len, bytes, len);
    pair->message_len += len;

    size_t at = 0;
    while (pair->message_len - at >= 5 && !pair->edit.close) {
        const uint8_t *m = pair->message + at;
        const size_t size =
            1 + ((size_t)m[1] << 24 | (size_t)m[2] << 16 | (size_t)m[3] << 8 | m[4]);
        if (pair->message_len - at < size)
            break;
        pair->rule.edit(&pair->edit, pair->messages++, m, size, pair->rule.arg);
        at += size;
    }
    memmove(pair->message, pair->message + at, pair->message_len - at);
    pair->message_len -= at;
}

static void fill(struct pair *pair, struct lane *lane)
{
    const bool edited = pair->rule.edit && lane->direction == CHAOS_TO_CLIENT;
    uint8_t piece[BUFFER];
    if (lane->len == 0)
        lane->start = 0;
    const size_t room = edited ? sizeof piece : BUFFER - lane->start - lane->len;
    const ssize_t got = recv(lane->from, piece, room, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        lane->eof = true;
    if (got <= 0)
        return;
    if (edited) {
        edit_messages(pair, piece, (size_t)got);
        return;
    }
    memcpy(lane->bytes + lane->start + lane->len, piece, (size_t)got);
    lane->len += (size_t)got;
}

static void drain(struct chaos *proxy, struct pair *pair, struct lane *lane)
{
    size_t len = lane->len;
    if (is_lane_of_rule(pair, lane) && (long)len > pair->rule.after - lane->passed)
        len = (size_t)(pair->rule.after - lane->passed);
    if (len > 1 && pair->rule.dribble)
        len = 1;
    if (pair->rule.delay > 0)
        nanosleep(&(struct timespec){.tv_sec = pair->rule.delay / 1000,
                      .tv_nsec = pair->rule.delay % 1000 * 1000000L},
            NULL);
    /* Counted first: who has received them may look at the count at once. */
    const bool counts = pair->generation == proxy->generation;
    if (counts)
        proxy->bytes[lane->direction] += (long)len;
    const ssize_t sent = send(lane->to, lane->bytes + lane->start, len, MSG_NOSIGNAL);
    if (counts)
        proxy->bytes[lane->direction] -= (long)len - (sent > 0 ? (long)sent : 0);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        lane->eof = true;
        lane->len = 0;
    }
    if (sent <= 0)
        return;
    lane->start += (size_t)sent;
    lane->len -= (size_t)sent;
    lane->passed += sent;
}

static bool has_room(const struct pair *pair, const struct lane *lane)
{
    if (lane->direction == CHAOS_TO_CLIENT && pair->edit.len > 0)
        return false;
    return lane->len == 0 || lane->start + lane->len < BUFFER;
}

static bool is_over(const struct pair *pair)
{
    for (int i = 0; i < 2; i++)
        if (pair->lanes[i].eof && pair->lanes[i].len == 0 &&
            (i != CHAOS_TO_CLIENT || pair->edit.len == 0))
            return true;
    return false;
}

static void serve(struct chaos *proxy, struct pair *pair, const struct pollfd *client,
    const struct pollfd *server)
{
    struct lane *lanes = pair->lanes;
    const int gone = POLLHUP | POLLERR;
    if (pair->stalled) {
        /* The client's hanging up ends it; nobody else may. */
        if (client->revents & gone)
            close_pair(pair, false);
        return;
    }
    if (client->revents & (POLLIN | gone) && has_room(pair, &lanes[CHAOS_TO_SERVER]))
        fill(pair, &lanes[CHAOS_TO_SERVER]);
    if (server->revents & (POLLIN | gone) && has_room(pair, &lanes[CHAOS_TO_CLIENT]))
        fill(pair, &lanes[CHAOS_TO_CLIENT]);
    refill(pair);
    for (int i = 0; i < 2; i++) {
        if (lanes[i].len > 0)
            drain(proxy, pair, &lanes[i]);
        if (strike(proxy, pair, &lanes[i]))
            return;
    }
    refill(pair); /* so that the next poll knows of it */
    if (is_over(pair))
        close_pair(pair, false);
}

static short wanted(
    const struct pair *pair, const struct lane *in, const struct lane *out)
{
    short events = POLLRDHUP;
    if (pair->stalled)
        return events;
    if (!in->eof && has_room(pair, in))
        events |= POLLIN;
    if (out->len > 0)
        events |= POLLOUT;
    return events;
}

static void *loop(void *arg)
{
    struct chaos *proxy = arg;
    for (;;) {
        struct pollfd fds[2 + 2 * PAIRS] = {
            {.fd = proxy->wake[0], .events = POLLIN},
            {.fd = proxy->listener, .events = POLLIN},
        };
        for (int i = 0; i < PAIRS; i++) {
            const struct pair *pair = &proxy->pairs[i];
            const struct lane *lanes = pair->lanes;
            fds[2 + 2 * i].fd = pair->used ? lanes[CHAOS_TO_SERVER].from : -1;
            fds[2 + 2 * i].events =
                wanted(pair, &lanes[CHAOS_TO_SERVER], &lanes[CHAOS_TO_CLIENT]);
            fds[3 + 2 * i].fd =
                pair->used && !pair->stalled ? lanes[CHAOS_TO_CLIENT].from : -1;
            fds[3 + 2 * i].events =
                wanted(pair, &lanes[CHAOS_TO_CLIENT], &lanes[CHAOS_TO_SERVER]);
        }
        if (poll(fds, 2 + 2 * PAIRS, -1) < 0 && errno != EINTR)
            die("poll");
        if (fds[0].revents)
            return NULL;
        for (int i = 0; i < PAIRS; i++) {
            struct pair *pair = &proxy->pairs[i];
            struct pollfd *client = &fds[2 + 2 * i];
            if (pair->used && pair->stalled && client->revents & POLLRDHUP)
                client->revents |= POLLHUP;
            if (pair->used && (client->revents || fds[3 + 2 * i].revents))
                serve(proxy, pair, client, &fds[3 + 2 * i]);
        }
        if (fds[1].revents) {
            accept_client(proxy);
            for (int i = 0; i < PAIRS; i++)
                if (proxy->pairs[i].used)
                    for (int d = 0; d < 2 && proxy->pairs[i].used; d++)
                        strike(proxy, &proxy->pairs[i], &proxy->pairs[i].lanes[d]);
        }
    }
}

struct chaos *chaos_start(const char *upstream, int port)
{
    struct chaos *proxy = calloc(1, sizeof *proxy);
    if (!proxy)
        die("chaos");
    pthread_mutex_init(&proxy->lock, NULL);

    proxy->local = upstream[0] == '/';
    if (proxy->local) {
        proxy->upstream.un.sun_family = AF_UNIX;
        snprintf(proxy->upstream.un.sun_path, sizeof proxy->upstream.un.sun_path,
            "%s/.s.PGSQL.%d", upstream, port);
    } else {
        const char *ip = strcmp(upstream, "localhost") == 0 ? "127.0.0.1" : upstream;
        proxy->upstream.in.sin_family = AF_INET;
        proxy->upstream.in.sin_port = htons((uint16_t)port);
        if (inet_pton(AF_INET, ip, &proxy->upstream.in.sin_addr) != 1)
            die(upstream);
    }

    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (proxy->listener < 0 ||
        bind(proxy->listener, (struct sockaddr *)&here, sizeof here) != 0 ||
        listen(proxy->listener, PAIRS) != 0 ||
        getsockname(
            proxy->listener, (struct sockaddr *)&here, &(socklen_t){sizeof here}) != 0)
        die("chaos: listen");
    proxy->port = ntohs(here.sin_port);
    if (pipe(proxy->wake) != 0)
        die("chaos: pipe");

    /* Signals are for the test's own thread. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&proxy->thread, NULL, loop, proxy) != 0)
        die("chaos: thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return proxy;
}

void chaos_stop(struct chaos *proxy)
{
    if (!proxy)
        return;
    close(proxy->wake[1]);
    pthread_join(proxy->thread, NULL);
    for (int i = 0; i < PAIRS; i++)
        if (proxy->pairs[i].used)
            close_pair(&proxy->pairs[i], false);
    close(proxy->wake[0]);
    close(proxy->listener);
    pthread_mutex_destroy(&proxy->lock);
    free(proxy);
}

int chaos_port(const struct chaos *proxy)
{
    return proxy->port;
}

void chaos_next(struct chaos *proxy, struct chaos_rule rule)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->next = rule;
    proxy->generation++;
    proxy->bytes[CHAOS_TO_CLIENT] = proxy->bytes[CHAOS_TO_SERVER] = 0;
    proxy->connections = 0;
    proxy->struck = false;
    pthread_mutex_unlock(&proxy->lock);
}

long chaos_bytes(const struct chaos *proxy, enum chaos_direction direction)
{
    return proxy->bytes[direction];
}

long chaos_connections(const struct chaos *proxy)
{
    return proxy->connections;
}

bool chaos_struck(const struct chaos *proxy)
{
    return proxy->struck;
}
