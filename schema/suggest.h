/* suggest.h: which of the names that exist was meant. */
#ifndef SCHEMA_SUGGEST_H
#define SCHEMA_SUGGEST_H

#include <stddef.h>

struct suggestion {
    const char *wanted;
    const char *best; /* NULL: none is near */
    size_t distance;
};

/* Offer every candidate; of equally near ones the first stays. */
void suggest_offer(struct suggestion *s, const char *candidate);

#endif
