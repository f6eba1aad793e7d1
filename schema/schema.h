/* schema.h: from a YAML file to a checked schema. */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "diag.h"
#include "model.h"

/* NULL if the file holds a mistake; all of them are in `d` (a fresh one per file),
 * which calls the file by `path` as it stands here. */
struct schema *schema_read(const char *path, struct diag *d);

/* The same from memory. */
struct schema *schema_parse(
    const char *path, const char *text, size_t size, struct diag *d);

/* NULL is fine. */
void schema_free(struct schema *s);

#endif
