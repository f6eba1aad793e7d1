/* keys.h: maps whose keys are known, one table of keys per level of the file. */
#ifndef SCHEMA_KEYS_H
#define SCHEMA_KEYS_H

#include "draft.h"

enum shape {
    SHAPE_TEXT, /* not empty, unless "" is written */
    SHAPE_BOOL,
    SHAPE_MAP,
    SHAPE_LIST,
    SHAPE_ANY
};

/* Tables end with a key without name. */
struct key {
    const char *name;
    enum shape shape;
    size_t offset;     /* of a `const struct node *` that takes the value */
    unsigned kinds;    /* of fields: which it belongs to */
    const char *needs; /* what the other kinds are told */
};

/* The tables, by the name of what they are for: key_tables.c. */
struct key_table {
    const char *name;
    const struct key *keys;
};

extern const struct key_table key_tables[];            /* ends with an empty one */
extern const struct key top_keys[], model_keys[];      /* parse.c */
extern const struct key type_keys[];                   /* user_type.c */
extern const struct key field_keys[], default_keys[];  /* parse_field.c */
extern const struct key unique_keys[], exclude_keys[]; /* constraint.c */
extern const struct key index_keys[], part_keys[];     /* index.c */
extern const struct key mixin_keys[];                  /* mixin.c */
extern const struct key value_keys[], embed_keys[];    /* value.c */
extern const struct key view_keys[];                   /* view.c */

/* One of these says what a field is. */
struct field_kind_key {
    const char *key;
    enum field_kind kind;
    const char *what;
};

extern const struct field_kind_key field_kind_keys[]; /* parse_field.c */

/* Sorts the values of a map into `values`.  False: a key or a value was wrong, and is
 * reported behind `where`, which ends in ": " or is empty. */
bool take_keys(struct draft *d, const char *where, const struct node *map,
    const struct key *keys, void *values);

const struct key *find_key(const struct key *keys, const char *name);

/* "a map", to follow "and is". */
const char *what_is(const struct node *n);

bool is_word(const struct node *n, const char *word);
bool is_nothing(const struct node *n);

bool is_true(const struct node *n); /* NULL is not */

/* Whether the text is a name for `what`: "model", "field", "label", ... */
bool check_name(
    struct draft *d, const char *where, const char *what, const struct node *n);

/* The text, after complaining if SQL cannot use it. */
const char *sql_name(struct draft *d, const char *where, const struct node *n);

/* Where to mark it: of nothing, its key. */
struct place value_place(const struct node *n);

#endif
