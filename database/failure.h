/* failure.h: the one message of what went wrong. */
#ifndef ORMGEN_FAILURE_H
#define ORMGEN_FAILURE_H

#include <stdbool.h>

/* Records the message, in place of an earlier one, and returns false. */
bool failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What failed() recorded last; "" if nothing. */
const char *failure(void);

/* A new string; without memory the program ends. */
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
