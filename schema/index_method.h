/* index_method.h: what each kind of index can do, as PostgreSQL 15 tells it. */
#ifndef SCHEMA_INDEX_METHOD_H
#define SCHEMA_INDEX_METHOD_H

#include "model.h"

struct index_method {
    const char *name;
    const char *extension; /* that teaches it plain types, or NULL */
    bool sorts;            /* asc, desc, nulls first and last */
    bool unique;
    bool several; /* columns */
    bool includes;
    bool excludes; /* can hold an exclusion constraint */
    unsigned takes;
    unsigned takes_with_extension;
};

/* NULL: there is none of that name. */
const struct index_method *index_method(const char *name);

/* Every one; ended by one without a name. */
extern const struct index_method index_methods[];

enum takes {
    TAKES_NOT,
    TAKES_WITH_EXTENSION,
    TAKES
};

/* Whether it has an operator class for the type of `f`, so that none need be named. */
enum takes index_takes(const struct index_method *m, const struct field *f);

/* The operators of that class that an exclusion can be made of: "= && -|-". */
const char *index_operators(const struct index_method *m, const struct field *f);

#endif
