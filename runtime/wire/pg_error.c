/* pg_error.c: from what the server said, or did not live to say, to an error. */
#include "wire/pg_inner.h"

#include "wire/sqlstate.h"

#include <stdio.h>
#include <string.h>

static void copy_field(char *to, size_t size, const PGresult *r, int which)
{
    const char *text = PQresultErrorField(r, which);
    error_copy(to, size, text ? text : "");
}

static void keep_said(struct pg_said *said, const PGresult *r)
{
    copy_field(said->sqlstate, sizeof said->sqlstate, r, PG_DIAG_SQLSTATE);
    copy_field(said->schema, sizeof said->schema, r, PG_DIAG_SCHEMA_NAME);
    copy_field(said->table, sizeof said->table, r, PG_DIAG_TABLE_NAME);
    copy_field(said->column, sizeof said->column, r, PG_DIAG_COLUMN_NAME);
    const char *detail = PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL);
    const bool fits = detail && strlen(detail) < sizeof said->detail;
    snprintf(said->detail, sizeof said->detail, "%s", fits ? detail : "");
}

void pg_fail_by_result(
    struct pg *c, const PGresult *r, struct orm_error *e, struct pg_failure *failure)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const char *routine = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);
    const bool fatal = severity && strcmp(severity, "ERROR") != 0;

    if (!state) {
        error_set(e, ORM_LOST, "the connection failed: %s", PQresultErrorMessage(r));
        return;
    }
    failure->server_said = !fatal;
    if (strcmp(state, "26000") == 0)
        failure->remedy = PG_PREPARE_AGAIN;
    else if (strcmp(state, "42P05") == 0)
        failure->remedy = PG_USE_AS_IS;
    else if (strcmp(state, "0A000") == 0 && routine &&
             strcmp(routine, "RevalidateCachedQuery") == 0)
        failure->remedy = PG_RENAME;

    enum orm_code code = code_of_sqlstate(state);
    if (strcmp(state, "XX000") == 0 && primary &&
        strstr(primary, "lookup failed for type"))
        code = ORM_DRIFT; /* it was made anew, and has another oid */
    if (e->code)
        return;
    error_set(e, code, "%s", primary ? primary : "the server gave no reason");
    error_copy(e->sqlstate, sizeof e->sqlstate, state);
    copy_field(e->constraint, sizeof e->constraint, r, PG_DIAG_CONSTRAINT_NAME);
    copy_field(e->hint, sizeof e->hint, r, PG_DIAG_MESSAGE_HINT);
    copy_field(e->detail, sizeof e->detail, r, PG_DIAG_MESSAGE_DETAIL);
    keep_said(&c->said, r);
}

bool pg_lost(struct pg *c, struct orm_error *e)
{
    if (c->farewell.code && !e->code) {
        *e = c->farewell;
        return false;
    }
    const char *why = PQerrorMessage(c->conn);
    return error_set(e, ORM_LOST, "the connection is lost: %s",
        why && *why ? why : "the server closed it");
}

const struct pg_said *pg_said(const struct pg *c)
{
    return &c->said;
}
