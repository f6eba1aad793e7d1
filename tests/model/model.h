/* model.h: the unit of work as it should be, in the simplest words.
 *
 * Every value is an int: a text "t5", an array {5,6} and a label are 5, 5 and its
 * index.  A base is what the database holds; a thing is an object that the program has
 * met; a unit is both, as they are now or as they were at a mark that one can go back
 * to. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <objects/relate.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODELS  12
#define COLUMNS 12
#define SLOTS   8
#define ROWS    64
#define PAIRS   256
#define THINGS  256
#define TIES    128
#define MARKS   6
#define NIL     INT32_MIN /* no value */
#define NOBODY  (-1)

/* -- The database ------------------------------------------------------------------ */

struct row {
    bool there;
    bool murky; /* another session wrote it: what memory has may be older */
    int v[COLUMNS];
};

/* A row of the one join table that is no model. */
struct pair {
    int owner, target;
};

struct base {
    struct row rows[MODELS][ROWS];
    struct pair pairs[PAIRS];
    size_t pair_count;
    uint32_t murky_lists; /* a bit per model: another session added or removed */
};

/* -- The program's objects --------------------------------------------------------- */

enum is {
    IS_NOTHING, /* an unused element */
    IS_NEW,
    IS_CLEAN, /* a row, perhaps with changes */
    IS_DELETED,
    IS_GONE /* no row any more, or never */
};

struct thing {
    struct orm_object *o; /* NULL: add() made it, nobody has seen it */
    uint8_t model, is, depth;
    bool touched; /* the unit of work changed it, or its row */
    bool doomed;  /* its scope is over: it goes when the unit of work ends */
    bool expired; /* the next get() asks */
    bool loose;   /* may show what the database has, though nobody asked */
    uint32_t changed;
    int v[COLUMNS];
    int16_t to[SLOTS]; /* what the program set there, up to the flush */
};

/* A pair to be made or removed. */
struct tie {
    int16_t owner, target;
    bool add;
    uint8_t through; /* the model of the row to be removed; 0: the join table */
};

struct unit {
    struct base base;
    struct thing things[THINGS];
    struct tie ties[TIES];
    size_t tie_count;
};

/* What a flush may come to. */
enum fate {
    PASSES,
    MAY_FAIL,
    FAILS
};

struct verdict {
    enum fate fate;
    uint32_t codes; /* a bit per enum orm_code that it may fail with */
};

#define BIT(n) (UINT32_C(1) << (n))

extern const struct orm_model *const *models; /* by number */
extern unsigned model_count;
void model_begin(const struct orm_schema *schema);

unsigned number_of(const struct orm_model *m);
int value_of(const struct orm_object *o, unsigned column); /* as the model says it */
int value_of_text(const struct orm_column *c, const char *text);

bool is_foreign(const struct orm_model *m, unsigned column); /* of some reference */
bool is_unique(const struct orm_model *m, unsigned column);
int version_of(const struct orm_model *m); /* the column, or -1 */

bool is_refused(const struct orm_model *m, const int *v); /* by a check */

/* Also of one that is no more, but was written by another session. */
struct row *row_find(struct base *b, unsigned model, const int *v);
struct row *there(struct row *r); /* NULL if it is no more */
struct row *row_add(struct base *b, unsigned model);
bool key_equal(const struct orm_model *m, const int *a, const int *b);

/* The reference's columns as the target has them in its key; false: one is null. */
bool ref_key(const struct orm_to_one *ref, const int *v, int *key);

/* Whether `v` is a row of the target that the reference's columns lead to. */
bool ref_hits(const struct orm_to_one *ref, const int *v, const int *target);

bool leads_nowhere(struct base *b, const struct orm_to_one *ref, const int *v);

bool pair_is_whole(struct base *b, const struct pair *p);
bool pair_is_turned(const struct orm_to_many *many);
void pair_put(struct base *b, int owner, int target, bool there);

/* Rows were removed: does what on_delete says.  Whether a row that must not be left
 * behind is so at first, and at last. */
void base_follow(struct base *b, bool *at_first, bool *at_last);

/* The object of a row, to be deleted or not. */
struct thing *thing_find(struct unit *u, unsigned model, const int *v);
bool thing_is_live(const struct thing *t);

/* All that waits is written: `real` takes the keys that the objects have by now, else
 * some are made up.  `before` is the base as it was. */
struct verdict unit_flush(struct unit *u, const struct base *before, bool real);

/* The base is another than it was before, and nothing waits: so are the things. */
void unit_settle(struct unit *u, const struct base *before);

#endif
