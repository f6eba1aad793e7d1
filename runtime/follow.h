/* follow.h: what relations lead to: one relation of many owners in one statement, and
 * several of them in one flight.
 *
 * Each goes through the same steps: to_one.c and to_many.c collect the keys that are
 * asked for, follow_sql.c writes the statement, and when all answers of the flight are
 * there and good, the rows become objects and the slots of the owners take them.  On a
 * failure before that every slot is as it was. */
#ifndef RUNTIME_FOLLOW_H
#define RUNTIME_FOLLOW_H

#include "load.h"
#include "relate.h"

struct follow {
    /* What is wanted. */
    const struct orm_model *model; /* of the owners */
    const struct orm_to_one *ref;  /* or */
    const struct orm_to_many *many;
    unsigned slot;           /* of `ref` */
    struct orm_scope *scope; /* of objects that are new */
    struct path *path;
    struct orm_object *const *owners; /* NULLs are passed over */
    size_t owner_count;

    /* What is asked for. */
    bool must_ask;
    struct key_set keys;
    struct orm_object **mapped; /* to-one: targets that need not be asked for */
    size_t mapped_count;
    struct follow *asks; /* whose statement brings the rows; itself, as a rule */
    struct follow *next; /* that shares its statement */
    size_t item;          /* of the flight */

    /* What came. */
    struct load_rows rows;
    struct load_source source;
    struct orm_object **targets; /* the mapped ones, then one per row */
    struct idmap by_columns;     /* what is looked up, if no key tells who it is */
    struct many_rows *lists;     /* to-many: see to_many.c */
};

static inline const struct orm_model *follow_target(const struct follow *l)
{
    return l->ref ? l->ref->target : l->many->target;
}

/* The columns whose values are asked for: the owners'. */
struct key_columns follow_columns(const struct follow *l);

/* Collects what must be asked for, and `must_ask` tells if anything must.  False, here
 * and below: the error is recorded. */
bool follow_collect(struct orm_session *s, struct follow *l);

/* Without a statement: nothing must be asked for. */
void follow_settle(struct orm_session *s, struct follow *l);

/* Asks for all in one flight. */
bool follow_fly(struct orm_session *s, struct follow *all, size_t count);

/* After follow_collect(), whatever became of it; scratch memory is the caller's. */
void follow_free(struct follow *l);

/* One of them, from beginning to end. */
bool follow_load(struct orm_session *s, struct follow *l);

/* -- For follow.c ----------------------------------------------------------------- */

/* The steps of a to-one relation and of a to-many one. */
struct follow_steps {
    bool (*collect)(struct orm_session *s, struct follow *l);
    bool (*claim)(struct orm_session *s, struct follow *l);
    void (*publish)(struct orm_session *s, struct follow *l);
};
extern const struct follow_steps to_one_steps, to_many_steps;

/* The statement, with its parameters in `s->params`. */
struct pg_statement *follow_statement(struct orm_session *s, const struct follow *l);

#endif
