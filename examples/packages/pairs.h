/* pairs.h: a map from two strings to a pointer.  Keys are not copied. */
#ifndef PAIRS_H
#define PAIRS_H

#include <stdbool.h>
#include <stddef.h>

struct pair {
    const char *a; /* NULL: an empty place */
    const char *b;
    void *value;
    bool wanted; /* the user's, false at first */
};

struct pairs {
    struct pair *places;
    size_t room; /* a power of two, or 0 */
    size_t len;
};

/* Valid until the next pairs_put().  NULL if there is none. */
struct pair *pairs_find(const struct pairs *pairs, const char *a, const char *b);

/* The value, or NULL. */
void *pairs_get(const struct pairs *pairs, const char *a, const char *b);

/* Replaces the value of a key that is there.  False when memory is out. */
bool pairs_put(struct pairs *pairs, const char *a, const char *b, void *value);

void pairs_free(struct pairs *pairs);

#endif
