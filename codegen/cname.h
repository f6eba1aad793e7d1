/* cname.h: how C names are made from the schema's. */
#ifndef CODEGEN_CNAME_H
#define CODEGEN_CNAME_H

#include "model.h"

/* Prefix and name of what `file` declares: blog_book.  To be freed, as all results
 * here.
 */
char *c_name(const struct schema_file *file, const char *name);

/* Of a model and its struct, and of an enumeration: as c_name(). */
char *c_model(const struct model *m);
char *c_enumeration(const struct enumeration *e);

/* In capitals. */
char *c_upper(const char *name);

/* BLOG_ORM_H and the like, from the base name of the file. */
char *c_guard(const char *base, const char *suffix);

/* The parameter that takes a value of `name`: that name, or "value" where C or another
 * parameter would not have it.  Not to be freed. */
const char *c_parameter(const char *name);

/* "blog" of "models/blog.yaml". */
char *c_base(const char *path);

/* Which header has the functions that add to lists and remove from them: */
enum listed {
    LISTED_NOWHERE,
    LISTED_AT_HOME,   /* that of the model: a relation of its own file lists it */
    LISTED_ELSEWHERE, /* those of the files whose relations list it, behind a guard */
};
enum listed c_listed(const struct schema *s, const struct model *m);

/* True if a relation of the first file lists objects of another's model `m`. */
bool c_is_listed_here(const struct schema *s, const struct model *m);

/* True if another file's model has a list of `m`, as its `reverse_of:` says: then both
 * headers declare the manager, behind a guard. */
bool c_is_shown_elsewhere(const struct schema *s, const struct model *m);

#endif
