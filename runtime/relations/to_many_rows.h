/* to_many_rows.h: rows of a relation on their way into the lists of its owners. */
#ifndef RUNTIME_TO_MANY_ROWS_H
#define RUNTIME_TO_MANY_ROWS_H

#include "relations/follow.h"

/* All in scratch memory.  An owner's place is its index. */
struct many_rows {
    struct orm_object **owners; /* whose lists are loaded */
    size_t count;
    uint32_t *places; /* by a hash of the owner's address, plus 1 */
    size_t place_mask;
    size_t *owners_of;      /* per row: how many; NULL: one each */
    size_t *owner_of;       /* of each row, one row after another: a place */
    size_t listed;          /* so many are these */
    size_t *lengths, *next; /* per place */
    struct orm_object **sorted;
};

#define NO_OWNER SIZE_MAX

static inline size_t owners_of_row(const struct many_rows *m, size_t row)
{
    return m->owners_of ? m->owners_of[row] : 1;
}

/* After the owners are known: an object leads to its place. */
bool owners_place(struct orm_session *s, struct many_rows *m);

/* Whose the rows of the answer are, and how long each list will be.  False: the error
 * is recorded. */
bool owners_find(struct orm_session *s, struct follow *l);

#endif
