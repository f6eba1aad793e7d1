/* fetch.c: peers, one, or not at all.  The rules are told in fetch.h. */
#include "objects/fetch.h"

#include "objects/report.h"

enum orm_fetch fetch_mode(const struct orm_object *o)
{
    const enum orm_fetch own = object_fetch(o);
    return own ? own : object_session(o)->fetch;
}

static bool is_mode(enum orm_fetch mode)
{
    return (unsigned)mode <= ORM_FETCH_RAISE;
}

bool fetch_of_query(
    struct orm_manager *m, const struct orm_query *q, enum orm_fetch *mode)
{
    struct orm_object *owner = manager_owner(m);
    *mode = q ? (enum orm_fetch)(q->fetch & ~(unsigned)ORM_CHUNKS) : ORM_FETCH_DEFAULT;
    if (!is_mode(*mode))
        return error_set_field(&manager_session(m)->error, ORM_INVALID,
            manager_relation(m)->target, NULL, "%d is no fetch mode", (int)*mode);
    if (*mode == ORM_FETCH_DEFAULT && owner)
        *mode = object_fetch(owner);
    return true;
}

bool fetch_allows(struct orm_object *o, const char *field, enum fetch_what what)
{
    struct orm_error *e = &object_session(o)->error;
    if (fetch_mode(o) != ORM_FETCH_RAISE)
        return true;
    if (what == FETCH_COLUMN)
        return error_set_named(e, ORM_FETCH_RAISED, o->model, field,
            "a lazy column that is not loaded, and ORM_FETCH_RAISE forbids to load it "
            "now; read it first in another mode");
    return error_set_named(e, ORM_FETCH_RAISED, o->model, field,
        "not loaded, and ORM_FETCH_RAISE forbids to load it now; plan it: "
        ".with = {%s_with_%s(NULL)}",
        o->model->name, field);
}

/* -- What is told of lazy loads ---------------------------------------------------- */

void fetch_begin(struct orm_object *o, const char *field, struct way *way, size_t peers)
{
    struct orm_session *s = object_session(o);
    s->lazy = (struct lazy_load){o->model, field, peers};
    if (s->on_lazy)
        s->on_lazy(s->on_lazy_arg, o->model->name, field, peers);
    if (s->reports)
        report_load(way, peers);
}

void fetch_end(struct orm_session *s)
{
    s->lazy = (struct lazy_load){0};
}

struct way *fetch_column_way(struct orm_object *o, const struct orm_column *column)
{
    struct orm_session *s = object_session(o);
    return s->reports ? report_beyond(s, path_way(s, path_of(o), o->model), column)
                      : NULL;
}

void fetch_rows(struct orm_session *s, struct way *way,
    struct orm_object *const *objects, size_t count)
{
    if (s->reports)
        report_rows(way, objects, count);
}

struct orm_object *fetch_give(struct orm_session *s, struct orm_object *o)
{
    if (s->reports && o)
        report_seen(s, o);
    return o;
}

const void *fetch_give_list(struct orm_session *s, const void *list)
{
    const size_t count = s->reports && list ? list_length(list) : 0;
    for (size_t i = 0; i < count; i++)
        report_seen(s, list_item(list, i));
    return list;
}

void orm_on_lazy(struct orm_session *s,
    void (*fn)(void *arg, const char *model, const char *field, size_t peers),
    void *arg)
{
    if (!s)
        return;
    s->on_lazy = fn;
    s->on_lazy_arg = arg;
}

/* -- The session's mode ------------------------------------------------------------ */

enum orm_fetch orm_set_fetch(struct orm_session *s, enum orm_fetch mode)
{
    if (!s)
        return ORM_FETCH_PEERS;
    const enum orm_fetch before = s->fetch;
    if (!is_mode(mode))
        error_set(
            &s->error, ORM_INVALID, "orm_set_fetch: %d is no fetch mode", (int)mode);
    else
        s->fetch = mode ? mode : ORM_FETCH_PEERS;
    return before;
}
