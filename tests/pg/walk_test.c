/* walk_test.c: random programs of loads, walks and writes, each run twice, on a schema
 * that has all kinds of relations and on random ones.
 *
 * Once as programs run: with the identity map, peers, scopes that come and go, and
 * changes that wait until something flushes them.  And once bare: before each access
 * the session forgets everything, loads the one object and its one relation; and each
 * change is committed at once.  Both must see the same rows, the first with no more
 * queries, and as one object per row; and leave the same database.  A failure names its
 * seed; ORMGEN_SEED=n runs that program alone, ORMGEN_TORTURE=full fifty times as many.
 */
#include "pgtest.h"
#include "sessions.h"
#include "walk_rows.h"

#include <objects/identity.h>
#include <objects/list.h>
#include <objects/relate.h>

#include WALK_HEADER /* of a schema whose module is maze */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PROGRAMS 15
#define STEPS    40
#define ROWS     256
#define SETS     4
#define SET_ROWS 12

/* A row that a program has met. */
struct row {
    const struct orm_model *model;
    char name[64];
    union orm_value key[2];
    char text[2][32];          /* of the key */
    struct orm_object *object; /* NULL: forgotten */
    unsigned depth;            /* scopes that were open when it was met */
    bool made;                 /* by the program, and nothing refers to it */
};

struct set {
    struct row *rows[SET_ROWS];
    size_t count;
};

struct run {
    bool bare;
    struct orm_session *s;
    struct row rows[ROWS];
    size_t row_count;
    struct set sets[SETS];
    unsigned depth;
    bool wrote;
    unsigned long long queries;
    unsigned long long cost; /* queries of accesses */
    struct buffer trace;
};

static unsigned seed;
static unsigned step;
static uint64_t state_of_chance;

static unsigned chance(unsigned below)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state_of_chance >> 33) % below;
}

#define check(run, condition)                                                          \
    do {                                                                               \
        if (!(condition))                                                              \
            fail_msg("seed %u, step %u%s: %s\n%s", seed, step,                         \
                (run)->bare ? ", bare" : "", #condition, orm_message((run)->s));       \
    } while (0)

static void note(struct run *r, const char *text)
{
    buffer_text(&r->trace, text);
    buffer_text(&r->trace, " ");
}

/* -- Rows -------------------------------------------------------------------------- */

static void remember_key(struct row *row, const struct orm_object *o)
{
    const struct key_columns k = key_of_model(o->model);
    key_read(k, o, row->key);
    for (unsigned i = 0; i < k.count; i++)
        if (type_is_text(&o->model->columns[k.at[i]])) {
            snprintf(row->text[i], sizeof row->text[i], "%s", row->key[i].text);
            row->key[i].text = row->text[i];
        }
}

/* The row of an object that was met now. */
static struct row *meet(struct run *r, struct orm_object *o)
{
    char name[64];
    object_describe(o, name, sizeof name);
    struct row *row = r->rows;
    while (row < r->rows + r->row_count && strcmp(row->name, name) != 0)
        row++;
    if (row == r->rows + r->row_count) {
        check(r, r->row_count < ROWS);
        r->row_count++;
        *row = (struct row){.model = o->model};
        memcpy(row->name, name, sizeof name);
        remember_key(row, o);
    }
    check(r, r->bare || !row->object || row->object == o);
    if (!row->object)
        row->depth = r->depth;
    row->object = o;
    note(r, name);
    return row;
}

/* The row's object, loaded if the program has none of it. */
static struct orm_object *take(struct run *r, struct row *row)
{
    if (r->bare)
        orm_reset(r->s);
    if (r->bare || !row->object) {
        row->object = orm_get(orm_table(r->s, row->model), row->key);
        row->depth = r->depth;
    }
    check(r, row->object);
    return row->object;
}

static void put(struct set *set, struct row *row)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i] == row)
            return;
    if (set->count < SET_ROWS)
        set->rows[set->count++] = row;
}

/* -- Accesses ---------------------------------------------------------------------- */

static void see_values(struct run *r, const struct orm_object *o)
{
    char number[32];
    for (unsigned i = 0; i < o->model->column_count; i++) {
        const struct orm_column *c = &o->model->columns[i];
        const union orm_value v = type_get(c, o);
        snprintf(number, sizeof number, "%lld", (long long)v.integer);
        if (object_is_loaded(o, i) && i < model_eager_count(o->model))
            note(r, !orm_has(o, i) ? "-" : type_is_text(c) ? v.text : number);
    }
}

/* What a slot without an object says. */
static enum orm_ref without_object(const struct orm_object *o, unsigned slot)
{
    const struct orm_to_one *ref = &o->model->to_ones[slot];
    return key_is_null(ref_columns(o->model, ref), o) ? ORM_REF_NULL : ORM_REF_MISSING;
}

static void follow(struct run *r, struct orm_object *o, unsigned slot, struct set *to)
{
    struct orm_object *target = orm_load_ref(o, slot);
    const enum orm_ref state = orm_ref_state(o, slot);
    check(r, state == (target ? ORM_REF_LOADED : without_object(o, slot)));
    if (target)
        put(to, meet(r, target));
    else
        note(r, "nothing");
}

static void list(struct run *r, struct orm_object *o, unsigned slot, struct set *to)
{
    struct orm_manager *m = object_manager(o, &o->model->to_manys[slot]);
    const void *l = orm_all(m);
    check(r, orm_count(m, NULL) == list_length(l));
    for (size_t i = 0; i < list_length(l); i++)
        put(to, meet(r, list_item(l, i)));
    note(r, ";");
}

static void read_lazy(struct run *r, struct orm_object *o, unsigned column)
{
    orm_load_lazy(o, column);
    check(r, object_is_loaded(o, column));
    note(r, orm_has(o, column) ? object_value(o, column).text : "-");
}

enum access {
    FOLLOW,
    LIST,
    LAZY
};

/* Rows of a relation of the model with itself are regrouped while the loop goes. */
static bool stays_in_model(const struct orm_model *m, enum access what, unsigned at)
{
    return (what == FOLLOW && m->to_ones[at].target == m) ||
           (what == LIST && m->to_manys[at].target == m);
}

/* What a loop over the objects may cost at most: a group counts once. */
static size_t count_groups(struct run *r, const struct set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct orm_group *g = take(r, set->rows[i])->group;
        bool known = false;
        for (size_t j = 0; g && j < i; j++)
            known |= set->rows[j]->object->group == g;
        n += !known;
    }
    return n;
}

/* One relation or column of all in the set: what a loop reads. */
static void loop(struct run *r, enum access what, unsigned at, struct set *set)
{
    struct set to = {0};
    const size_t groups = r->bare ? set->count : count_groups(r, set);
    unsigned long long cost = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct orm_object *o = take(r, set->rows[i]);
        const uint64_t before = r->queries;
        if (what == FOLLOW)
            follow(r, o, at, &to);
        else if (what == LIST)
            list(r, o, at, &to);
        else
            read_lazy(r, o, at);
        cost += r->queries - before;
    }
    const struct orm_model *m = set->rows[0]->model;
    /* What a change concerns is loaded alone. */
    const bool each = r->wrote || stays_in_model(m, what, at) ||
                      (what == LIST && m->to_manys[at].fetch == ORM_FETCH_ONE);
    check(r, cost <= (each ? set->count : groups * (what == LIST ? 2 : 1)));
    r->cost += cost;
    if (to.count)
        r->sets[chance(SETS)] = to;
}

/* -- Writes ------------------------------------------------------------------------ */

static void count_queries(void *arg, const struct orm_statement *statement)
{
    struct run *r = arg;
    r->queries += statement->counted && strncmp(statement->sql, "SELECT", 6) == 0;
}

/* What an object that waited for the commit is held by goes with it. */
static void commit(struct run *r)
{
    for (size_t i = 0; i < r->row_count; i++) {
        const struct orm_object *o = r->bare ? NULL : r->rows[i].object;
        if (o && o->scope->outer && o->scope->outer->held == o->scope)
            r->rows[i].object = NULL;
    }
    check(r, orm_commit(r->s));
}

static void written(struct run *r)
{
    r->wrote = true;
    if (r->bare)
        commit(r);
}

/* One more object at the same time. */
static struct orm_object *take_too(struct run *r, struct row *row)
{
    if (r->bare || !row->object) {
        row->object = orm_get(orm_table(r->s, row->model), row->key);
        row->depth = r->depth;
    }
    check(r, row->object);
    return row->object;
}

static bool is_in(const struct orm_constraint *c, unsigned column)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->columns[i] == column)
            return true;
    return false;
}

/* No constraint has a say in it. */
static bool is_plain(const struct orm_model *m, unsigned column)
{
    for (unsigned i = 0; i < m->constraint_count; i++)
        if (is_in(&m->constraints[i], column))
            return false;
    return true;
}

static void put_value(struct orm_object *o, unsigned column, unsigned number)
{
    const struct orm_column *c = &o->model->columns[column];
    char text[32];
    snprintf(text, sizeof text, "%c%u", (char)('a' + number % 3), number);
    if (c->type == ORM_VARCHAR && c->length < sizeof text)
        text[c->length] = '\0';
    if (type_is_text(c))
        orm_set_text(o, column, text);
    else
        orm_set_integer(o, column, number);
}

static void change(struct run *r, struct row *row)
{
    const unsigned column = chance(row->model->column_count);
    const bool empties = chance(3) == 0;
    if (!is_plain(row->model, column))
        return;
    struct orm_object *o = take(r, row);
    if (empties && row->model->columns[column].flags & ORM_COLUMN_NULLABLE)
        orm_set_null(o, column);
    else
        put_value(o, column, 5000 + step);
    written(r);
}

/* Some row of the model that the program has met, or NULL. */
static struct row *some_row(struct run *r, const struct orm_model *m)
{
    const size_t from = r->row_count ? chance((unsigned)r->row_count) : 0;
    for (size_t i = 0; i < r->row_count; i++) {
        struct row *row = &r->rows[(from + i) % r->row_count];
        if (row->model == m)
            return row;
    }
    return NULL;
}

static bool is_given(const struct orm_model *m, const struct orm_to_one *ref)
{
    return !ref->reverse && !ref->unique &&
           !key_has_column(key_of_model(m), ref->columns[0]);
}

static void refer(struct run *r, struct row *row)
{
    const struct orm_model *m = row->model;
    const unsigned slot = m->to_one_count ? chance(m->to_one_count) : 0;
    if (!m->to_one_count || !is_given(m, &m->to_ones[slot]))
        return;
    const bool none = m->to_ones[slot].clears && chance(3) == 0;
    struct row *to = none ? NULL : some_row(r, m->to_ones[slot].target);
    if (!none && !to)
        return;
    struct orm_object *o = take(r, row);
    orm_set_ref(o, slot, to ? take_too(r, to) : NULL);
    if (to)
        to->made = false;
    written(r);
}

static void join(struct run *r, struct row *row)
{
    const struct orm_model *m = row->model;
    const unsigned slot = m->to_many_count ? chance(m->to_many_count) : 0;
    const bool adds = chance(2);
    if (!m->to_many_count || m->to_manys[slot].kind != ORM_MANY_JOIN)
        return;
    struct row *to = some_row(r, m->to_manys[slot].target);
    if (!to)
        return;
    struct orm_object *o = take(r, row);
    struct orm_manager *many = object_manager(o, &m->to_manys[slot]);
    if (adds)
        orm_add(many, take_too(r, to));
    else
        orm_remove(many, take_too(r, to));
    written(r);
}

/* Every reference of a new row that must lead somewhere does. */
static bool may_make(struct run *r, const struct orm_model *m)
{
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (!m->to_ones[k].reverse && !m->to_ones[k].clears &&
            (!is_given(m, &m->to_ones[k]) || !some_row(r, m->to_ones[k].target)))
            return false;
    return r->row_count < ROWS / 2;
}

static bool is_foreign(const struct orm_model *m, unsigned column)
{
    for (unsigned k = 0; k < m->to_one_count; k++)
        if (!m->to_ones[k].reverse &&
            key_has_column(ref_columns(m, &m->to_ones[k]), column))
            return true;
    return false;
}

static void make(struct run *r)
{
    const struct orm_model *m = maze_schema.models[chance(maze_schema.model_count)];
    if (!may_make(r, m))
        return;
    if (r->bare)
        orm_reset(r->s);
    struct orm_object *o = orm_new(orm_table(r->s, m));
    for (unsigned i = 0; i < m->column_count; i++)
        if (!is_foreign(m, i) && !(m->columns[i].flags & ORM_COLUMN_IDENTITY))
            put_value(o, i, 1000 + step);
    for (unsigned k = 0; k < m->to_one_count; k++) {
        struct row *to =
            is_given(m, &m->to_ones[k]) ? some_row(r, m->to_ones[k].target) : NULL;
        if (!to)
            continue;
        orm_set_ref(o, k, take_too(r, to));
        to->made = false;
    }
    check(r, orm_flush(r->s));
    struct row *row = meet(r, o);
    row->made = true;
    put(&r->sets[chance(SETS)], row);
    written(r);
}

/* Only what nothing refers to; the program forgets it. */
static void delete_one(struct run *r, struct row *row)
{
    if (!row->made)
        return;
    orm_delete(take(r, row));
    written(r);
    for (size_t i = 0; i < SETS; i++)
        for (size_t k = 0; k < r->sets[i].count;)
            if (r->sets[i].rows[k] == row)
                r->sets[i].rows[k] = r->sets[i].rows[--r->sets[i].count];
            else
                k++;
    *row = (struct row){.name = "deleted"};
}

static void write_something(struct run *r)
{
    const unsigned what = chance(9);
    const struct set *set = &r->sets[chance(SETS)];
    struct row *row = set->count ? set->rows[chance((unsigned)set->count)] : NULL;
    if (what == 0)
        make(r);
    else if (what == 1)
        commit(r);
    else if (!row)
        return;
    else if (what == 2)
        delete_one(r, row);
    else if (what < 5)
        join(r, row);
    else if (what < 7)
        refer(r, row);
    else
        change(r, row);
}

/* -- Steps ------------------------------------------------------------------------- */

/* Objects of one model in a set are one loop. */
static struct set of_one_model(const struct set *set)
{
    struct set some = {0};
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i]->model == set->rows[0]->model)
            put(&some, set->rows[i]);
    return some;
}

static void find_some(struct run *r)
{
    const struct orm_model *m = maze_schema.models[chance(maze_schema.model_count)];
    struct orm_query q = {.limit = 1 + chance(SET_ROWS)};
    for (unsigned i = 0; i < m->key_count; i++)
        q.order[i] = orm_order_by(m->key[i], chance(2));
    if (r->bare)
        orm_reset(r->s);
    const void *l = orm_find(orm_table(r->s, m), &q);
    struct set to = {0};
    for (size_t i = 0; i < list_length(l); i++)
        put(&to, meet(r, list_item(l, i)));
    r->sets[chance(SETS)] = to;
}

static void begin_scope(struct run *r)
{
    if (r->depth == 3)
        return;
    r->depth++;
    if (!r->bare)
        orm_scope_begin(r->s);
}

static void end_scope(struct run *r)
{
    if (!r->depth)
        return;
    r->depth--;
    if (r->bare)
        return;
    orm_scope_end(r->s);
    for (size_t i = 0; i < r->row_count; i++)
        if (r->rows[i].depth > r->depth)
            r->rows[i].object = NULL;
}

static void keep_one(struct run *r, const struct set *set)
{
    struct row *row = set->count ? set->rows[chance((unsigned)set->count)] : NULL;
    if (!row || r->bare || !row->object || !row->depth)
        return;
    orm_keep(row->object);
    row->depth--;
}

static void walk(struct run *r)
{
    struct set set = of_one_model(&r->sets[chance(SETS)]);
    const unsigned what = chance(8), at = chance(64);
    if (!set.count)
        return;
    const struct orm_model *m = set.rows[0]->model;
    if (what < 3 && m->to_one_count)
        loop(r, FOLLOW, at % m->to_one_count, &set);
    else if (what < 6 && m->to_many_count)
        loop(r, LIST, at % m->to_many_count, &set);
    else if (what == 6 && m->lazy_count)
        loop(r, LAZY, model_eager_count(m) + at % m->lazy_count, &set);
    else
        for (size_t i = 0; i < set.count; i++)
            see_values(r, take(r, set.rows[i]));
}

static void take_step(struct run *r)
{
    const unsigned what = chance(20);
    if (what > 15)
        write_something(r);
    else if (what < 3)
        find_some(r);
    else if (what == 3)
        begin_scope(r);
    else if (what == 4)
        end_scope(r);
    else if (what == 5)
        keep_one(r, &r->sets[chance(SETS)]);
    else
        walk(r);
    buffer_text(&r->trace, "\n");
    check(r, orm_status(r->s) == ORM_OK);
}

/* -- Programs ---------------------------------------------------------------------- */

static void arrange(void)
{
    db_truncate(db);
    struct orm_session *s = orm_open(db_conninfo(), &maze_schema);
    state_of_chance = seed;
    walk_arrange(s, &maze_schema, chance);
    orm_close(s);
}

/* What the database holds at the end. */
static void note_tables(struct run *r)
{
    char tables[4096];
    snprintf(tables, sizeof tables, "%s",
        db_text(db,
            "select tablename from pg_tables where schemaname = 'public' order by 1"));
    for (const char *at = tables; *at;) {
        const int length = (int)strcspn(at, "\n");
        note(r, db_text(db, "select t::text from %.*s t order by 1", length, at));
        buffer_text(&r->trace, "\n");
        at += length + (at[length] == '\n');
    }
}

static void run_program(struct run *r)
{
    r->s = orm_open(db_conninfo(), &maze_schema);
    orm_set_fetch(r->s, r->bare ? ORM_FETCH_ONE : ORM_FETCH_PEERS);
    orm_on_statement(r->s, count_queries, r);
    state_of_chance = seed;
    for (step = 0; step < STEPS; step++)
        take_step(r);
    while (r->depth)
        end_scope(r);
    check(r, orm_commit(r->s));
    assert_fine(r->s);
    orm_close(r->s);
    note_tables(r);
    buffer_add(&r->trace, "", 1);
}

static void show_difference(const char *a, const char *b)
{
    unsigned line = 0;
    while (*a == *b)
        line += *a++ == '\n', b++;
    while (line && a[-1] != '\n')
        a--, b--;
    fail_msg("seed %u: step %u differs\n  %.*s\n  %.*s", seed, line,
        (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

static void program_sees_the_same_with_map_and_peers_and_asks_no_more(void **state)
{
    (void)state;
    const char *one = getenv("ORMGEN_SEED");
    const char *torture = getenv("ORMGEN_TORTURE");
    const unsigned first = one ? (unsigned)strtoul(one, NULL, 10) : 1;
    const unsigned count = one                                       ? 1
                           : torture && strcmp(torture, "full") == 0 ? 50 * PROGRAMS
                                                                     : PROGRAMS;
    static struct run full, bare;
    for (seed = first; seed < first + count; seed++) {
        full = (struct run){.bare = false};
        bare = (struct run){.bare = true};
        arrange();
        run_program(&full);
        arrange();
        run_program(&bare);
        if (strcmp(full.trace.data, bare.trace.data) != 0)
            show_difference(full.trace.data, bare.trace.data);
        if (full.cost > bare.cost)
            fail_msg("seed %u: %llu queries, and %llu without map and peers", seed,
                full.cost, bare.cost);
        buffer_free(&full.trace);
        buffer_free(&bare.trace);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(program_sees_the_same_with_map_and_peers_and_asks_no_more),
    };
    return cmocka_run_group_tests(tests, db_group_setup, db_group_teardown);
}
