/* follow.h: what relations lead to: one relation of many owners in one statement, and
 * several of them in one flight.
 *
 * Each goes through the same steps: to_one.c and to_many.c collect the keys that are
 * asked for, follow_sql.c writes the statement, and when all answers of the flight are
 * there and good, the rows become objects and the slots of the owners take them.  On a
 * failure before that every slot is as it was. */
#ifndef RUNTIME_FOLLOW_H
#define RUNTIME_FOLLOW_H

#include "load/load.h"
#include "objects/relate.h"
#include "query/join.h"

struct follow {
    /* What is wanted. */
    const struct orm_model *model; /* of the owners */
    const struct orm_to_one *ref;  /* or */
    const struct orm_to_many *many;
    unsigned slot;     /* of `ref` */
    const char *alias; /* a name for what is found; NULL: the slots take it */
    const struct orm_query *query; /* of what has an alias, or NULL for all */
    const struct joins *joins;     /* that come in the same statement, or NULL */
    struct orm_scope *scope;       /* of objects that are new */
    struct path *path;
    struct orm_group *group;          /* of what comes; NULL: nothing was asked for */
    struct orm_object *const *owners; /* NULLs are passed over */
    size_t owner_count;
    const struct query *chosen_by; /* not by the keys of owners, who are not known yet,
                                    * but by the query that yields them; or NULL */
    struct orm_object *asked;      /* by a getter: who it was asked of; else NULL */

    /* What is asked for. */
    bool must_ask;
    size_t waiting; /* owners for whom it is asked */
    struct key_set keys;
    struct orm_object **firsts; /* to-one: of each owner, the first with its key */
    struct orm_object **mapped; /* to-one: targets that need not be asked for */
    size_t mapped_count;
    struct follow *asks; /* whose statement brings the rows; itself, as a rule */
    struct follow *next; /* that shares its statement */
    size_t item;         /* of the flight */
    bool once;           /* each target comes once, see follow_once.c */

    /* What came. */
    struct pg_result *arrived; /* with its owners: it needs no flight; or NULL */
    struct load_result rows;
    size_t row_count;
    struct orm_object **targets; /* the mapped ones, then one per row */
    struct idmap by_columns;     /* what is looked up, if no key tells who it is */
    struct many_rows *lists;     /* to-many: see to_many_rows.c */
    const char *kept_alias;      /* a copy that stays */
};

static inline const struct orm_model *follow_target(const struct follow *l)
{
    return l->ref ? l->ref->target : l->many->target;
}

/* So many rows per owner: they need the owners, and a SELECT for each of them. */
static inline bool follow_is_limited(const struct follow *l)
{
    return l->many && l->query && (l->query->limit || l->query->offset);
}

static inline const struct joins *follow_joins(const struct follow *l)
{
    return l->joins ? l->joins : &join_none;
}

/* The columns whose values are asked for: the owners'. */
struct key_columns follow_columns(const struct follow *l);

/* Collects what must be asked for, and `must_ask` tells if anything must.  False, here
 * and below: the error is recorded. */
bool follow_collect(struct orm_session *s, struct follow *l);

/* Without a statement: nothing must be asked for. */
bool follow_settle(struct orm_session *s, struct follow *l);

/* Asks in one flight for all that has not arrived, and takes it. */
bool follow_fly(struct orm_session *s, struct follow *const *all, size_t count);

/* After follow_collect(), whatever became of it; scratch memory is the caller's. */
void follow_free(struct follow *l);

/* Whether the lists are sorted here and not by the server: by a key of one number, and
 * each of them is short beside all their rows together. */
bool follow_sorts(const struct follow *l);

/* What a getter asks is told to who listens; fetch_end() after it. */
void follow_begin(const struct follow *l);

/* One of them, from beginning to end. */
bool follow_load(struct orm_session *s, struct follow *l);

/* A reference that names rows of its target's table by their key: those in the map need
 * not be asked for. */
static inline bool follow_is_by_key(const struct follow *l)
{
    return l->ref && !l->ref->reverse && ref_is_by_key(l->ref);
}

/* -- For follow.c ----------------------------------------------------------------- */

/* The steps of a to-one relation and of a to-many one. */
struct follow_steps {
    bool (*collect)(struct orm_session *s, struct follow *l);
    bool (*note)(struct orm_session *s, struct follow *l); /* what publish changes */
    bool (*claim)(struct orm_session *s, struct follow *l);
    void (*publish)(struct orm_session *s, struct follow *l);
};
extern const struct follow_steps to_one_steps, to_many_steps;

/* What is found under the alias lasts as long as the shorter of the load's scope and
 * the current one. */
struct orm_scope *follow_alias_scope(const struct follow *l);

/* Room for what `count` owners get under the alias, and one of them. */
bool follow_take_alias(struct follow *l, size_t count);
void follow_keep(struct follow *l, const struct orm_object *owner, const void *found);

/* Its answer becomes the rows of `objects`, and of what is joined to them; of the
 * result's columns `columns` are not of joins. */
bool follow_claim(struct orm_session *s, struct follow *l, struct orm_object **objects,
    size_t columns);

/* After that was published: what joins brought takes its places. */
void follow_wire_joins(const struct follow *l);

/* -- Each target once -------------------------------------------------------------- */

/* Whether it is better to ask for each target once. */
bool follow_wants_once(const struct orm_session *s, const struct follow *l);

/* What its answer tells the next: so many targets in so many lists. */
void follow_learn_once(
    struct orm_session *s, const struct follow *l, size_t targets, size_t listed);

/* -- Its statement ----------------------------------------------------------------- */

/* Its values, `s->params`, are put aside for the item of a flight: each has its own. */
const struct params *follow_keep_params(struct orm_session *s, size_t item);

/* With its parameters in `s->params`; says if each target comes `once`. */
struct pg_statement *follow_statement(struct orm_session *s, struct follow *l);

/* Whether it reads what is not written yet.  False: its query is wrong. */
bool follow_waits(struct orm_session *s, const struct follow *l, bool *waits);

/* Whether two that follow one relation ask for the same. */
bool follow_is_same(
    struct orm_session *s, const struct follow *a, const struct follow *b, bool *same);

#endif
