/* open.c: a session is opened, reset and closed. */
#include "unit/open.h"

#include "base/clock.h"
#include "base/memory.h"
#include "bulk/copy.h"
#include "objects/identity.h"
#include "objects/list.h"
#include "objects/report.h"
#include "objects/scope.h"
#include "relations/stream.h"
#include "session/flight.h"
#include "unit/fit.h"
#include "write/hooks.h"

#include <string.h>

/* -- Connecting -------------------------------------------------------------------- */

static const struct orm_column text_column = {.type = ORM_TEXT};

static void put_names(struct orm_session *s, bool schemas)
{
    params_array_begin(&s->params, type_oids(&text_column, NULL).oid);
    for (size_t i = 0; i < s->enums->count; i++) {
        const struct orm_named_type *e = s->enums->enums[i];
        params_array_add(&s->params, &text_column,
            (union orm_value){.text = schemas ? e->schema : e->name});
    }
    params_array_end(&s->params);
}

static uint32_t oid_of(struct pg_cell cell)
{
    static const struct orm_column oid_column = {.type = ORM_INT4};
    return cell.data && cell.length == 4
               ? (uint32_t)type_decode(&oid_column, cell).integer
               : 0;
}

static struct pg_statement *types_statement(struct orm_session *s)
{
    static const uint32_t types[] = {1009, 1009};
    shape_begin(s, 'E', NULL);
    struct pg_statement *st = shape_known(s);
    if (st)
        return st;
    buffer_text(&s->sql,
        "SELECT t.oid, t.typarray FROM unnest($1, $2) WITH ORDINALITY AS e(s, n, i) "
        "LEFT JOIN pg_namespace AS ns ON ns.nspname = e.s::name "
        "LEFT JOIN pg_type AS t ON t.typnamespace = ns.oid AND t.typname = e.n::name "
        "AND t.typtype IN ('e', 'b', 'd') ORDER BY e.i");
    return shape_make(s, types, 2, false);
}

static bool add_types(struct orm_session *s)
{
    params_clear(&s->params);
    put_names(s, true);
    put_names(s, false);
    return params_finish(&s->params, &s->error) &&
           flight_add(s, types_statement(s), &s->params);
}

/* Statements and tables that took a type for another are asked again. */
static void take_type(struct orm_session *s, size_t i, struct type_oids now)
{
    struct type_oids *known = &s->enums->oids[i];
    if (known->oid == now.oid && known->array_oid == now.array_oid)
        return;
    if (known->oid) {
        statement_retype(&s->statements, known->oid, now.oid);
        statement_retype(&s->statements, known->array_oid, now.array_oid);
    }
    session_distrust_tables(s);
    *known = now;
}

/* What the columns of results are compared with, one by one: load.c. */
static void look_up_oids(struct orm_session *s)
{
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        const struct orm_model *m = s->models[i].model;
        for (unsigned c = 0; c < m->column_count; c++)
            s->models[i].oids[c] = type_oids(&m->columns[c], s->enums).oid;
    }
}

static bool take_types(struct orm_session *s, const struct pg_result *r)
{
    if (pg_rows(r) != s->enums->count || pg_columns(r) != 2)
        return error_set(
            &s->error, ORM_LOST, "the server broke the protocol at the start");
    for (size_t i = 0; i < pg_rows(r); i++)
        take_type(s, i,
            (struct type_oids){oid_of(pg_value(r, i, 0)), oid_of(pg_value(r, i, 1))});
    look_up_oids(s);
    return true;
}

void open_look_up_types(struct orm_session *s)
{
    const enum transaction was = s->transaction;
    s->transaction = TX_NONE;
    if (s->enums->count && flight_begin(s) && add_types(s) && flight_land(s, NULL))
        take_types(s, flight_result(s, 0));
    flight_end(s);
    s->transaction = was;
}

/* What the server is to wait for at most, unless the conninfo's `options`, in $1, the
 * role, the database or the server's own file says something of it. */
static bool add_limits(struct orm_session *s, struct params *options)
{
    static const uint32_t types[] = {25};
    shape_begin(s, 'N', NULL);
    struct pg_statement *st = shape_known(s);
    if (!st) {
        buffer_text(&s->sql,
            "SELECT set_config(l.name, l.value, false) FROM (VALUES"
            " ('statement_timeout', '1h'), ('lock_timeout', '30s'),"
            " ('idle_in_transaction_session_timeout', '10min'),"
            /* A query whose client has gone ends; no other system can tell. */
            " ('client_connection_check_interval',"
            " CASE WHEN version() LIKE '%linux%' THEN '10s' ELSE '0' END))"
            " AS l(name, value) WHERE current_setting(l.name, true) = '0'"
            " AND $1 !~ ('(-c *|--)' || replace(l.name, '_', '[-_]') || ' *=')"
            " AND l.name || '=0' NOT IN"
            " (SELECT unnest(r.setconfig) FROM pg_db_role_setting AS r"
            " LEFT JOIN pg_database AS d ON d.oid = r.setdatabase"
            " WHERE coalesce(d.datname, current_database()) = current_database()"
            " AND r.setrole IN (0, quote_ident(session_user)::regrole))");
        st = shape_make(s, types, 1, false);
    }
    params_add_text(options, pg_options(s->pg));
    return params_finish(options, &s->error) && flight_add(s, st, options);
}

/* The first flight: pins the search path, so that no function or operator of a schema
 * that others can write to is ever called, and looks up the enums by name. */
static bool introduce(struct orm_session *s)
{
    static const char set_path[] =
        "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)";
    struct params options = {0};
    const bool good = flight_begin(s) && flight_command(s, set_path) &&
                      add_limits(s, &options) && add_types(s) && flight_land(s, NULL) &&
                      take_types(s, flight_result(s, 2));
    flight_end(s);
    params_free(&options);
    return good;
}

static void connect(struct orm_session *s)
{
    statement_forget_prepared(&s->statements);
    session_distrust_tables(s);
    s->transaction = TX_NONE;
    const int64_t deadline = s->deadline;
    s->deadline = pg_connect_deadline(s->conninfo, deadline);
    s->pg = pg_connect(s->conninfo, s->deadline, &s->error);
    if (s->pg && !introduce(s)) {
        pg_close(s->pg);
        s->pg = NULL;
    }
    s->deadline = deadline;
}

static void disconnect(struct orm_session *s)
{
    s->round_trips += pg_round_trips(s->pg);
    pg_close(s->pg);
    s->pg = NULL;
    s->ahead = NULL;
}

bool session_connect_again(struct orm_session *s)
{
    disconnect(s);
    connect(s);
    return !s->error.code;
}

/* -- Memory ------------------------------------------------------------------------ */

static bool make_empty_lists(struct orm_session *s)
{
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        s->models[i].empty = list_make(&s->own, s->models[i].model, NULL, 0);
        if (!s->models[i].empty)
            return false;
    }
    return true;
}

static bool number_models(struct orm_session *s)
{
    const struct orm_schema *schema = s->schema;
    size_t object_bytes = 0, columns = 0, lists = 0;
    for (unsigned i = 0; i < schema->model_count; i++) {
        object_bytes += schema->models[i]->size;
        columns += schema->models[i]->column_count;
        lists += schema->models[i]->to_many_count;
    }
    s->models = memory_get_zeroed(schema->model_count * sizeof *s->models);
    s->placeholders = memory_get_zeroed(2 * object_bytes);
    s->oids = memory_get_zeroed(columns * sizeof *s->oids);
    s->once_from = memory_get_zeroed((lists + 1) * sizeof *s->once_from);
    if (!s->models || !s->placeholders || !s->oids || !s->once_from ||
        !numbers_reserve(&s->numbers, schema->model_count))
        return false;
    char *placeholder = s->placeholders;
    uint32_t *oids = s->oids, *once_from = s->once_from;
    for (unsigned i = 0; i < schema->model_count; i++) {
        const struct orm_model *m = schema->models[i];
        numbers_add(&s->numbers, m);
        s->models[i].model = m;
        s->models[i].session = s;
        s->models[i].load = (struct orm_load){s, m, NULL};
        s->models[i].table.holds = &m->whole->unloaded;
        s->models[i].placeholder = placeholder;
        s->models[i].blank = placeholder + object_bytes;
        s->models[i].oids = oids;
        s->models[i].once_from = once_from;
        placeholder += m->size;
        oids += m->column_count;
        once_from += m->to_many_count;
    }
    return true;
}

/* What the tables say, once they are known to be right. */
static void prepare_models(struct orm_session *s)
{
    for (unsigned i = 0; i < s->schema->model_count; i++) {
        struct model_state *of = &s->models[i];
        of->is_by_number = key_is_number(key_of_model(of->model));
        object_prepare(of);
    }
}

/* An enum has one table, whichever models have columns of it. */
static bool number_enums(struct orm_session *s)
{
    struct enum_oids *e = s->enums = memory_get_zeroed(sizeof *e);
    for (unsigned i = 0; e && i < s->schema->model_count; i++) {
        const struct orm_model *m = s->schema->models[i];
        for (unsigned c = 0; c < m->column_count; c++) {
            if (!m->columns[c].named)
                continue;
            if (!numbers_reserve(&e->numbers, 1))
                return false;
            numbers_add(&e->numbers, m->columns[c].named);
        }
    }
    if (!e)
        return false;
    e->count = e->numbers.count;
    e->enums = memory_get_zeroed(e->count * sizeof *e->enums);
    e->oids = memory_get_zeroed(e->count * sizeof *e->oids);
    if (!e->enums || !e->oids)
        return false;
    for (size_t i = 0; i < e->numbers.capacity; i++)
        if (e->numbers.slots[i].table)
            e->enums[e->numbers.slots[i].number] = e->numbers.slots[i].table;
    return true;
}

static void free_enums(struct enum_oids *e)
{
    if (!e)
        return;
    numbers_free(&e->numbers);
    memory_free(e->enums);
    memory_free(e->oids);
    memory_free(e);
}

static void free_objects(struct orm_session *s)
{
    hooks_forget(s);
    s->former_count = 0;
    for (unsigned i = 0; s->models && i < s->schema->model_count; i++) {
        idmap_clear(&s->models[i].map);
        memory_free(s->models[i].spare_keys);
        s->models[i].spare_keys = NULL;
        s->models[i].spare_count = s->models[i].spare_capacity = 0;
        s->models[i].unwritten = 0;
    }
    s->change_count = s->link_count = s->upsert_count = s->undo_count = 0;
    s->is_behind = false;
    report_forget_all(s);
    if (s->models)
        copy_free_all(s);
    stream_free_all(s);
    scope_drop_all(s);
    arena_clear(&s->undo_arena);
    arena_clear(&s->scratch);
    blocks_settle(&s->blocks);
}

static void free_session(struct orm_session *s)
{
    disconnect(s);
    free_objects(s);
    for (unsigned i = 0; s->models && i < s->schema->model_count; i++)
        idmap_free(&s->models[i].map);
    hooks_free(s);
    report_free(s);
    arena_free(&s->own.arena);
    arena_free(&s->undo_arena);
    arena_free(&s->scratch);
    arena_free(&s->planning);
    blocks_free(&s->blocks);
    statement_free_all(&s->statements);
    statement_free_retired(s->leaving);
    buffer_free(&s->shape);
    buffer_free(&s->sql);
    params_free(&s->params);
    for (size_t i = 0; i < s->kept_count; i++)
        params_free(&s->kept_params[i]);
    memory_free(s->kept_params);
    params_free(&s->begin.settings);
    memory_free(s->items);
    memory_free(s->changes);
    memory_free(s->links);
    memory_free(s->upserts);
    memory_free(s->formers);
    memory_free(s->followed);
    memory_free(s->undos);
    memory_free(s->alias_pasts);
    memory_free(s->savepoints);
    memory_free(s->crossings);
    memory_free(s->models);
    numbers_free(&s->numbers);
    free_enums(s->enums);
    memory_free(s->placeholders);
    memory_free(s->oids);
    memory_free(s->once_from);
    memory_free(s->conninfo);
    memory_free(s);
}

/* -- Opening and closing ----------------------------------------------------------- */

struct orm_session *orm_open(const char *conninfo, const struct orm_schema *schema)
{
    struct orm_session *s = memory_get_zeroed(sizeof *s);
    if (!s)
        return NULL;
    s->schema = schema;
    s->own.session = s;
    s->scope = &s->own;
    s->own.arena.waiting = s->undo_arena.waiting = s->scratch.waiting =
        s->planning.waiting = &s->blocks;
    s->unit = 1;
    s->deadline = CLOCK_NEVER;
    s->fetch = ORM_FETCH_PEERS;
    s->budget.most = ORM_UNLIMITED;
    s->write = orm_flush;
    if (conninfo) {
        s->conninfo = memory_get(strlen(conninfo) + 1);
        if (!s->conninfo)
            goto fail;
        memcpy(s->conninfo, conninfo, strlen(conninfo) + 1);
    }
    if (!number_models(s) || !number_enums(s) || !make_empty_lists(s))
        goto fail;
    if (schema->abi != ORM_MODEL_ABI ||
        schema->object_size != sizeof(struct orm_object))
        error_set(&s->error, ORM_INVALID,
            "%s was generated for runtime ABI %u, this is %u: run ormgen again",
            schema->name, (unsigned)schema->abi, (unsigned)ORM_MODEL_ABI);
    else if (fit_check(s)) {
        prepare_models(s);
        connect(s);
    }
    return s;

fail:
    free_session(s);
    return NULL;
}

void orm_close(struct orm_session *s)
{
    if (s)
        free_session(s);
}

void orm_adopt(struct orm_session *s)
{
    if (s)
        pg_adopt(s->pg);
}

void orm_reset(struct orm_session *s)
{
    if (!s || !hooks_allow(s, "orm_reset"))
        return;
    orm_adopt(s);
    orm_rollback(s);
    free_objects(s);
    error_clear(&s->error);
    if (!make_empty_lists(s))
        session_nomem(s);
    if (!pg_settle(s->pg))
        session_connect_again(s);
}
