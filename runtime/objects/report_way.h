/* report_way.h: what a report is made of, for report.c and report_text.c. */
#ifndef RUNTIME_REPORT_WAY_H
#define RUNTIME_REPORT_WAY_H

#include "objects/report.h"

struct way {
    struct way *next; /* in order of the first load */
    struct way *from; /* NULL: a root */
    const void *what; /* the relation or column that leads here */
    const char *name;
    const struct orm_model *model; /* of what lies here; NULL behind a column */
    size_t loads;
    size_t peers; /* objects that it was loaded for */
    size_t rows;
    struct idmap unseen; /* objects that the program has not got */
    size_t gone;         /* and those that it can not get any more */
};

struct report {
    struct way *first;
    struct way **end;
    struct buffer text; /* what was printed last */
};

#endif
