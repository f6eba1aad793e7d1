/* error.h: the first failure of a session, kept until it is cleared.
 *
 * Recording needs no memory and never fails. */
#ifndef RUNTIME_ERROR_H
#define RUNTIME_ERROR_H

#include <ormgen/orm_model.h>

#include <stdarg.h>

#if defined(__GNUC__)
#define ERROR_PRINTF(text, args) __attribute__((format(printf, text, args)))

/* What a short way seldom leads to: a call of it costs that way no registers. */
#define SELDOM __attribute__((noinline, cold))

/* What is done to each cell. */
#define OFTEN inline __attribute__((always_inline))
#else
#define ERROR_PRINTF(text, args)
#define SELDOM
#define OFTEN inline
#endif

/* Each records unless there is an error already, and returns false.  Text of others is
 * made one printable line. */
bool error_set(struct orm_error *e, enum orm_code code, const char *format, ...)
    ERROR_PRINTF(3, 4);

/* The message starts with "model.field: ", or "model: " when `column` is NULL. */
bool error_set_field(struct orm_error *e, enum orm_code code, const struct orm_model *m,
    const struct orm_column *column, const char *format, ...) ERROR_PRINTF(5, 6);

/* The same of what is no column: a relation. */
bool error_set_named(struct orm_error *e, enum orm_code code, const struct orm_model *m,
    const char *field, const char *format, ...) ERROR_PRINTF(5, 6);

/* The same of an object, which the error will name. */
bool error_set_object(struct orm_error *e, enum orm_code code,
    const struct orm_object *o, const struct orm_column *column, const char *format,
    ...) ERROR_PRINTF(5, 6);

/* What is recorded is told anew, of `m` (or NULL) and `field` (or NULL; several are
 * parted by ", "); all else of it stays. */
void error_retell(struct orm_error *e, const struct orm_model *m, const char *field,
    const char *format, ...) ERROR_PRINTF(4, 5);

bool error_nomem(struct orm_error *e);

void error_clear(struct orm_error *e);

/* Copies what fits; control characters become spaces, a cut UTF-8 sequence is dropped.
 */
void error_copy(char *to, size_t size, const char *from);

#endif
