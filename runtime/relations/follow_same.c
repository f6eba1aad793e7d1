/* follow_same.c: whether two ask for the same of one relation: their statements have
 * one shape and the same values. */
#include "relations/follow.h"

#include "session/flight.h"

#include <string.h>

/* What a dry run left: all that the statement depends on, and its values. */
struct print {
    void *shape, *values, *offsets;
    size_t shape_length, values_length, count;
};

static void *copy(struct arena *a, const void *from, size_t size)
{
    void *to = arena_get(a, size);
    return to && size ? memcpy(to, from, size) : to;
}

static bool take_print(struct orm_session *s, const struct follow *l, struct print *p)
{
    const struct params *params = &s->params;
    bool waits;
    if (!follow_waits(s, l, &waits))
        return false;
    if (s->shape.failed || params->bytes.failed)
        return session_nomem(s);
    p->shape_length = s->shape.length;
    p->values_length = params->bytes.length;
    p->count = (size_t)params->count;
    p->shape = copy(&s->planning, s->shape.data, p->shape_length);
    p->values = copy(&s->planning, params->bytes.data, p->values_length);
    p->offsets =
        copy(&s->planning, params->offsets, p->count * sizeof *params->offsets);
    return (p->shape && p->values && p->offsets) || session_nomem(s);
}

bool follow_is_same(
    struct orm_session *s, const struct follow *a, const struct follow *b, bool *same)
{
    struct print x, y;
    if (!take_print(s, a, &x) || !take_print(s, b, &y))
        return false;
    *same = x.shape_length == y.shape_length && x.values_length == y.values_length &&
            x.count == y.count && !memcmp(x.shape, y.shape, x.shape_length) &&
            !memcmp(x.values, y.values, x.values_length) &&
            !memcmp(x.offsets, y.offsets, x.count * sizeof(size_t));
    return true;
}
