/* flush_group.c: rows of one model that are written alike make one batch.
 *
 * Updates of many different sets of columns would make as many statements: the largest
 * sets have one each, and the rows of all others share one over all their columns,
 * which is told row by row what it changes.  New rows differ only in what they leave to
 * the server, whose defaults we do not know: each set of those has its own. */
#include "write/flush.h"

#include <string.h>

/* UPDATEs of one model; and sets that are told apart to find the largest. */
#define UPDATES_MOST 4
#define SETS_MOST    32

struct set {
    struct set *next;
    uint8_t *columns;
    size_t count; /* of objects */
    struct set *into;
    struct batch *batch;
};

struct sets {
    struct flush *flush;
    const struct orm_model *model;
    bool bounded;
    size_t bytes; /* of their columns */
    struct set *first, **last;
    size_t count;
    struct set *shared; /* or NULL; not among the others */
};

struct batch *flush_add_batch(
    struct flush *p, enum batch_kind kind, const struct orm_model *m)
{
    struct batch *b = arena_get(&p->s->scratch, sizeof *b);
    if (!b) {
        session_nomem(p->s);
        return NULL;
    }
    *b = (struct batch){.kind = kind, .model = m, .number = ++p->batch_count};
    *p->last = b;
    p->last = &b->next;
    return b;
}

/* -- Sets -------------------------------------------------------------------------- */

static struct set *make_set(const struct sets *sets)
{
    struct arena *scratch = &sets->flush->s->scratch;
    struct set *set = arena_get(scratch, sizeof *set);
    uint8_t *columns = arena_get(scratch, sets->bytes);
    if (!set || !columns) {
        session_nomem(sets->flush->s);
        return NULL;
    }
    memset(columns, 0, sets->bytes);
    *set = (struct set){.columns = columns};
    return set;
}

static bool merge(struct sets *sets, struct set *set)
{
    if (!sets->shared)
        sets->shared = make_set(sets);
    if (!sets->shared)
        return false;
    for (size_t i = 0; i < sets->bytes; i++)
        sets->shared->columns[i] |= set->columns[i];
    sets->shared->count += set->count;
    set->into = sets->shared;
    sets->count--;
    return true;
}

/* NULL: memory is out. */
static struct set *find_set(struct sets *sets, const uint8_t *bits)
{
    for (struct set *set = sets->first; set; set = set->next)
        if (memcmp(set->columns, bits, sets->bytes) == 0)
            return set;
    struct set *set = make_set(sets);
    if (!set)
        return NULL;
    memcpy(set->columns, bits, sets->bytes);
    sets->count++;
    if (!sets->bounded || sets->count <= SETS_MOST) {
        *sets->last = set;
        sets->last = &set->next;
        return set;
    }
    return merge(sets, set) ? sets->shared : NULL;
}

static struct set *find_smallest(const struct sets *sets)
{
    struct set *smallest = NULL;
    for (struct set *set = sets->first; set; set = set->next)
        if (!set->into && (!smallest || set->count <= smallest->count))
            smallest = set;
    return smallest;
}

/* Leaves the largest a statement of their own. */
static bool share(struct sets *sets)
{
    const bool too_many = sets->shared || sets->count > UPDATES_MOST;
    while (sets->bounded && too_many && sets->count >= UPDATES_MOST)
        if (!merge(sets, find_smallest(sets)))
            return false;
    return true;
}

/* -- Batches ----------------------------------------------------------------------- */

static bool make_batch(struct sets *sets, enum batch_kind kind, struct set *set)
{
    struct flush *p = sets->flush;
    struct batch *b = flush_add_batch(p, kind, sets->model);
    if (!b)
        return false;
    b->columns = set->columns;
    b->is_masked = set == sets->shared;
    b->objects = arena_get(&p->s->scratch, set->count * sizeof *b->objects);
    set->batch = b;
    return b->objects || session_nomem(p->s);
}

static bool make_batches(struct sets *sets, enum batch_kind kind)
{
    for (struct set *set = sets->first; set; set = set->next)
        if (!set->into && !make_batch(sets, kind, set))
            return false;
    return !sets->shared || make_batch(sets, kind, sets->shared);
}

/* The set of each object of the model. */
static bool sort_into(struct sets *sets, struct orm_object **objects, size_t count,
    flush_columns *columns, struct set **of)
{
    uint8_t *bits = arena_get(&sets->flush->s->scratch, sets->bytes);
    if (!bits)
        return session_nomem(sets->flush->s);
    for (size_t i = 0; i < count; i++) {
        if (objects[i]->model != sets->model)
            continue;
        memset(bits, 0, sets->bytes);
        columns(objects[i], bits);
        of[i] = find_set(sets, bits);
        if (!of[i])
            return false;
        of[i]->count++;
    }
    return true;
}

bool flush_group(struct flush *p, enum batch_kind kind, const struct orm_model *m,
    struct orm_object **objects, size_t count, flush_columns *columns)
{
    struct sets sets = {
        .flush = p,
        .model = m,
        .bounded = kind == BATCH_UPDATE,
        .bytes = ORM_BYTES(m->column_count),
    };
    sets.last = &sets.first;
    struct set **of = arena_get(&p->s->scratch, (count + 1) * sizeof(struct set *));
    if (!of)
        return session_nomem(p->s);
    if (!sort_into(&sets, objects, count, columns, of) || !share(&sets) ||
        !make_batches(&sets, kind))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (objects[i]->model != m)
            continue;
        struct batch *b = (of[i]->into ? of[i]->into : of[i])->batch;
        b->objects[b->count++] = objects[i];
        if (kind == BATCH_INSERT)
            objects[i]->stamp = b->number;
    }
    return true;
}
