/* follow.c: what relations lead to, several of them in one flight. */
#include "relations/follow.h"

#include "base/memory.h"
#include "objects/alias.h"
#include "objects/fetch.h"
#include "objects/scope.h"
#include "session/flight.h"

static const struct follow_steps *steps_of(const struct follow *l)
{
    return l->ref ? &to_one_steps : &to_many_steps;
}

static bool note(struct orm_session *s, struct follow *l)
{
    return !s->mark || l->alias || steps_of(l)->note(s, l);
}

struct key_columns follow_columns(const struct follow *l)
{
    return l->many ? many_owner_columns(l->many) : ref_columns(l->model, l->ref);
}

bool follow_collect(struct orm_session *s, struct follow *l)
{
    l->asks = l;
    l->group = NULL;
    return steps_of(l)->collect(s, l);
}

bool follow_settle(struct orm_session *s, struct follow *l)
{
    if (l->alias && !follow_take_alias(l, l->owner_count))
        return false;
    if (!note(s, l))
        return false;
    steps_of(l)->publish(s, l);
    return true;
}

void follow_free(struct follow *l)
{
    idmap_free(&l->by_columns);
    key_set_free(&l->keys);
    pg_drop_result(l->arrived);
    l->arrived = NULL;
}

/* -- Under an alias ---------------------------------------------------------------- */

static const void *relation_of(const struct follow *l)
{
    return l->ref ? (const void *)l->ref : (const void *)l->many;
}

struct orm_scope *follow_alias_scope(const struct follow *l)
{
    struct orm_scope *current = l->scope->session->scope;
    return scope_holds(l->scope, current) ? current : l->scope;
}

bool follow_take_alias(struct follow *l, size_t count)
{
    struct orm_scope *scope = follow_alias_scope(l);
    l->kept_alias = alias_name(scope, l->alias);
    return l->kept_alias && alias_reserve(scope, count);
}

void follow_keep(struct follow *l, const struct orm_object *owner, const void *found)
{
    alias_put(follow_alias_scope(l), owner, relation_of(l), l->kept_alias, found);
}

/* -- One statement for several ----------------------------------------------------- */

static bool is_plain(const struct follow *l)
{
    return follow_is_by_key(l) && !l->alias && !(l->joins && l->joins->count);
}

/* Foreign keys that name rows of one table by its key. */
static bool shares(const struct follow *a, const struct follow *b)
{
    return is_plain(a) && is_plain(b) && a->ref->target == b->ref->target &&
           !a->arrived && !b->arrived;
}

static void share(struct follow *const *all, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (all[j]->asks == all[j] && shares(all[j], all[i])) {
                all[i]->asks = all[j];
                all[i]->next = all[j]->next;
                all[j]->next = all[i];
                break;
            }
}

/* -- The flight -------------------------------------------------------------------- */

const struct params *follow_keep_params(struct orm_session *s, size_t item)
{
    if (!memory_grow(
            &s->kept_params, &s->kept_capacity, item + 1, sizeof(struct params)))
        return session_nomem(s), NULL;
    for (; s->kept_count <= item; s->kept_count++)
        s->kept_params[s->kept_count] = (struct params){0};
    const struct params full = s->params;
    s->params = s->kept_params[item];
    s->kept_params[item] = full;
    return &s->kept_params[item];
}

static bool add(struct orm_session *s, struct follow *l, size_t item, bool alone)
{
    struct pg_statement *st = follow_statement(s, l);
    const struct params *params = !st     ? NULL
                                  : alone ? &s->params
                                          : follow_keep_params(s, item);
    l->item = item;
    return params && flight_add(s, st, params);
}

static bool is_sent(const struct follow *l)
{
    return l->asks == l && !l->arrived;
}

static size_t count_sent(struct follow *const *all, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += is_sent(all[i]);
    return n;
}

static void blame(
    struct orm_session *s, struct follow *const *all, size_t count, size_t item)
{
    for (size_t i = 0; i < count; i++)
        if (is_sent(all[i]) && all[i]->item == item)
            session_blame(s, follow_target(all[i]));
}

static bool send(struct orm_session *s, struct follow *const *all, size_t count)
{
    const size_t sent = count_sent(all, count);
    const bool alone = sent == 1;
    size_t items = 0, failed = 0;
    if (!sent)
        return true;
    if (!flight_begin(s))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_sent(all[i]) && !add(s, all[i], items++, alone))
            return false;
    if (flight_land(s, &failed))
        return true;
    blame(s, all, count, failed);
    return false;
}

/* -- From answers to slots --------------------------------------------------------- */

bool follow_claim(struct orm_session *s, struct follow *l, struct orm_object **objects,
    size_t columns)
{
    const struct joins *joins = follow_joins(l);
    const struct load_source rows = {
        .model = follow_target(l), .objects = objects, .peers = l->group};
    l->rows.columns = join_width(joins, columns);
    l->rows.source_count = joins->count + 1;
    l->rows.sources = join_sources(s, joins, rows, pg_rows(l->rows.result), columns);
    return l->rows.sources && load_claim(&l->rows);
}

void follow_wire_joins(const struct follow *l)
{
    if (l->rows.sources)
        join_wire(follow_joins(l), l->rows.sources, l->row_count);
}

static bool claim(struct orm_session *s, struct follow *l)
{
    if (l->asks == l)
        l->rows = (struct load_result){.scope = l->scope,
            .result = l->arrived ? l->arrived : flight_result(s, l->item)};
    l->row_count = l->asks == l ? pg_rows(l->rows.result) : 0;
    return note(s, l) && steps_of(l)->claim(s, l);
}

static bool take(struct orm_session *s, struct follow *const *all, size_t count)
{
    size_t claimed = 0;
    while (claimed < count && claim(s, all[claimed]))
        claimed++;
    if (claimed < count || !scope_reserve(s)) {
        for (size_t i = 0; i < claimed; i++)
            load_disclaim(&all[i]->rows);
        scope_want_nothing(s);
        return session_nomem(s);
    }
    for (size_t i = 0; i < count; i++)
        if (all[i]->asks == all[i])
            load_publish(&all[i]->rows);
    for (size_t i = 0; i < count; i++)
        steps_of(all[i])->publish(s, all[i]);
    return true;
}

bool follow_fly(struct orm_session *s, struct follow *const *all, size_t count)
{
    share(all, count);
    statement_hold(&s->statements);
    const bool good = send(s, all, count) && take(s, all, count);
    flight_end(s);
    statement_release(&s->statements);
    return good;
}

void follow_begin(const struct follow *l)
{
    if (l->asked)
        fetch_begin(
            l->asked, l->ref ? l->ref->name : l->many->name, l->path->way, l->waiting);
}

bool follow_load(struct orm_session *s, struct follow *l)
{
    bool good = follow_collect(s, l);
    if (good && l->must_ask) {
        follow_begin(l);
        good = follow_fly(s, &l, 1);
        fetch_end(s);
    } else if (good) {
        good = follow_settle(s, l);
    }
    follow_free(l);
    arena_clear(&s->scratch);
    return good;
}
