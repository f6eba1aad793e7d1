/* order.h: what rows are sorted by. */
#ifndef RUNTIME_ORDER_H
#define RUNTIME_ORDER_H

#include "objects/identity.h"
#include "query/via.h"

struct sort {
    struct source at;
    uint16_t column;
    uint16_t position; /* or the n-th column of the result; 0: a table's */
    bool descending;
    bool nulls_first;
    bool has_nulls; /* or a table that is joined on the way may have no row */
    const uint16_t *via;
};

/* As many as a relation's `order:` may have. */
#define ORDER_LONGEST 32
#define ORDER_MOST    (ORM_QUERY_DISTINCT + ORDER_LONGEST + KEY_COLUMNS_MOST)

struct ordering {
    struct via *via; /* finds the tables of related columns */
    struct sort sorts[ORDER_MOST];
    unsigned count;
    unsigned distinct; /* so many lead, and only the first row of each is wanted */
    unsigned picks;    /* columns of the result that may be sorted by */
};

void order_begin(struct ordering *o, struct via *via, unsigned picks);

/* The orders that are not empty; what is sorted by already is left out.  False: one is
 * wrong, the error is recorded. */
bool order_add(struct compiler *c, struct ordering *o, const struct orm_order *orders,
    size_t count);

/* The same, and only the first row of each is wanted: before all others. */
bool order_add_distinct(struct compiler *c, struct ordering *o,
    const struct orm_order *orders, size_t count);

/* The first table's key: from here on no two rows are equal. */
void order_add_key(struct compiler *c, struct ordering *o);

/* "DISTINCT ON (...) ", and " ORDER BY ...", if there is any. */
void order_write_distinct(struct compiler *c, const struct ordering *o);
void order_write(struct compiler *c, const struct ordering *o);

#endif
