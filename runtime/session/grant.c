/* grant.c: a privilege that the role lacks, and the statement that gives it.
 *
 * The server's message ends with the name of what must not be used, in any language.
 */
#include "session/grant.h"

#include <stdio.h>
#include <string.h>

/* What a statement of ours needs.  The first that it has in it tells. */
static const struct {
    const char *has;
    const char *privileges;
} needs[] = {
    {"ON CONFLICT (", "SELECT, INSERT, UPDATE"},
    {"INSERT INTO ", "SELECT, INSERT"},
    {"UPDATE ", "SELECT, UPDATE"},
    {"DELETE FROM ", "SELECT, DELETE"},
    {"", "SELECT"},
};

static const char *privileges_for(const char *sql)
{
    size_t i = 0;
    while (!strstr(sql, needs[i].has))
        i++;
    return needs[i].privileges;
}

static const char *last_word(const char *message)
{
    const char *space = strrchr(message, ' ');
    return space ? space + 1 : message;
}

/* The table of that name: the model's own, or one that it is joined by. */
static bool put_table(struct buffer *to, const struct orm_model *m, const char *name)
{
    if (strcmp(m->table, name) == 0) {
        buffer_table(to, m->schema, m->table);
        return true;
    }
    for (unsigned i = 0; i < m->to_many_count; i++) {
        const struct orm_to_many *rel = &m->to_manys[i];
        if (!rel->join_table || strcmp(rel->join_table, name) != 0)
            continue;
        buffer_table(to, rel->join_schema, rel->join_table);
        return true;
    }
    return false;
}

/* "SELECT, INSERT ON "public"."book"", or nothing that we know of. */
static void put_grant(
    struct buffer *to, const struct orm_model *m, const char *name, const char *sql)
{
    struct buffer table = {0};
    if (strstr(sql, "nextval(")) {
        buffer_text(to, "USAGE ON SEQUENCE ");
        buffer_table(to, m->schema, name);
    } else if (put_table(&table, m, name)) {
        buffer_text(to, privileges_for(sql));
        buffer_text(to, " ON ");
        buffer_add(to, table.data, table.length);
    } else if (strcmp(m->schema, name) == 0) {
        buffer_text(to, "USAGE ON SCHEMA ");
        buffer_identifier(to, name);
    }
    buffer_free(&table);
}

/* A transaction's settings may have changed it. */
static void put_role(struct buffer *to, const struct orm_session *s)
{
    buffer_text(to, " TO ");
    if (s->begin.has_settings)
        buffer_text(to, "its role");
    else
        buffer_identifier(to, pg_user(s->pg));
}

bool grant_tell(struct orm_session *s, const struct orm_model *m)
{
    struct orm_error *e = &s->error;
    if (!m || strcmp(e->sqlstate, "42501") != 0)
        return false;
    const struct pg_statement *st = statement_named(&s->statements, e->statement);
    struct buffer grant = {0};
    put_grant(&grant, m, last_word(e->message), st ? st->sql : "");
    if (grant.length)
        put_role(&grant, s);
    char said[sizeof e->message];
    error_copy(said, sizeof said, e->message);
    const bool told = grant.length && !grant.failed;
    if (told) {
        const int length = (int)grant.length;
        error_retell(e, m, NULL, "%s; GRANT %.*s", said, length, grant.data);
        snprintf(e->hint, sizeof e->hint, "GRANT %.*s", length, grant.data);
    }
    buffer_free(&grant);
    return told;
}
