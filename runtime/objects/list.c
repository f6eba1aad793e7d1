/* list.c: the lists that programs hold.
 *
 * In memory: a head of ours, the generated struct X_list (a pointer and a length), the
 * items and a NULL.  Programs hold the address of the second, slots that of the first:
 * like all that a slot can hold it begins with the slot's relation. */
#include "objects/list.h"

#include "objects/scope.h"
#include "objects/undo.h"

#include <string.h>

struct list_head {
    const struct orm_to_many *relation; /* of the slot that holds it */
    uint64_t deletions; /* of the target model, when it was last looked through */
};

struct list_shape {
    void *items;
    size_t length;
};

/* What stands for a list when there is no session: never read as more than empty. */
static const struct {
    void *items[1];
} nothing = {{NULL}};
static const struct list_shape none = {(void *)(uintptr_t)&nothing, 0};

const void *list_none(void)
{
    return &none;
}

static size_t size_of(size_t count)
{
    return sizeof(struct list_head) + sizeof(struct list_shape) +
           (count + 1) * sizeof(struct orm_object *);
}

void list_want(struct orm_scope *scope, size_t count)
{
    scope_want(scope, size_of(count) + ARENA_ALIGN);
}

const void *list_make(struct orm_scope *scope, const struct orm_model *m,
    struct orm_object *const *objects, size_t count)
{
    struct list_head *head = arena_get(&scope->arena, size_of(count));
    if (!head)
        return NULL;
    *head =
        (struct list_head){.deletions = session_model(scope->session, m)->deletions};
    char *list = (char *)(head + 1);
    m->fill(list, list + sizeof(struct list_shape), objects, count);
    return list;
}

static struct list_head *head_of(const void *list)
{
    return (struct list_head *)((uintptr_t)list - sizeof(struct list_head));
}

size_t list_length(const void *list)
{
    return list_given(list).length;
}

struct orm_object *list_item(const void *list, size_t i)
{
    /* Stored as a pointer to the model's struct: read by its bytes. */
    struct orm_object *o;
    memcpy(&o, (const char *)list + sizeof(struct list_shape) + i * sizeof o, sizeof o);
    return o;
}

struct given_list list_given(const void *list)
{
    struct given_list given;
    memcpy(&given, list, sizeof given);
    return given;
}

struct orm_object *list_given_item(struct given_list list, size_t i)
{
    struct orm_object *o;
    memcpy(&o, list.items + i * sizeof o, sizeof o);
    return o;
}

/* -- Slots ------------------------------------------------------------------------- */

struct notes {
    const struct orm_to_many *relation;
    const void *list; /* made of them, or NULL */
    struct list_note *first;
    struct list_note *last;
    size_t count;
};

static bool has_notes(const struct orm_manager *m)
{
    const struct orm_object *owner = manager_owner((struct orm_manager *)(uintptr_t)m);
    return owner->state & OBJECT_NEW && !list_is_unloaded(m);
}

static struct notes *notes_of(const struct orm_manager *m)
{
    return (struct notes *)(uintptr_t)m->holds;
}

/* The list that a slot without notes holds, or NULL. */
static const void *held_list(const struct orm_manager *m)
{
    const struct orm_to_many *rel = manager_relation(m);
    const bool is_there = m->holds != &rel->unloaded && m->holds != &rel->dropped;
    return is_there ? (const struct list_head *)(uintptr_t)m->holds + 1 : NULL;
}

static void hold_list(struct orm_manager *m, const void *list)
{
    const struct orm_to_many *rel = manager_relation(m);
    m->holds = &rel->unloaded;
    if (list) {
        head_of(list)->relation = rel;
        m->holds = &head_of(list)->relation;
    }
}

const void *list_of(struct orm_session *s, struct orm_manager *m)
{
    if (has_notes(m))
        return notes_of(m)->list;
    const void *list = held_list(m);
    if (!list)
        return NULL;
    struct list_head *head = head_of(list);
    const uint64_t now = session_model(s, manager_relation(m)->target)->deletions;
    if (head->deletions == now)
        return list;
    for (size_t i = 0; i < list_length(list); i++)
        if (list_item(list, i)->state & (OBJECT_DELETED | OBJECT_GONE)) {
            undo_note(manager_owner(m));
            list_drop(m);
            return NULL;
        }
    head->deletions = now;
    return list;
}

bool list_is_loaded(const struct orm_manager *m)
{
    return !has_notes(m) && held_list(m);
}

void list_drop(struct orm_manager *m)
{
    if (has_notes(m))
        notes_of(m)->list = NULL;
    else if (!list_is_unloaded(m))
        m->holds = &manager_relation(m)->dropped;
}

void list_unload(struct orm_manager *m)
{
    if (has_notes(m))
        notes_of(m)->list = NULL;
    else
        hold_list(m, NULL);
}

static void show_all(struct orm_object *owner, const void *list)
{
    for (size_t i = 0; i < list_length(list); i++)
        scope_show(owner, list_item(list, i));
}

void list_forget(
    struct orm_object *owner, struct orm_manager *m, const struct orm_scope *ends)
{
    const void *list = has_notes(m) ? notes_of(m)->list : held_list(m);
    if (!list)
        return;
    for (size_t i = 0; i < list_length(list); i++)
        if (list_item(list, i)->scope == ends) {
            list_unload(m);
            return;
        }
    show_all(owner, list);
}

/* NULL: no memory. */
static struct notes *make_notes(struct orm_scope *scope, struct orm_manager *m)
{
    struct notes *n = arena_get(&scope->arena, sizeof *n);
    if (!n)
        return NULL;
    *n = (struct notes){.relation = manager_relation(m)};
    m->holds = &n->relation;
    return n;
}

void list_keep(struct orm_manager *m, const void *list)
{
    struct orm_object *owner = manager_owner(m);
    if (object_session(owner)->has_scopes)
        show_all(owner, list);
    struct notes *n = has_notes(m) ? notes_of(m) : NULL;
    if (!n && owner->state & OBJECT_NEW) {
        n = make_notes(owner->scope, m);
        if (!n)
            return; /* it is made again when it is asked for again */
    }
    if (n)
        n->list = list;
    else
        hold_list(m, list);
}

/* -- Notes ------------------------------------------------------------------------- */

static void add_note(
    struct orm_scope *scope, struct orm_manager *m, struct list_note note)
{
    struct list_note *kept = arena_get(&scope->arena, sizeof *kept);
    struct notes *n = has_notes(m) ? notes_of(m) : kept ? make_notes(scope, m) : NULL;
    if (!kept || !n) {
        session_nomem(scope->session);
        return;
    }
    *kept = note;
    if (n->last)
        n->last->next = kept;
    else
        n->first = kept;
    n->last = kept;
    n->count++;
}

void list_note(struct orm_manager *m, struct orm_object *o, bool linked)
{
    struct orm_object *owner = manager_owner(m);
    if (list_is_loaded(m))
        undo_note(owner);
    list_drop(m);
    if (!(owner->state & OBJECT_NEW))
        return;
    scope_keep_for(o, owner->scope);
    add_note(owner->scope, m, (struct list_note){.object = o, .linked = linked});
}

const struct list_note *list_next_note(
    const struct orm_manager *m, const struct list_note *after)
{
    if (after)
        return after->next;
    return has_notes(m) ? notes_of(m)->first : NULL;
}

size_t list_note_count(const struct orm_manager *m)
{
    return has_notes(m) ? notes_of(m)->count : 0;
}

void list_end_notes(struct orm_object *o)
{
    for (unsigned i = 0; i < o->model->to_many_count; i++) {
        struct orm_manager *m = object_manager(o, &o->model->to_manys[i]);
        if (has_notes(m))
            hold_list(m, notes_of(m)->list);
    }
}

void list_visit_notes(
    const struct orm_object *o, void (*visit)(void *arg, const void *memory), void *arg)
{
    for (unsigned i = 0; i < o->model->to_many_count; i++) {
        const struct orm_manager *m = object_manager(o, &o->model->to_manys[i]);
        if (!has_notes(m))
            continue;
        visit(arg, notes_of(m)->list);
        for (const struct list_note *n = notes_of(m)->first; n; n = n->next)
            visit(arg, n);
    }
}
