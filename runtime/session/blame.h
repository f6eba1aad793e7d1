/* blame.h: what an error of the server's is about, in the words of the model. */
#ifndef RUNTIME_BLAME_H
#define RUNTIME_BLAME_H

#include "session/session.h"

/* What the server refused a row by. */
struct violation {
    const struct orm_model *of;              /* NULL: not known */
    const struct orm_constraint *constraint; /* of the model, or NULL */
    const struct orm_column *column;         /* that the server named, or NULL */
    const struct orm_to_many *joined;        /* of a table without a model, or NULL */
    bool is_null;                            /* a required column has no value */
    bool stays; /* of a reference: it is what is referred to that cannot go */
    struct orm_object *object; /* the row, or what it refers to and stays; or NULL */
    struct orm_object *other;  /* the row that it meets, or that refers; or NULL */
};

/* After a failed flight: the statement was about `m`, or NULL if that is not known.
 * The error gets the model's name, and the field's if the server named it. */
void session_blame(struct orm_session *s, const struct orm_model *m);

/* The same in two steps, between which the objects may be looked for. */
bool violation_find(
    const struct orm_session *s, const struct orm_model *m, struct violation *v);
void violation_tell(struct orm_session *s, const struct violation *v);

#endif
