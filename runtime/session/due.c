/* due.c: what is recorded and not written yet, met by who wants to read.
 *
 * Readers stand below what writes, so they reach it through the session. */
#include "session/due.h"

#include "objects/list.h"

bool due_in(const struct orm_session *s, const struct orm_model *m)
{
    /* What a view is made of is the server's to know. */
    return session_model(s, m)->unwritten ||
           (m->read_only && (s->change_count || s->link_count));
}

bool due_in_join(const struct orm_session *s, const struct orm_to_many *rel)
{
    return s->link_count || (rel->through && session_model(s, rel->through)->unwritten);
}

bool due_in_relation(const struct orm_session *s, const struct orm_to_many *rel)
{
    const bool joined = rel->kind == ORM_MANY_JOIN && due_in_join(s, rel);
    const bool follows = rel->kind == ORM_MANY_REVERSE && s->former_count;
    return joined || follows || due_in(s, rel->target);
}

bool due_before_reading(struct orm_session *s)
{
    if (!due_stays(s))
        return s->write(s);
    s->is_behind = true;
    return true;
}

/* Lists that lack what was just written, and slots whose row was missing. */
static void forget_what_lacks(struct orm_object *o)
{
    const struct orm_model *m = o->model;
    for (unsigned i = 0; i < m->to_one_count; i++)
        bit_put(object_missing_bits(o), i, false);
    for (unsigned i = 0; i < m->to_many_count; i++)
        list_unload(object_manager(o, &m->to_manys[i]));
}

void due_is_done(struct orm_session *s)
{
    if (!s->is_behind)
        return;
    s->is_behind = false;
    for (unsigned m = 0; m < s->schema->model_count; m++) {
        const struct idmap *map = &s->models[m].map;
        for (size_t i = 0; i < map->capacity; i++)
            if (map->slots[i].object)
                forget_what_lacks(map->slots[i].object);
    }
}

bool orm_set_autoflush(struct orm_session *s, bool on)
{
    const bool before = s && !s->reads_as_is;
    if (s)
        s->reads_as_is = !on;
    return before;
}
