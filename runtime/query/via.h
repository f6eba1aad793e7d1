/* via.h: the tables that a query reaches through to-one slots, each joined once.
 *
 * Paths are collected before the SQL is written: the names of the tables stand in the
 * select list, the joins behind it. */
#ifndef RUNTIME_VIA_H
#define RUNTIME_VIA_H

#include "query/compile.h"

#define VIA_TABLES 32

struct via {
    struct compiler *c;
    struct source root;
    unsigned count;
    struct via_table {
        struct source from; /* has the slot */
        const struct orm_to_one *slot;
        struct source at;
    } tables[VIA_TABLES];
};

void via_begin(struct via *v, struct compiler *c, struct source root);

/* The table at the end of the slots, each plus 1, 0 ends them; equal paths lead to the
 * same one.  False: the query is wrong, the error is recorded. */
bool via_reach(struct via *v, const uint16_t slots[ORM_ORDER_VIA], struct source *at);

/* From a table of them to the one that its slot leads to. */
bool via_step(struct via *v, unsigned slot, struct source *at);

/* " LEFT JOIN ..." for each table: what stands behind the root's. */
void via_joins(const struct via *v);

#endif
