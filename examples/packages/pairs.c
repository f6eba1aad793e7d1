/* pairs.c: open addressing, linear probing, at most half full, so a probe ends. */
#include "pairs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a; the zero byte between keeps ("a", "b") and ("ab", "") apart. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (;; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
        if (*text == '\0')
            return hash;
    }
}

/* The pair, or the empty place where it belongs. */
static struct pair *probe(const struct pairs *pairs, const char *a, const char *b)
{
    const uint64_t hash = hash_text(hash_text(0xcbf29ce484222325, a), b);
    size_t i = (hash ^ hash >> 32) & (pairs->room - 1);
    for (;; i = (i + 1) & (pairs->room - 1)) {
        struct pair *p = &pairs->places[i];
        if (!p->a || (strcmp(p->a, a) == 0 && strcmp(p->b, b) == 0))
            return p;
    }
}

static bool grow(struct pairs *pairs)
{
    struct pairs bigger = {.room = pairs->room ? pairs->room * 2 : 64};
    bigger.len = pairs->len;
    bigger.places = calloc(bigger.room, sizeof *bigger.places);
    if (!bigger.places)
        return false;
    for (size_t i = 0; i < pairs->room; i++)
        if (pairs->places[i].a)
            *probe(&bigger, pairs->places[i].a, pairs->places[i].b) = pairs->places[i];
    free(pairs->places);
    *pairs = bigger;
    return true;
}

struct pair *pairs_find(const struct pairs *pairs, const char *a, const char *b)
{
    struct pair *p = pairs->room ? probe(pairs, a, b) : NULL;
    return p && p->a ? p : NULL;
}

void *pairs_get(const struct pairs *pairs, const char *a, const char *b)
{
    const struct pair *p = pairs_find(pairs, a, b);
    return p ? p->value : NULL;
}

bool pairs_put(struct pairs *pairs, const char *a, const char *b, void *value)
{
    if (pairs->len >= pairs->room / 2 && !grow(pairs))
        return false;
    struct pair *p = probe(pairs, a, b);
    if (!p->a)
        pairs->len++;
    *p = (struct pair){.a = a, .b = b, .value = value};
    return true;
}

void pairs_free(struct pairs *pairs)
{
    free(pairs->places);
    *pairs = (struct pairs){0};
}
