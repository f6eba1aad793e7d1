/* fakepg.c: see fakepg.h.
 *
 * A thread accepts, a thread per connection answers each message as it comes.  Every
 * lie is told in one place below. */
#include "fakepg.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS 8
#define STATEMENTS  64
#define COLUMNS     64

enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_OID = 26,
    OID_BOX = 603,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIMESTAMPTZ = 1184
};

static const char *const lie_names[FAKEPG_LIES] = {
    [FAKEPG_HONEST] = "honest",
    [FAKEPG_SILENT] = "silent",
    [FAKEPG_SILENT_STARTUP] = "silent after the startup message",
    [FAKEPG_HANGS_UP] = "hangs up",
    [FAKEPG_WANTS_PASSWORD] = "wants a password",
    [FAKEPG_REFUSES] = "refuses",
    [FAKEPG_GARBAGE_FIRST] = "garbage first",
    [FAKEPG_OTHER_ENCODING] = "other encoding",
    [FAKEPG_SILENT_SELECT] = "silent select",
    [FAKEPG_SHORT_VALUE] = "short value",
    [FAKEPG_LONG_VALUE] = "long value",
    [FAKEPG_MINUS_TWO] = "length of -2",
    [FAKEPG_BEYOND] = "value beyond its message",
    [FAKEPG_NULLS] = "nulls",
    [FAKEPG_NUL_IN_TEXT] = "NUL in text",
    [FAKEPG_BAD_UTF8] = "bad UTF-8",
    [FAKEPG_WRONG_TYPE] = "wrong type",
    [FAKEPG_TEXT_FORMAT] = "text format",
    [FAKEPG_COLUMN_LESS] = "a column less",
    [FAKEPG_COLUMN_MORE] = "a column more",
    [FAKEPG_NO_DESCRIPTION] = "no description",
    [FAKEPG_ROW_LESS_WIDE] = "row less wide than described",
    [FAKEPG_NO_COMPLETE] = "no command complete",
    [FAKEPG_COPY_IN] = "copy in",
    [FAKEPG_GARBAGE] = "garbage",
    [FAKEPG_HUGE] = "huge message",
    [FAKEPG_EOF] = "end of file",
    [FAKEPG_NOTICES] = "notices",
    [FAKEPG_EMPTY_QUERY] = "empty query",
    [FAKEPG_NO_SQLSTATE] = "no SQLSTATE",
    [FAKEPG_NASTY_ERROR] = "nasty error",
    [FAKEPG_ERROR_TWICE] = "error twice",
    [FAKEPG_UNKNOWN_STATUS] = "unknown status",
    [FAKEPG_ROLLED_BACK] = "rolled back",
};

struct statement {
    char name[64];
    char *sql;
};

struct connection {
    struct fakepg *fake;
    struct fakepg_script script;
    pthread_t thread;
    int fd;
    bool used;
    atomic_bool done;

    uint8_t *out;
    size_t out_len;
    size_t out_room;
    size_t message; /* where the open message's length stands */

    struct statement statements[STATEMENTS];
    unsigned next_statement;
    char *portal; /* the text that is bound; one portal is enough */
    bool binary;
    bool failed;         /* until Sync */
    char status;         /* 'I', 'T', 'E' */
    const char *current; /* the text of the statement that is answered, or NULL */
};

struct fakepg {
    char conninfo[256];
    int listener;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    struct fakepg_script script;
    char *log;
    size_t log_len;
    struct connection connections[CONNECTIONS];
};

static void die(const char *what)
{
    perror(what);
    abort();
}

static void *grow(void *old, size_t size)
{
    void *p = realloc(old, size);
    if (!p)
        die("fakepg");
    return p;
}

/* -- Writing messages -------------------------------------------------------------- */

static void put(struct connection *c, const void *bytes, size_t len)
{
    if (c->out_len + len > c->out_room) {
        c->out_room = 2 * (c->out_len + len);
        c->out = grow(c->out, c->out_room);
    }
    if (len > 0)
        memcpy(c->out + c->out_len, bytes, len);
    c->out_len += len;
}

static void put_text(struct connection *c, const char *text)
{
    put(c, text, strlen(text) + 1);
}

static void put_int(struct connection *c, unsigned bytes, uint64_t value)
{
    for (unsigned i = bytes; i-- > 0;)
        put(c, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

static void begin(struct connection *c, char type)
{
    put(c, &type, 1);
    c->message = c->out_len;
    put_int(c, 4, 0);
}

static void end(struct connection *c)
{
    const size_t len = c->out_len - c->message;
    for (unsigned i = 0; i < 4; i++)
        c->out[c->message + i] = (uint8_t)(len >> (8 * (3 - i)));
}

static void put_empty(struct connection *c, char type)
{
    begin(c, type);
    end(c);
}

static void put_tag(struct connection *c, const char *tag)
{
    begin(c, 'C');
    put_text(c, tag);
    end(c);
}

static void put_parameter(struct connection *c, const char *name, const char *value)
{
    begin(c, 'S');
    put_text(c, name);
    put_text(c, value);
    end(c);
}

static void put_error(
    struct connection *c, char type, const char *sqlstate, const char *message)
{
    begin(c, type);
    put(c, "S", 1);
    put_text(c, type == 'N' ? "NOTICE" : "ERROR");
    if (sqlstate) {
        put(c, "C", 1);
        put_text(c, sqlstate);
    }
    put(c, "M", 1);
    put_text(c, message);
    put(c, "", 1);
    end(c);
}

static void fail(struct connection *c, const char *sqlstate, const char *message)
{
    put_error(c, 'E', sqlstate, message);
    c->failed = true;
    if (c->status == 'T')
        c->status = 'E';
}

static bool flush(struct connection *c)
{
    size_t at = 0;
    while (at < c->out_len) {
        const ssize_t sent = send(c->fd, c->out + at, c->out_len - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        if (sent > 0)
            at += (size_t)sent;
    }
    c->out_len = 0;
    return true;
}

/* Says no more until the client hangs up. */
static bool be_silent(struct connection *c)
{
    char ignored[512];
    flush(c);
    while (recv(c->fd, ignored, sizeof ignored, 0) > 0)
        ;
    return false;
}

/* -- What a statement gives -------------------------------------------------------- */

static bool starts_with(const char *sql, const char *word)
{
    while (isspace((unsigned char)*sql))
        sql++;
    return strncasecmp(sql, word, strlen(word)) == 0;
}

static const char *find_word(const char *sql, const char *word)
{
    for (; *sql; sql++)
        if (strncasecmp(sql, word, strlen(word)) == 0)
            return sql;
    return NULL;
}

static struct fakepg_column look_up(
    const struct connection *c, const char *name, size_t len)
{
    for (const struct fakepg_column *column = c->script.columns; column && column->name;
         column++)
        if (strlen(column->name) == len && memcmp(column->name, name, len) == 0)
            return *column;
    return (struct fakepg_column){"?column?", OID_INT8};
}

/* The output column of one item of a select list is its last word. */
static struct fakepg_column item_column(
    const struct connection *c, const char *item, const char *item_end)
{
    const char *last = item_end;
    while (last > item && !isalnum((unsigned char)last[-1]) && last[-1] != '_')
        last--;
    const char *first = last;
    while (first > item && (isalnum((unsigned char)first[-1]) || first[-1] == '_'))
        first--;
    return look_up(c, first, (size_t)(last - first));
}

static unsigned columns_of(
    const struct connection *c, const char *sql, struct fakepg_column *columns)
{
    const char *at;
    const char *stop;
    if (starts_with(sql, "select")) {
        at = find_word(sql, "select") + 6;
        stop = find_word(at, " from ");
        if (!stop)
            stop = find_word(at, "\nfrom ");
    } else {
        at = find_word(sql, "returning");
        if (!at)
            return 0;
        at += 9;
        stop = NULL;
    }
    if (!stop)
        stop = at + strlen(at);

    unsigned count = 0;
    int depth = 0;
    for (const char *item = at; at <= stop && count < COLUMNS; at++) {
        if (at == stop || (*at == ',' && depth == 0)) {
            columns[count++] = item_column(c, item, at);
            item = at + 1;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            depth--;
        }
    }
    return count;
}

static bool is_text(uint32_t oid)
{
    return oid == OID_TEXT || oid == OID_VARCHAR;
}

static unsigned size_of(uint32_t oid)
{
    switch (oid) {
    case OID_BOOL:
        return 1;
    case OID_INT2:
        return 2;
    case OID_INT4:
    case OID_OID:
    case OID_FLOAT4:
    case OID_DATE:
        return 4;
    default:
        return 8;
    }
}

static bool is_about(const struct connection *c)
{
    return c->current && (!c->script.about || strstr(c->current, c->script.about));
}

static bool lies(const struct connection *c, enum fakepg_lie lie)
{
    return c->script.lie == lie && is_about(c);
}

static void put_value(struct connection *c, uint32_t oid, unsigned row)
{
    char text[16];
    if (lies(c, FAKEPG_NULLS)) {
        put_int(c, 4, (uint32_t)-1);
    } else if (lies(c, FAKEPG_MINUS_TWO)) {
        put_int(c, 4, (uint32_t)-2);
    } else if (lies(c, FAKEPG_BEYOND)) {
        put_int(c, 4, 100000);
        put_int(c, 4, 0);
    } else if (lies(c, FAKEPG_LONG_VALUE)) {
        put_int(c, 4, 16);
        put(c, "sixteen bytes...", 16);
    } else if (lies(c, FAKEPG_SHORT_VALUE)) {
        put_int(c, 4, is_text(oid) ? 0 : 2);
        put(c, "ab", is_text(oid) ? 0 : 2);
    } else if (lies(c, FAKEPG_NUL_IN_TEXT) && is_text(oid)) {
        put_int(c, 4, 3);
        put(c, "a\0b", 3);
    } else if (lies(c, FAKEPG_BAD_UTF8) && is_text(oid)) {
        put_int(c, 4, 3);
        put(c, "a\xc3(", 3);
    } else if (is_text(oid)) {
        put_int(c, 4, 4);
        put(c, "text", 4);
    } else if (!c->binary) {
        snprintf(text, sizeof text, "%u", row);
        put_int(c, 4, strlen(text));
        put(c, text, strlen(text));
    } else {
        const bool is_float = oid == OID_FLOAT4 || oid == OID_FLOAT8;
        put_int(c, 4, size_of(oid));
        put_int(c, size_of(oid), is_float ? 0 : oid == OID_BOOL ? row & 1 : row);
    }
}

static void put_description(
    struct connection *c, const struct fakepg_column *columns, unsigned count)
{
    begin(c, 'T');
    put_int(c, 2, count);
    for (unsigned i = 0; i < count; i++) {
        const uint32_t oid = lies(c, FAKEPG_WRONG_TYPE) ? OID_BOX : columns[i].oid;
        put_text(c, columns[i].name);
        put_int(c, 4, 0);
        put_int(c, 2, 0);
        put_int(c, 4, oid);
        put_int(c, 2, is_text(oid) ? (uint16_t)-1 : size_of(oid));
        put_int(c, 4, (uint32_t)-1);
        put_int(c, 2, c->binary && !lies(c, FAKEPG_TEXT_FORMAT));
    }
    end(c);
}

static unsigned told_columns(
    const struct connection *c, const char *sql, struct fakepg_column *columns)
{
    unsigned count = columns_of(c, sql, columns);
    if (count > 0 && lies(c, FAKEPG_COLUMN_LESS))
        count--;
    if (count > 0 && count < COLUMNS && lies(c, FAKEPG_COLUMN_MORE))
        columns[count++] = (struct fakepg_column){"extra", OID_INT4};
    return count;
}

static void describe(struct connection *c, const char *sql)
{
    struct fakepg_column columns[COLUMNS];
    const unsigned count = told_columns(c, sql, columns);
    if (count == 0 || lies(c, FAKEPG_NO_DESCRIPTION))
        put_empty(c, 'n');
    else
        put_description(c, columns, count);
}

/* False when the connection is over. */
static bool select_rows(struct connection *c, const char *sql)
{
    struct fakepg_column columns[COLUMNS];
    unsigned count = told_columns(c, sql, columns);
    if (count > 0 && lies(c, FAKEPG_ROW_LESS_WIDE))
        count--;

    if (lies(c, FAKEPG_SILENT_SELECT))
        return be_silent(c);
    if (lies(c, FAKEPG_COPY_IN)) {
        begin(c, 'G');
        put_int(c, 1, 0);
        put_int(c, 2, 0);
        end(c);
        return true;
    }
    if (lies(c, FAKEPG_GARBAGE))
        put(c, "\xff\xff\xff\xff\xff garbage", 13);
    if (lies(c, FAKEPG_HUGE)) {
        put(c, "D\x7f\xff\xff\xff\x00\x01", 7);
        return be_silent(c);
    }
    if (lies(c, FAKEPG_EMPTY_QUERY)) {
        put_empty(c, 'I');
        return true;
    }
    for (unsigned i = 0; i < (lies(c, FAKEPG_NOTICES) ? 20000u : 0u); i++)
        put_error(c, 'N', "01000", "this is one of very many notices");

    const unsigned rows = is_about(c) ? c->script.rows : 0;
    for (unsigned row = 1; row <= rows; row++) {
        begin(c, 'D');
        put_int(c, 2, count);
        for (unsigned i = 0; i < count; i++)
            put_value(c, columns[i].oid, row);
        end(c);
        if (lies(c, FAKEPG_EOF)) {
            c->out_len -= 3;
            flush(c);
            return false;
        }
    }
    if (!lies(c, FAKEPG_NO_COMPLETE)) {
        char tag[32];
        snprintf(tag, sizeof tag, "SELECT %u", rows);
        put_tag(c, tag);
    }
    return true;
}

static bool answer(struct connection *c, const char *sql)
{
    const bool in_transaction = c->status != 'I';
    char tag[64];

    if (lies(c, FAKEPG_NO_SQLSTATE)) {
        fail(c, NULL, "no code");
        return true;
    }
    if (lies(c, FAKEPG_NASTY_ERROR)) {
        fail(c, "XX000", "line one\nline two \x1b[2J\x1b]0;title\x07 \xff\xfe end");
        return true;
    }
    if (lies(c, FAKEPG_ERROR_TWICE)) {
        fail(c, "XX000", "once");
        fail(c, "XX001", "twice");
        return true;
    }
    if (starts_with(sql, "select"))
        return select_rows(c, sql);
    if (starts_with(sql, "begin") || starts_with(sql, "start")) {
        c->status = 'T';
        put_tag(c, "BEGIN");
    } else if (starts_with(sql, "commit")) {
        const bool undone = c->status == 'E' || c->script.lie == FAKEPG_ROLLED_BACK;
        c->status = 'I';
        put_tag(c, undone ? "ROLLBACK" : "COMMIT");
    } else if (starts_with(sql, "rollback")) {
        c->status = 'I';
        put_tag(c, "ROLLBACK");
    } else if (starts_with(sql, "set")) {
        put_tag(c, "SET");
    } else if (find_word(sql, "returning")) {
        return select_rows(c, sql);
    } else {
        snprintf(tag, sizeof tag, "%s %u",
            starts_with(sql, "insert")   ? "INSERT 0"
            : starts_with(sql, "delete") ? "DELETE"
                                         : "UPDATE",
            c->script.rows);
        put_tag(c, tag);
    }
    if (!in_transaction && c->status == 'E')
        c->status = 'I';
    return true;
}

/* -- Reading messages -------------------------------------------------------------- */

static bool receive(struct connection *c, void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        const ssize_t got = recv(c->fd, (char *)bytes + at, len - at, 0);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0)
            at += (size_t)got;
    }
    return true;
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A message of the client; "" follows it.  NULL at the end of the connection. */
static char *receive_message(struct connection *c, char *type, size_t *len)
{
    uint8_t header[5];
    if (!receive(c, header, sizeof header))
        return NULL;
    const uint32_t size = big_endian(header + 1);
    if (size < 4 || size > 1u << 28)
        return NULL;
    char *body = grow(NULL, size);
    *type = (char)header[0];
    *len = size - 4;
    if (!receive(c, body, *len)) {
        free(body);
        return NULL;
    }
    memset(body + *len, 0, 4);
    return body;
}

static const char *sql_of(const struct connection *c, const char *name)
{
    for (unsigned i = 0; i < STATEMENTS; i++)
        if (c->statements[i].sql && strcmp(c->statements[i].name, name) == 0)
            return c->statements[i].sql;
    return NULL;
}

static void forget(struct connection *c, const char *name)
{
    for (unsigned i = 0; i < STATEMENTS; i++)
        if (c->statements[i].sql && strcmp(c->statements[i].name, name) == 0) {
            free(c->statements[i].sql);
            c->statements[i].sql = NULL;
        }
}

static void parse(struct connection *c, const char *name, const char *sql)
{
    pthread_mutex_lock(&c->fake->lock);
    c->fake->log = grow(c->fake->log, c->fake->log_len + strlen(sql) + 2);
    c->fake->log_len += (size_t)sprintf(c->fake->log + c->fake->log_len, "%s\n", sql);
    pthread_mutex_unlock(&c->fake->lock);

    c->current = NULL;
    forget(c, name);
    struct statement *s = &c->statements[c->next_statement++ % STATEMENTS];
    free(s->sql);
    snprintf(s->name, sizeof s->name, "%s", name);
    s->sql = strdup(sql);
    if (!s->sql)
        die("fakepg");
    put_empty(c, '1');
}

/* Bind: portal, statement, parameter formats and values, result formats. */
static void bind_portal(struct connection *c, const char *body, size_t len)
{
    const char *name = body + strlen(body) + 1;
    const char *sql = sql_of(c, name);
    if (!sql) {
        fail(c, "26000", "prepared statement does not exist");
        return;
    }
    if (c->current == c->portal)
        c->current = NULL;
    free(c->portal);
    c->portal = strdup(sql);
    if (!c->portal)
        die("fakepg");
    /* The last two bytes are the only result format, or the number of none. */
    c->binary = len >= 2 && body[len - 1] == 1;
    put_empty(c, '2');
}

static void ready(struct connection *c)
{
    begin(c, 'Z');
    put(c, lies(c, FAKEPG_UNKNOWN_STATUS) ? "X" : &c->status, 1);
    end(c);
}

/* False when the connection is over. */
static bool handle(struct connection *c, char type, const char *body, size_t len)
{
    if (type == 'X')
        return false;
    if (type == 'S') {
        c->failed = false;
        ready(c);
        return flush(c);
    }
    if (type == 'H')
        return flush(c);
    if (type == 'Q') {
        c->binary = false;
        c->current = body;
        if (starts_with(body, "select"))
            describe(c, body);
        const bool open = answer(c, body);
        c->failed = false;
        ready(c);
        c->current = NULL;
        return open && flush(c);
    }
    if (c->failed)
        return true;

    const char *sql;
    switch (type) {
    case 'P':
        parse(c, body, body + strlen(body) + 1);
        return true;
    case 'B':
        bind_portal(c, body, len);
        return true;
    case 'D':
        sql = body[0] == 'S' ? sql_of(c, body + 1) : c->portal;
        if (!sql) {
            fail(c, "26000", "nothing of that name to describe");
            return true;
        }
        c->current = sql;
        if (body[0] == 'S') {
            begin(c, 't');
            put_int(c, 2, 0);
            end(c);
        }
        /* A description before the copy would make libpq leak it. */
        if (body[0] == 'P' && lies(c, FAKEPG_COPY_IN))
            put_empty(c, 'n');
        else
            describe(c, sql);
        return true;
    case 'E':
        c->current = c->portal;
        return answer(c, c->portal ? c->portal : "");
    case 'C':
        if (body[0] == 'S')
            forget(c, body + 1);
        put_empty(c, '3');
        return true;
    default:
        fail(c, "08P01", "fakepg does not know this message");
        return true;
    }
}

static bool start_up(struct connection *c)
{
    if (c->script.lie == FAKEPG_SILENT)
        return be_silent(c);

    uint8_t header[8];
    for (;;) {
        if (!receive(c, header, sizeof header))
            return false;
        const uint32_t version = big_endian(header + 4);
        uint8_t rest[10000];
        const uint32_t len = big_endian(header) - 8;
        if (len > sizeof rest || !receive(c, rest, len))
            return false;
        if (version == 196608)
            break;
        /* Asks for TLS or GSS. */
        put(c, "N", 1);
        if (!flush(c))
            return false;
    }
    switch (c->script.lie) {
    case FAKEPG_SILENT_STARTUP:
        return be_silent(c);
    case FAKEPG_HANGS_UP:
        return false;
    case FAKEPG_GARBAGE_FIRST:
        put(c, "\x00\xffgarbage instead of a greeting", 31);
        flush(c);
        return false;
    case FAKEPG_WANTS_PASSWORD:
        begin(c, 'R');
        put_int(c, 4, 3);
        end(c);
        return be_silent(c);
    case FAKEPG_REFUSES:
        put_error(c, 'E', "53300", "sorry, too many clients already");
        flush(c);
        return false;
    default:
        break;
    }

    begin(c, 'R');
    put_int(c, 4, 0);
    end(c);
    put_parameter(c, "server_version", "15.20");
    put_parameter(c, "server_encoding", "UTF8");
    put_parameter(
        c, "client_encoding", c->script.lie == FAKEPG_OTHER_ENCODING ? "SJIS" : "UTF8");
    put_parameter(c, "integer_datetimes", "on");
    put_parameter(c, "standard_conforming_strings", "on");
    put_parameter(c, "DateStyle", "ISO, MDY");
    put_parameter(c, "TimeZone", "UTC");
    begin(c, 'K');
    put_int(c, 4, 4711);
    put_int(c, 4, 815);
    end(c);
    ready(c);
    return flush(c);
}

static void *serve(void *arg)
{
    struct connection *c = arg;
    bool open = start_up(c);
    while (open) {
        char type;
        size_t len;
        char *body = receive_message(c, &type, &len);
        open = body && handle(c, type, body, len);
        free(body);
    }
    flush(c);
    shutdown(c->fd, SHUT_RDWR);
    for (unsigned i = 0; i < STATEMENTS; i++)
        free(c->statements[i].sql);
    free(c->portal);
    free(c->out);
    c->done = true;
    return NULL;
}

/* -- Life -------------------------------------------------------------------------- */

static void reap(struct connection *c)
{
    if (!c->used)
        return;
    pthread_join(c->thread, NULL);
    close(c->fd);
    c->used = false;
}

static void start_connection(struct fakepg *fake, int fd)
{
    struct connection *c = fake->connections;
    while (c < fake->connections + CONNECTIONS && c->used && !c->done)
        c++;
    if (c == fake->connections + CONNECTIONS) {
        close(fd);
        return;
    }
    reap(c);
    memset(c, 0, sizeof *c);
    c->fake = fake;
    c->fd = fd;
    c->status = 'I';
    c->used = true;
    pthread_mutex_lock(&fake->lock);
    c->script = fake->script;
    pthread_mutex_unlock(&fake->lock);
    if (pthread_create(&c->thread, NULL, serve, c) != 0)
        die("fakepg: thread");
}

static void *accept_loop(void *arg)
{
    struct fakepg *fake = arg;
    for (;;) {
        const int fd = accept(fake->listener, NULL, NULL);
        if (fd < 0 && errno != EINTR)
            return NULL;
        if (fd >= 0)
            start_connection(fake, fd);
    }
}

struct fakepg *fakepg_start(const struct fakepg_script *script)
{
    struct fakepg *fake = calloc(1, sizeof *fake);
    if (!fake)
        die("fakepg");
    fake->script = *script;
    pthread_mutex_init(&fake->lock, NULL);
    static atomic_uint number;
    char host[32];
    snprintf(host, sizeof host, "@fakepg-%ld-%u", (long)getpid(), number++);
    snprintf(fake->conninfo, sizeof fake->conninfo,
        "host=%s port=5432 user=nobody dbname=nothing sslmode=disable "
        "gssencmode=disable",
        host);

    /* The '@' stands for a NUL: an abstract name, which is gone with its socket. */
    struct sockaddr_un here = {.sun_family = AF_UNIX};
    const int length =
        snprintf(here.sun_path, sizeof here.sun_path, "%s/.s.PGSQL.5432", host);
    here.sun_path[0] = '\0';
    const socklen_t size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length);
    fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fake->listener < 0 ||
        bind(fake->listener, (struct sockaddr *)&here, size) != 0 ||
        listen(fake->listener, CONNECTIONS) != 0)
        die("fakepg: listen");

    /* Signals are for the test's own thread. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&fake->thread, NULL, accept_loop, fake) != 0)
        die("fakepg: thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return fake;
}

void fakepg_stop(struct fakepg *fake)
{
    if (!fake)
        return;
    shutdown(fake->listener, SHUT_RDWR);
    pthread_join(fake->thread, NULL);
    for (int i = 0; i < CONNECTIONS; i++) {
        if (fake->connections[i].used)
            shutdown(fake->connections[i].fd, SHUT_RDWR);
        reap(&fake->connections[i]);
    }
    close(fake->listener);
    pthread_mutex_destroy(&fake->lock);
    free(fake->log);
    free(fake);
}

void fakepg_tell(struct fakepg *fake, const struct fakepg_script *script)
{
    pthread_mutex_lock(&fake->lock);
    fake->script = *script;
    pthread_mutex_unlock(&fake->lock);
}

const char *fakepg_conninfo(const struct fakepg *fake)
{
    return fake->conninfo;
}

const char *fakepg_lie_name(enum fakepg_lie lie)
{
    return (unsigned)lie < FAKEPG_LIES ? lie_names[lie] : "?";
}

const char *fakepg_statements(struct fakepg *fake)
{
    pthread_mutex_lock(&fake->lock);
    const char *log = fake->log ? fake->log : "";
    pthread_mutex_unlock(&fake->lock);
    return log;
}
