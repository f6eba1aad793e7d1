/* names.h: which texts may become names.  An allow-list: what is not listed is refused.
 */
#ifndef SCHEMA_NAMES_H
#define SCHEMA_NAMES_H

#include <stddef.h>

enum {
    NAME_MAX_BYTES = 48,
    SQL_NAME_MAX_BYTES = 63
};

/* What is wrong with it, to follow "...: "; NULL: nothing. */
const char *name_problem(const char *name);
const char *prefix_problem(const char *prefix);

/* Names that only SQL sees are free text: they are always quoted. */
const char *sql_name_problem(const char *name);
const char *extension_name_problem(const char *name);

#endif
