/* view_parts.h: how what templates see is put together. */
#ifndef CODEGEN_VIEW_PARTS_H
#define CODEGEN_VIEW_PARTS_H

#include "model.h"

#include <lua.h>
#include <stdint.h>

struct view {
    lua_State *lua;
    const struct schema *schema;
    uint64_t hash; /* FNV-1a */
};

/* -- Names ------------------------------------------------------------------------- */

/* A model's names, as its parts need them. */
struct names {
    char *c;     /* book, with the prefix */
    char *upper; /* BOOK */
    char var[2]; /* b */
};

struct names names_of(const struct model *m);
void free_names(struct names *n);

/* The strings below are to be freed. */

/* With a blank behind it, unless it ends in a star. */
char *spaced(const char *type);

/* What getters return and setters take, spaced. */
char *type_of(const struct field *f);

/* BOOK_TITLE, BOOK_REF_AUTHOR, BOOK_MANY_TAGS. */
char *column_upper(const struct field *f);
char *slot_upper(const struct model *m, const char *name);
char *list_upper(const struct model *m, const char *name);

/* -- Putting values into the table on top of the stack ----------------------------- */

/* Whatever is put is hashed as well. */
void put(struct view *v, const char *key, const char *value);
void put_made(struct view *v, const char *key, char *value); /* frees it */
void put_number(struct view *v, const char *key, size_t value);
void put_flag(struct view *v, const char *key, bool value);
void put_c_string(struct view *v, const char *key, const char *value);

/* "doc": a comment made of the user's words, or "". */
void put_comment(struct view *v, const char *words);

/* A table for `key`, and an item of a list: what is put in between goes into it. */
void begin_list(struct view *v);
void end_list(struct view *v, const char *key);
void begin_item(struct view *v);
void end_item(struct view *v);

/* Appends a text, which it frees. */
void add_text(struct view *v, char *text);

/* -- Parts of a model -------------------------------------------------------------- */

void put_model_columns(struct view *v, const struct model *m, const struct names *n);
void put_setters(struct view *v, const struct model *m, const struct names *n);
void put_embeds(struct view *v, const struct model *m);
void put_slots(struct view *v, const struct model *m);
void put_manys(struct view *v, const struct model *m);
void put_constraints_of(struct view *v, const struct model *m);
void put_families(struct view *v, const struct model *m, const struct names *n);

/* -- Parts of a file --------------------------------------------------------------- */

bool is_own(const struct view *v, const struct model *m);
void put_values(struct view *v);
void put_enums(struct view *v);
void put_types(struct view *v);
void put_others(struct view *v);

#endif
