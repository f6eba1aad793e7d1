/* hooks.c: functions of the program's own, called about objects that are written.
 *
 * Those before a flush are called until nothing is recorded that they have not seen.
 * Those after it are called when memory is what the database is, so they may read; what
 * any of them changes waits for the next flush, and none of them can start one. */
#include "write/hooks.h"

#include "base/memory.h"

/* A hook that makes an object, whose hook makes an object, ... */
#define ROUNDS_MOST 100

struct hook {
    struct hook *next;
    void (*fn)(void);
    void *arg;
};

struct model_hooks {
    struct hook *first[ORM_AFTER_ROLLBACK + 1];
};

static const char *const event_names[] = {
    [ORM_BEFORE_INSERT] = "before_insert",
    [ORM_BEFORE_UPDATE] = "before_update",
    [ORM_BEFORE_DELETE] = "before_delete",
    [ORM_AFTER_INSERT] = "after_insert",
    [ORM_AFTER_UPDATE] = "after_update",
    [ORM_AFTER_DELETE] = "after_delete",
    [ORM_AFTER_COMMIT] = "after_commit",
    [ORM_AFTER_ROLLBACK] = "after_rollback",
};

/* -- Who is called ----------------------------------------------------------------- */

static const struct hook *first_of(
    const struct orm_session *s, const struct orm_model *m, enum orm_event event)
{
    const struct model_hooks *h = session_model(s, m)->hooks;
    return h ? h->first[event] : NULL;
}

static void free_chain(struct hook *h)
{
    while (h) {
        struct hook *next = h->next;
        memory_free(h);
        h = next;
    }
}

static bool add(struct orm_session *s, struct model_state *state, enum orm_event event,
    struct hook what)
{
    if (!state->hooks)
        state->hooks = memory_get_zeroed(sizeof *state->hooks);
    struct hook *made = state->hooks ? memory_get(sizeof *made) : NULL;
    if (!made)
        return session_nomem(s);
    *made = what;
    struct hook **end = &state->hooks->first[event];
    while (*end)
        end = &(*end)->next;
    *end = made;
    return s->has_hooks = true;
}

void orm_on_event(struct orm_session *s, const struct orm_model *m,
    enum orm_event event, void (*fn)(void), void *arg)
{
    if (!orm_table(s, m) || !hooks_allow(s, "orm_on_event"))
        return;
    struct model_state *state = session_model(s, m);
    if ((unsigned)event > ORM_AFTER_ROLLBACK || !m->call) {
        error_set_field(
            &s->error, ORM_INVALID, m, NULL, "there is no event %d", (int)event);
        return;
    }
    if (fn) {
        add(s, state, event, (struct hook){.fn = fn, .arg = arg});
    } else if (state->hooks) {
        free_chain(state->hooks->first[event]);
        state->hooks->first[event] = NULL;
    }
}

bool hooks_allow(struct orm_session *s, const char *call)
{
    return !s->in_hook || error_set(&s->error, ORM_INVALID,
                              "%s: not inside of a hook; what a hook changes is "
                              "written after it",
                              call);
}

void hooks_free(struct orm_session *s)
{
    for (unsigned i = 0; s->models && i < s->schema->model_count; i++) {
        struct model_hooks *h = s->models[i].hooks;
        for (unsigned e = 0; h && e <= ORM_AFTER_ROLLBACK; e++)
            free_chain(h->first[e]);
        memory_free(h);
    }
    memory_free(s->written);
}

/* -- Calling ----------------------------------------------------------------------- */

/* False if one of them says no; it is the last that is called. */
static bool call(struct orm_session *s, struct orm_object *o, enum orm_event event)
{
    const struct lazy_load lazy = s->lazy;
    const bool before = event <= ORM_BEFORE_DELETE;
    bool good = true;
    s->in_hook = true;
    for (const struct hook *h = first_of(s, o->model, event); h && good; h = h->next)
        good = o->model->call(h->fn, o, h->arg) || !before;
    s->in_hook = false;
    s->lazy = lazy;
    return good;
}

/* -- Before ------------------------------------------------------------------------ */

/* What the flush will do with the object; ORM_AFTER_COMMIT: nothing. */
static enum orm_event due_event(const struct orm_object *o)
{
    if (o->state & OBJECT_GONE)
        return ORM_AFTER_COMMIT;
    if (o->state & OBJECT_NEW)
        return ORM_BEFORE_INSERT;
    if (o->state & OBJECT_DELETED)
        return ORM_BEFORE_DELETE;
    return object_has_changes(o) ? ORM_BEFORE_UPDATE : ORM_AFTER_COMMIT;
}

/* A changed object may be deleted by a hook, and is then told of twice. */
static uint32_t mark_of(enum orm_event event)
{
    return event == ORM_BEFORE_DELETE ? OBJECT_TOLD_DELETE : OBJECT_TOLD;
}

static bool tell_before(struct orm_session *s, struct orm_object *o, bool *more)
{
    const enum orm_event event = due_event(o);
    if (event == ORM_AFTER_COMMIT || o->state & mark_of(event) ||
        !first_of(s, o->model, event))
        return true;
    o->state |= mark_of(event);
    *more = true;
    if (!call(s, o, event)) {
        char name[128];
        error_set_object(&s->error, ORM_INVALID, o, NULL,
            "a %s hook refused the %s; nothing was written", event_names[event],
            object_describe(o, name, sizeof name));
    }
    return !s->error.code;
}

static bool tell_all_before(struct orm_session *s)
{
    bool more = true;
    for (unsigned round = 0; more && round < ROUNDS_MOST; round++) {
        more = false;
        const size_t count = s->change_count;
        for (size_t i = 0; i < count; i++)
            if (!tell_before(s, s->changes[i], &more))
                return false;
    }
    return !more ||
           error_set_field(&s->error, ORM_INVALID,
               s->changes[s->change_count - 1]->model, NULL,
               "after %d rounds of hooks there are still new changes; some hook "
               "makes what it is called for",
               ROUNDS_MOST);
}

bool hooks_before_flush(struct orm_session *s)
{
    if (!s->has_hooks)
        return true;
    const bool good = tell_all_before(s);
    for (size_t i = 0; i < s->change_count; i++)
        s->changes[i]->state &= ~(OBJECT_TOLD | OBJECT_TOLD_DELETE);
    return good && (memory_grow(&s->written, &s->written_capacity,
                        s->written_count + s->change_count, sizeof *s->written) ||
                       session_nomem(s));
}

/* -- After ------------------------------------------------------------------------- */

void hooks_note(struct orm_session *s, struct orm_object *o, enum orm_event event)
{
    if (!session_model(s, o->model)->hooks)
        return;
    s->written[s->written_count++] = (struct written){
        .object = o, .event = (uint8_t)event, .first = !(o->state & OBJECT_WRITTEN)};
    o->state |= OBJECT_WRITTEN;
}

void hooks_after_flush(struct orm_session *s)
{
    for (; s->written_told < s->written_count; s->written_told++) {
        const struct written *w = &s->written[s->written_told];
        call(s, w->object, (enum orm_event)w->event);
    }
}

/* Each object once. */
static void tell_since(struct orm_session *s, size_t count, enum orm_event event)
{
    for (size_t i = count; i < s->written_count; i++)
        if (s->written[i].first)
            call(s, s->written[i].object, event);
}

void hooks_after_end(struct orm_session *s, enum orm_event event)
{
    if (event == ORM_AFTER_COMMIT)
        hooks_after_flush(s);
    tell_since(s, 0, event);
    hooks_forget(s);
}

void hooks_after_return(struct orm_session *s, size_t count)
{
    tell_since(s, count, ORM_AFTER_ROLLBACK);
    while (s->written_count > count) {
        const struct written *w = &s->written[--s->written_count];
        if (w->first)
            w->object->state &= ~OBJECT_WRITTEN;
    }
    s->written_told = count;
}

void hooks_forget(struct orm_session *s)
{
    for (size_t i = 0; i < s->written_count; i++)
        s->written[i].object->state &= ~OBJECT_WRITTEN;
    s->written_count = s->written_told = 0;
}
