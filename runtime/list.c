/* list.c: the lists that programs hold.
 *
 * In memory: a head of ours, the generated struct X_list (a pointer and a length), the
 * items and a NULL.  Programs hold the address of the second. */
#include "list.h"

#include "object.h"

#include <string.h>

struct list_head {
    uint64_t deletions; /* of the target model, when it was last looked through */
    size_t length;
};

struct list_shape {
    void *items;
    size_t length;
};

/* Stands in a slot that had a list. */
static const char dropped;

size_t list_cost(size_t count)
{
    return sizeof(struct list_head) + sizeof(struct list_shape) +
           (count + 1) * sizeof(struct orm_object *) + ARENA_ALIGN;
}

const void *list_make(struct orm_session *s, const struct orm_model *m,
    struct orm_object *const *objects, size_t count)
{
    struct list_head *head = arena_get(&s->scope.arena, list_cost(count) - ARENA_ALIGN);
    if (!head)
        return NULL;
    head->deletions = session_model(s, m)->deletions;
    head->length = count;
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
    return head_of(list)->length;
}

struct orm_object *list_item(const void *list, size_t i)
{
    /* Stored as a pointer to the model's struct: read by its bytes. */
    struct orm_object *o;
    memcpy(&o, (const char *)list + sizeof(struct list_shape) + i * sizeof o, sizeof o);
    return o;
}

const void *list_of(struct orm_session *s, struct orm_manager *m)
{
    if (!m->list || m->list == &dropped)
        return NULL;
    struct list_head *head = head_of(m->list);
    const uint64_t now = session_model(s, m->relation->target)->deletions;
    if (head->deletions == now)
        return m->list;
    for (size_t i = 0; i < head->length; i++)
        if (list_item(m->list, i)->state & (OBJECT_DELETED | OBJECT_GONE)) {
            list_drop(m);
            return NULL;
        }
    head->deletions = now;
    return m->list;
}

void list_drop(struct orm_manager *m)
{
    if (m->list)
        m->list = &dropped;
}
