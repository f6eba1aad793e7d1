/* symbols_parts.h: how the table of names is filled. */
#ifndef CODEGEN_SYMBOLS_PARTS_H
#define CODEGEN_SYMBOLS_PARTS_H

#include "arena.h"
#include "diag.h"
#include "model.h"
#include "patterns.h"
#include "strmap.h"

/* What somebody wrote that names come from. */
struct origin {
    struct place place;
    const char *model;  /* "book" */
    const char *label;  /* "book.title" */
    bool of_enum;       /* a label of the enumeration `model` */
    const char *remedy; /* NULL: rename it */
};

struct symbols {
    struct arena *arena;
    struct strmap map; /* of namespace and name, to struct symbol */
    struct strmap reported;
    const struct schema *schema;
    struct diag *diag;
};

/* What patterns are filled in with. */
struct values {
    const char *model;
    const char *field;
    const char *question;
    const char *ending;
};

/* Each reports what meets a name that was added before. */
void add_c(struct symbols *y, enum kind kind, const char *name, const struct origin *o);
void add_patterns(struct symbols *y, const struct pattern *p, const struct values *v,
    const struct origin *o);

/* A name in SQL, which it frees. */
void add_sql(struct symbols *y, const char *space, const char *within, const char *what,
    char *name, const struct origin *o);

/* Constraints are told apart within their table. */
void add_constraint(
    struct symbols *y, const struct model *m, char *name, const struct origin *o);

#endif
