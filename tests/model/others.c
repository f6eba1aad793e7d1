/* others.c: another session writes, and what the database knows better than we. */
#include "ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- Another session --------------------------------------------------------------- */

/* False: a lock that we hold, or a constraint, was in the way. */
static bool run(const char *sql)
{
    PGresult *r = PQexec(w.db, sql);
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    must(good ||
             (state && (strcmp(state, "55P03") == 0 || strncmp(state, "23", 2) == 0)),
        "%s: %s", sql, PQerrorMessage(w.db));
    say("another session: %s: %s\n", sql, good ? "done" : state);
    PQclear(r);
    return good;
}

/* All that is there now and was, or is to be, at other times. */
static void each_base(void (*fn)(struct base *b, unsigned model, const int *v),
    unsigned model, const int *v)
{
    fn(&w.committed, model, v);
    fn(&w.now.base, model, v);
    for (unsigned i = 0; i < w.mark_count; i++)
        fn(&w.marks[i].base, model, v);
}

static void take_row(struct base *b, unsigned model, const int *v)
{
    struct row *r = row_find(b, model, v);
    if (!r)
        r = row_add(b, model);
    must(r, "too many rows");
    memcpy(r->v, v, sizeof r->v);
    r->there = r->murky = true;
}

static void lose_row(struct base *b, unsigned model, const int *v)
{
    static struct base before;
    struct row *r = row_find(b, model, v);
    bool first, last;
    if (!r || !r->there)
        return;
    before = *b;
    r->there = false;
    base_follow(b, &first, &last);
    for (unsigned m = 0; m < model_count; m++)
        for (unsigned i = 0; i < ROWS; i++)
            if (memcmp(&before.rows[m][i], &b->rows[m][i], sizeof before.rows[m][i]))
                b->rows[m][i].murky = true;
    b->murky_lists = ~UINT32_C(0);
}

static void add_list(struct base *b, unsigned model, const int *v)
{
    (void)v;
    b->murky_lists |= BIT(model);
}

static struct row *any_committed(unsigned model)
{
    const unsigned from = chance(ROWS);
    for (unsigned i = 0; i < ROWS; i++)
        if (w.committed.rows[model][(from + i) % ROWS].there)
            return &w.committed.rows[model][(from + i) % ROWS];
    return NULL;
}

static int where(const struct orm_model *m, const int *v, char *sql, size_t size)
{
    int n = 0;
    for (unsigned i = 0; i < m->key_count; i++)
        n += snprintf(sql + n, size - (size_t)n, "%s %s = %d", i ? " and" : " where",
            m->columns[m->key[i]].name, v[m->key[i]]);
    return n;
}

/* A plain text of the model, or -1. */
static int text_of(const struct orm_model *m)
{
    for (int i = 0; i < m->column_count; i++)
        if (type_is_text(&m->columns[i]) && !is_unique(m, (unsigned)i))
            return i;
    return -1;
}

static void update(unsigned model, const struct row *r)
{
    const struct orm_model *m = models[model];
    const int text = text_of(m), version = version_of(m);
    char sql[256];
    int v[COLUMNS];
    if (text < 0)
        return;
    memcpy(v, r->v, sizeof v);
    v[text] = (int)chance(100);
    int n = snprintf(sql, sizeof sql, "update %s set %s = 't%d'", m->table,
        m->columns[text].name, v[text]);
    if (version >= 0)
        n += snprintf(sql + n, sizeof sql - (size_t)n, ", %s = %d",
            m->columns[version].name, ++v[version]);
    where(m, v, sql + n, sizeof sql - (size_t)n);
    if (run(sql))
        each_base(take_row, model, v);
}

static void delete (unsigned model, const struct row *r)
{
    char sql[256];
    int v[COLUMNS];
    memcpy(v, r->v, sizeof v);
    const int n = snprintf(sql, sizeof sql, "delete from %s", models[model]->table);
    where(models[model], v, sql + n, sizeof sql - (size_t)n);
    if (run(sql))
        each_base(lose_row, model, v);
}

/* A row of a model that needs a name only. */
static void insert(unsigned model)
{
    const struct orm_model *m = models[model];
    char sql[256];
    int v[COLUMNS], name = (int)chance(40);
    if (m->column_count != 2 || strcmp(m->columns[1].name, "name") != 0)
        return;
    snprintf(sql, sizeof sql, "insert into %s (name) values ('t%d')", m->table, name);
    if (!run(sql))
        return;
    snprintf(sql, sizeof sql, "select currval(pg_get_serial_sequence('%s', 'id'))",
        m->table);
    v[0] = (int)db_number(w.db, "%s", sql);
    v[1] = name;
    each_base(take_row, model, v);
    each_base(add_list, model, v);
}

void op_other(void)
{
    const unsigned model = chance(model_count), what = chance(8);
    const struct row *r = any_committed(model);
    if (what == 0)
        insert(model);
    else if (r && what == 1)
        delete (model, r);
    else if (r)
        update(model, r);
}

/* -- Outcomes ---------------------------------------------------------------------- */

static unsigned count_rows(const struct base *b, unsigned model)
{
    unsigned n = 0;
    for (unsigned i = 0; i < ROWS; i++)
        n += b->rows[model][i].there;
    return n;
}

/* With the token all of it is there, without it nothing. */
void outcome_find_out(enum orm_outcome outcome, long token)
{
    static struct unit written;
    if (w.cuts)
        db_wait_until_gone(w.db, MODEL_SESSION);
    written = w.now;
    unit_flush(&written, &w.now.base, false);
    const bool is_there =
        db_number(w.db, "select count(*) from ledger where token = %ld", token);
    say("  outcome %d, token %ld is %sthere\n", outcome, token, is_there ? "" : "not ");
    must(is_there || outcome != ORM_COMMITTED, "committed, and not there");
    if (!is_there)
        return;
    base_read(&w.committed);
    for (unsigned m = 0; m < model_count; m++)
        must(count_rows(&w.committed, m) == count_rows(&written.base, m),
            "half written: %u rows of %s, not %u", count_rows(&w.committed, m),
            models[m]->name, count_rows(&written.base, m));
}
