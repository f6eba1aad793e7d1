/* drift_world.c: see drift_world.h. */
#include "drift_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static char sql[16384];

void world_read(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot read %s", path);
    const size_t length = fread(sql, 1, sizeof sql - 1, f);
    assert_true(length < sizeof sql - 1);
    sql[length] = '\0';
    fclose(f);
}

const char *world_role(PGconn *on)
{
    return db_text(on, "select 'role_of_' || current_database()");
}

void world_make(PGconn *on)
{
    const char *role = world_role(on);
    db_exec(on, "drop schema if exists public cascade;"
                "drop schema if exists elsewhere cascade; create schema public;");
    PGresult *made = PQexec(on, sql);
    if (PQresultStatus(made) != PGRES_COMMAND_OK)
        fail_msg("%s", PQerrorMessage(on));
    PQclear(made);
    if (db_number(on, "select count(*) from pg_roles where rolname = '%s'", role) == 0)
        db_exec(on, "create role \"%s\"", role);
    db_exec(on,
        "grant all on schema public to \"%s\";"
        "grant all on all tables in schema public to \"%s\";"
        "grant all on all sequences in schema public to \"%s\"",
        role, role, role);
    db_exec(on, "insert into shop (name) values ('old'), ('new');"
                "insert into item (name, price, pieces, seen, mood, code, shop_id)"
                " select 'item ' || i, i * 1.25, i, '2026-01-01', 'fine', i, 1"
                " from generate_series(1, 3) i;"
                "insert into tag values ('red');"
                "insert into item_tags values (1, 'red')");
}

void world_drop_role(PGconn *on)
{
    const char *role = world_role(on);
    db_exec(on, "drop owned by \"%s\"; drop role \"%s\"", role, role);
}
