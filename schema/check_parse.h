/* check_parse.h: what the readers of conditions share. */
#ifndef SCHEMA_CHECK_PARSE_H
#define SCHEMA_CHECK_PARSE_H

#include "check_lex.h"
#include "check_type.h"

struct parser {
    const struct model *m;
    const char *at;
    struct check_token t; /* the word at hand; the text goes on at `at` */
    struct check_program *p;
    unsigned nesting;
};

/* -- Words: signs and keywords are asked for alike --------------------------------- */

void check_next(struct parser *c);
bool check_is(const struct parser *c, const char *text);
bool check_accept(struct parser *c, const char *text);

/* Whether what stands behind the word at hand is one of the two. */
bool check_follows(const struct parser *c, const char *one, const char *other);

/* -- Steps: false where there is no room ------------------------------------------- */

bool check_emit(struct parser *c, struct check_step step);
bool check_emit_op(struct parser *c, enum check_op op);

/* -- Levels ------------------------------------------------------------------------ */

/* A whole condition, or any value. */
bool check_any(struct parser *c, struct check_part *out);

/* A literal, a column, a call, or what is in brackets; `out->from` is set. */
bool check_primary(struct parser *c, struct check_part *out);

#endif
