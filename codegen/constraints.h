/* constraints.h: what the server can refuse a model's rows by, and what it is called in
 * C: BOOK_BY_ISBN, BOOK_TO_AUTHOR, BOOK_PRICE_POSITIVE. */
#ifndef CODEGEN_CONSTRAINTS_H
#define CODEGEN_CONSTRAINTS_H

#include "model.h"

enum constraint_kind {
    CONSTRAINT_KEY,
    CONSTRAINT_UNIQUE,
    CONSTRAINT_CHECK,
    CONSTRAINT_EXCLUSION,
    CONSTRAINT_REFERENCE
};

struct constraint {
    enum constraint_kind kind;
    struct place place;
    const char *yaml; /* what messages call it: "isbn", "checks" */
    char *name;       /* in SQL */
    char *upper;      /* its constant */
    size_t field_count;
    const struct field **fields; /* that are known to matter, each once */
    const struct ref *ref;       /* of a reference */
    bool partial;                /* no target of an upsert */
    const char *check;           /* the condition in SQL, of a check */
};

struct constraints {
    size_t count;
    size_t room;
    struct constraint *at;
};

/* Keys and uniques first, then checks, exclusions, references.  None of a view. */
struct constraints constraints_of(const struct model *m);
void free_constraints(struct constraints *c);

#endif
