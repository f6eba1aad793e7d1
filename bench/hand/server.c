/* server.c: see server.h. */
#include "server.h"

#include "../die.h"

#include <stdlib.h>

static const int binary[HAND_PARAMS] = {1, 1, 1, 1, 1, 1, 1, 1, 1};

static PGresult *checked(PGresult *r)
{
    const ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        die("%s", PQresultErrorMessage(r));
    return r;
}

void hand_open(struct hand_server *s, const char *conninfo)
{
    *s = (struct hand_server){.conn = PQconnectdb(conninfo)};
    if (PQstatus(s->conn) != CONNECTION_OK)
        die("%s", PQerrorMessage(s->conn));
    PQclear(checked(PQexec(s->conn, "SET client_min_messages = warning")));
}

void hand_close(struct hand_server *s)
{
    PQfinish(s->conn);
    s->conn = NULL;
}

void hand_prepare(struct hand_server *s, const char *name, const char *sql)
{
    PQclear(checked(PQprepare(s->conn, name, sql, 0, NULL)));
}

void hand_command(struct hand_server *s, const char *sql)
{
    s->round_trips++;
    PQclear(checked(PQexec(s->conn, sql)));
}

PGresult *hand_run(struct hand_server *s, const char *name, const struct hand_params *p)
{
    s->statements++;
    s->round_trips++;
    return checked(
        PQexecPrepared(s->conn, name, p->count, p->values, p->lengths, binary, 1));
}

int64_t hand_number(struct hand_server *s, const char *sql)
{
    PGresult *r = checked(PQexec(s->conn, sql));
    const int64_t number = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return number;
}
