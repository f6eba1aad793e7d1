#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H
#include "diag.h"
#include "model.h"
struct schema *schema_read(const char *path, struct diag *d);
void schema_free(struct schema *s);
#endif
