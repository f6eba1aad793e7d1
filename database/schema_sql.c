/* schema_sql.c: the tables of a schema.
 *
 * The SQL comes from the `ormgen` command, the other half of the tool, and goes to the
 * server as one string, which makes it one transaction.  Only to show a statement that
 * failed do we look for the semicolons ourselves. */
#include "schema_sql.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.h"

/* A new string: the one given, the installed one, the one built beside us, or a name to
 * look for in PATH. */
static char *find_ormgen(void)
{
    const char *given = getenv("ORMGEN");
    if (given && *given)
        return text("%s", given);
    char self[PATH_MAX];
    const ssize_t len = readlink("/proc/self/exe", self, sizeof self);
    if (len > 0) {
        const char *slash = memrchr(self, '/', (size_t)len);
        const int dir = (int)(slash - self);
        static const char *const beside[] = {"../../bin/ormgen", "../codegen/ormgen"};
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            char *path = text("%.*s/%s", dir, self, beside[i]);
            if (access(path, X_OK) == 0)
                return path;
            free(path);
        }
    }
    return text("ormgen");
}

static char *read_all(int fd)
{
    char *all;
    size_t len;
    FILE *out = open_memstream(&all, &len);
    if (!out)
        abort();
    char block[1 << 16];
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            fwrite(block, 1, (size_t)n, out);
    fclose(out);
    return all;
}

char *schema_sql(const char *file, int *exit_code)
{
    *exit_code = 0;
    char *ormgen = find_ormgen();
    int ends[2];
    if (pipe(ends) != 0) {
        failed("pipe: %s", strerror(errno));
        return NULL;
    }
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp(ormgen, ormgen, "sql", file, (char *)NULL);
        fprintf(stderr, "ormgen-db: %s: %s\n", ormgen, strerror(errno));
        _exit(4);
    }
    close(ends[1]);
    char *sql = read_all(ends[0]);
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child < 0 || !WIFEXITED(status))
        failed("%s sql %s: did not end by itself", ormgen, file);
    else
        *exit_code = WEXITSTATUS(status);
    free(ormgen);
    if (child > 0 && WIFEXITED(status) && *exit_code == 0)
        return sql;
    free(sql);
    return NULL;
}

/* Past a quoted text, a comment, or one character. */
static const char *skip_token(const char *s)
{
    const char *end = NULL;
    if (*s == '\'' || *s == '"') {
        end = strchr(s + 1, *s);
    } else if (s[0] == '-' && s[1] == '-') {
        end = strchr(s, '\n');
    } else if (s[0] == '/' && s[1] == '*') {
        end = strstr(s + 2, "*/");
        end = end ? end + 1 : NULL;
    } else if (*s == '$') {
        size_t tag = 1;
        while (isalnum((unsigned char)s[tag]) || s[tag] == '_')
            tag++;
        if (s[tag] != '$')
            return s + 1;
        char *quote = text("%.*s", (int)tag + 1, s);
        end = strstr(s + tag + 1, quote);
        end = end ? end + tag : NULL;
        free(quote);
    } else {
        return s + 1;
    }
    return end ? end + 1 : s + strlen(s);
}

/* Past the blanks and comments in front of a statement. */
static const char *skip_blank(const char *s)
{
    while (isspace((unsigned char)*s) || (s[0] == '-' && s[1] == '-') ||
           (s[0] == '/' && s[1] == '*'))
        s = skip_token(s);
    return s;
}

/* The n-th statement, without its semicolon. */
static const char *find_statement(const char *sql, int n, int *len)
{
    const char *start = skip_blank(sql);
    const char *s = start;
    while (*s && !(*s == ';' && n == 0)) {
        if (*s == ';') {
            n--;
            s = start = skip_blank(s + 1);
        } else {
            s = skip_token(s);
        }
    }
    *len = (int)(s - start);
    return start;
}

bool schema_create(PGconn *server, const char *file, const char *sql)
{
    if (!PQsendQuery(server, sql))
        return failed("%s: %s", file, PQerrorMessage(server));
    int done = 0;
    bool ok = true;
    for (PGresult *r; (r = PQgetResult(server)); PQclear(r)) {
        switch (PQresultStatus(r)) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            done++;
            break;
        case PGRES_EMPTY_QUERY:
            break;
        default: {
            int len;
            const char *statement = find_statement(sql, done, &len);
            const char *why = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
            const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
            ok = failed("%s: statement %d of its SQL: %s [%s]\n%.*s", file, done + 1,
                why ? why : PQerrorMessage(server), state ? state : "no state", len,
                statement);
        }
        }
    }
    return ok;
}
