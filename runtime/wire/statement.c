/* statement.c: the statement cache.  What a shape is, statement.h tells. */
#include "wire/statement.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define DEALLOCATE "DEALLOCATE "

struct statement {
    struct pg_statement pg; /* first: callers hold this */
    XXH128_hash_t shape;
    uint64_t used;
    unsigned generation;
};

static XXH128_hash_t hash_of(const struct buffer *b)
{
    return XXH3_128bits(b->data, b->length);
}

struct pg_statement *statement_find(
    struct statement_cache *c, const struct buffer *shape)
{
    const XXH128_hash_t wanted = hash_of(shape);
    for (size_t i = 0; i < c->count; i++) {
        struct statement *st = c->entries[i];
        if (XXH128_isEqual(st->shape, wanted)) {
            st->used = ++c->clock;
            return &st->pg;
        }
    }
    return NULL;
}

/* A hash of the text and the types, so that equal names mean equal statements, whoever
 * else prepares on the same server connection; and of the shape, so that two entries
 * with one text do not meet in one name. */
static void give_name(struct statement *st)
{
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, st->pg.sql, strlen(st->pg.sql));
    XXH3_128bits_update(
        &state, st->pg.types, (size_t)st->pg.type_count * sizeof *st->pg.types);
    XXH3_128bits_update(&state, &st->shape, sizeof st->shape);
    XXH3_128bits_update(&state, &st->generation, sizeof st->generation);
    const XXH128_hash_t h = XXH3_128bits_digest(&state);
    snprintf(st->pg.name, sizeof st->pg.name, "o%016llx%016llx",
        (unsigned long long)h.high64, (unsigned long long)h.low64);
}

static void drop_content(struct statement *st)
{
    memory_free((char *)(uintptr_t)st->pg.sql);
    memory_free((uint32_t *)(uintptr_t)st->pg.types);
}

void statement_hold(struct statement_cache *c)
{
    c->held = ++c->clock;
}

void statement_release(struct statement_cache *c)
{
    c->held = 0;
}

/* The least recently used entry that may go, once there are too many. */
static struct statement *find_oldest(const struct statement_cache *c)
{
    if (c->count < STATEMENT_LIMIT)
        return NULL;
    struct statement *oldest = c->entries[0];
    for (size_t i = 1; i < c->count; i++)
        if (c->entries[i]->used < oldest->used)
            oldest = c->entries[i];
    return c->held && oldest->used > c->held ? NULL : oldest;
}

/* Without memory it stays on the server, where it does no harm. */
static void retire(struct statement_cache *c, const struct statement *st)
{
    struct retired *r = st->pg.prepared ? memory_get(sizeof *r) : NULL;
    if (!r)
        return;
    r->next = c->retired;
    snprintf(r->command, sizeof r->command, DEALLOCATE "%s", st->pg.name);
    c->retired = r;
}

struct retired *statement_take_retired(struct statement_cache *c)
{
    struct retired *first = c->retired;
    c->retired = NULL;
    return first;
}

/* Whether the server has it still: then it stays there. */
static bool take_back(struct statement_cache *c, const struct statement *st)
{
    for (struct retired **r = &c->retired; *r; r = &(*r)->next) {
        struct retired *found = *r;
        if (strcmp(found->command + strlen(DEALLOCATE), st->pg.name) != 0)
            continue;
        *r = found->next;
        memory_free(found);
        return true;
    }
    return false;
}

void statement_free_retired(struct retired *first)
{
    while (first) {
        struct retired *next = first->next;
        memory_free(first);
        first = next;
    }
}

/* A blank entry.  NULL: memory is out. */
static struct statement *make_room(struct statement_cache *c)
{
    struct statement *st = find_oldest(c);
    if (st) {
        retire(c, st);
        drop_content(st);
    } else {
        if (!memory_grow(&c->entries, &c->capacity, c->count + 1, sizeof *c->entries))
            return NULL;
        st = memory_get(sizeof *st);
        if (!st)
            return NULL;
        c->entries[c->count++] = st;
    }
    *st = (struct statement){0};
    return st;
}

struct pg_statement *statement_add(struct statement_cache *c,
    const struct buffer *shape, const struct buffer *sql, const uint32_t *types,
    int type_count, bool counted)
{
    const size_t size = (size_t)type_count * sizeof *types;
    char *text = buffer_copy(sql);
    uint32_t *kept = text ? memory_get(size) : NULL;
    struct statement *st = kept ? make_room(c) : NULL;
    if (!st) {
        memory_free(text);
        memory_free(kept);
        return NULL;
    }
    if (size)
        memcpy(kept, types, size);
    *st = (struct statement){
        .pg = {.sql = text,
            .types = kept,
            .type_count = type_count,
            .counted = counted},
        .shape = hash_of(shape),
        .used = ++c->clock,
    };
    give_name(st);
    st->pg.prepared = take_back(c, st);
    return &st->pg;
}

const struct pg_statement *statement_named(
    const struct statement_cache *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->entries[i]->pg.name, name) == 0)
            return &c->entries[i]->pg;
    return NULL;
}

void statement_rename(struct pg_statement *pg)
{
    struct statement *st = (struct statement *)pg;
    st->generation++;
    st->pg.prepared = false;
    give_name(st);
}

void statement_retype(struct statement_cache *c, uint32_t before, uint32_t now)
{
    for (size_t i = 0; i < c->count; i++) {
        struct pg_statement *st = &c->entries[i]->pg;
        bool has = false;
        for (int k = 0; k < st->type_count; k++)
            if (st->types[k] == before) {
                ((uint32_t *)(uintptr_t)st->types)[k] = now;
                has = true;
            }
        if (has)
            statement_rename(st);
    }
}

void statement_forget_prepared(struct statement_cache *c)
{
    for (size_t i = 0; i < c->count; i++)
        c->entries[i]->pg.prepared = false;
    statement_free_retired(statement_take_retired(c));
}

void statement_free_all(struct statement_cache *c)
{
    for (size_t i = 0; i < c->count; i++) {
        drop_content(c->entries[i]);
        memory_free(c->entries[i]);
    }
    statement_free_retired(c->retired);
    memory_free(c->entries);
    *c = (struct statement_cache){0};
}
