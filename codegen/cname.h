/* cname.h: how C names are made from the schema's. */
#ifndef CODEGEN_CNAME_H
#define CODEGEN_CNAME_H

#include "model.h"

/* Prefix and name: blog_book.  To be freed, as all results here. */
char *c_name(const struct schema *s, const char *name);

/* In capitals. */
char *c_upper(const char *name);

/* BLOG_ORM_H and the like, from the base name of the file. */
char *c_guard(const char *base, const char *suffix);

/* The parameter that takes a value of `name`: that name, or "value" where C or another
 * parameter would not have it.  Not to be freed. */
const char *c_parameter(const char *name);

/* True if some relation lists objects of `m`: then they can be added and removed. */
bool c_is_listed(const struct schema *s, const struct model *m);

#endif
