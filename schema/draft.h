/* draft.h: a schema as it is written: shapes and words are right, names not yet looked
 * up.
 *
 * parse.c makes it, resolve.c turns it into model.h.  What could not be understood is
 * NULL or `broken`; its mistake is reported, and nothing more is to be said about it.
 */
#ifndef SCHEMA_DRAFT_H
#define SCHEMA_DRAFT_H

#include "diag.h"
#include "model.h"
#include "strmap.h"
#include "yaml_tree.h"

enum field_kind {
    FIELD_COLUMN = 1,
    FIELD_REF = 2,
    FIELD_MANY = 4,
    FIELD_REVERSE = 8 /* reverse_of: the other side of a relation of another file */
};

enum key_state {
    KEY_UNKNOWN,
    KEY_UNDER_WAY,
    KEY_KNOWN
};

/* The values of a field's keys, NULL where the key is absent or its value broken. */
struct field_keys {
    const struct node *type;
    const struct node *enumeration;
    const struct node *array;
    const struct node *ref;
    const struct node *many;
    const struct node *optional;
    const struct node *unique;
    const struct node *fallback; /* default: */
    const struct node *doc;
    const struct node *column;
    const struct node *columns;
    const struct node *to;
    const struct node *reverse;
    const struct node *on_delete;
    const struct node *on_update;
    const struct node *deferrable;
    const struct node *through;
    const struct node *via;
    const struct node *table;
    const struct node *order;
    const struct node *reverse_order;
    const struct node *fetch;
    const struct node *reverse_fetch;
    const struct node *max_keys;
    const struct node *reverse_max_keys;
    const struct node *with;
    const struct node *reverse_with;
    const struct node *reverse_of;
    const struct node *file;
    const struct node *generated;
    const struct node *identity;
    const struct node *check;
    const struct node *collation;
    const struct node *was;
    const struct node *version;
    const struct node *created;
    const struct node *updated;
    const struct node *lazy;
    const struct node *server_filled;
};

/* A column before it has its place in model.h. */
struct draft_column {
    const struct draft_field *maker; /* others may share it; NULL: the implicit key */
    struct field field;
    struct field *placed;
};

struct draft_field {
    struct draft_model *owner;
    const char *name;
    struct place place;
    enum field_kind kind;
    bool broken;
    struct field_keys keys;

    enum type type;
    enum type element;
    unsigned length;
    unsigned scale;
    const struct user_type *user;
    struct enumeration *enumeration;
    bool optional;
    bool unique;
    bool identity;
    struct traits traits;
    enum default_kind default_kind;
    const char *default_text;
    struct place default_place;
    enum action on_delete;
    enum action on_update;
    enum deferrable deferrable;
    const char *reverse; /* NULL: none */

    /* Filled by resolve.c and key.c */
    struct draft_model *target;
    struct draft_field *to; /* the field of `target` that it refers to, or NULL */
    struct draft_column **columns; /* of a column one, of a ref one per part of a key */
    size_t column_count;
    bool settled; /* `columns` are known */
    struct ref *ref;
    struct many *many;
    /* FIELD_REVERSE: the ref or many whose other side it is; and back. */
    struct draft_field *shows;
    struct draft_field *shown_by;
};

struct draft_value;

/* A field that stands for a value: some columns. */
struct draft_embed {
    const char *name;
    struct place place;
    const char *doc;
    const struct draft_value *value;
    bool optional;
    size_t first; /* of its columns, in the model's fields */
};

struct draft_model {
    const struct draft_file *file;
    const char *name;
    struct place place;
    const char *doc;
    const char *schema;
    const char *table;
    struct place table_place;
    const char *struct_name;
    const struct node *was;
    const struct node *key;

    size_t field_count;
    struct draft_field *fields;
    struct strmap by_name;

    size_t embed_count;
    struct draft_embed *embeds;

    bool is_view;
    bool materialized;
    const char *view_sql;

    /* NULL: none */
    const struct node *unique;
    const struct node *checks;
    const struct node *exclude;
    const struct node *indexes;

    /* Filled by resolve.c */
    struct model *model;
    struct draft_field **key_parts; /* none: the key is the implicit one */
    size_t key_part_count;
    struct draft_column **key_columns;
    size_t key_column_count;
    enum key_state key_state;
    size_t walked; /* by key.c */
    bool key_broken;
};

/* Another file that a file names. */
struct draft_link {
    struct draft_file *to;
    const struct node *written;
    bool includes; /* else it is the `file:` of a reverse_of: */
};

struct draft_file {
    const char *path;
    unsigned number;         /* in draft.files, and in places */
    const struct node *root; /* NULL: it could not be read */
    size_t link_count;
    struct draft_link *links;
    bool *reaches; /* by number: whose names are known here; its own too */

    const char *module;
    const char *prefix;
    const char *sql_schema;
    struct strmap types; /* struct user_type by name */
    size_t user_type_count;
    struct user_type *user_types;
    const struct node *extensions; /* or NULL */
    const struct node *mixins;     /* or NULL */
    const struct node *values;     /* or NULL */
    const struct node *models;     /* or NULL */
};

struct draft {
    struct arena *arena;
    struct diag *diag;
    size_t file_count; /* the one that was asked for is the first */
    struct draft_file **files;
    size_t model_count;
    struct draft_model *models;
    struct strmap by_name;
    size_t walks;             /* by key.c */
    struct strmap extensions; /* of any file */
    struct strmap mixins;
    struct strmap values;
    size_t copied; /* nodes */
};

/* include.c: fills `files`. */
void read_files(struct draft *d, const char *path, const struct node *root);

/* parse.c: false if there is nothing to resolve. */
bool draft_parse(struct draft *d);

/* user_type.c: `types:` of a file, and those of all files. */
void parse_user_types(struct draft *d, struct draft_file *f, const struct node *map);
void fill_user_types(struct draft *d, struct schema *s);

/* extension.c: `extensions:` of a file. */
void take_extensions(struct draft *d, const struct node *list);
bool has_extension(const struct draft *d, const char *name);
void fill_extensions(struct draft *d, struct schema *s);

/* parse_field.c: one entry of `fields:` */
void parse_field(struct draft *d, struct draft_model *m, const struct node *n,
    struct draft_field *f);

/* index.c, constraint.c: with all columns there, what the lists of a model say. */
void fill_indexes(struct draft *d, struct draft_model *m);
void fill_constraints(struct draft *d, struct draft_model *m);

/* same.c: those that say the same twice. */
void check_same(struct draft *d, const struct model *m);

/* parse_column.c: what only a plain column can be, and what of it needs all columns;
 * false: a mistake is reported. */
bool parse_column(struct draft *d, const char *where, struct draft_field *f);
void check_columns_of_models(struct draft *d);

/* parse_ref.c: what only a ref has; false: a mistake is reported. */
bool parse_ref(struct draft *d, const char *where, struct draft_field *f);

/* parse_type.c: the type of a column; false: its mistake is reported. */
bool parse_type(
    struct draft *d, const char *where, const struct node *n, struct draft_field *f);
bool parse_enum(
    struct draft *d, const char *where, const struct node *list, struct draft_field *f);
bool parse_array_key(struct draft *d, const char *where, struct draft_field *f);
bool parse_array_default(
    struct draft *d, const char *where, const struct node *list, struct draft_field *f);

/* resolve.c: what is returned is right only if `d->diag` has no errors. */
struct schema *draft_resolve(struct draft *d);

/* key.c: which fields identify a row, and which one a reference names. */
void resolve_keys(struct draft *d);

/* key_columns.c: the columns of keys, and of what refers to them. */
void settle_columns(struct draft *d);

/* reverse.c: what files tell of each other's relations. */
void match_reverses(struct draft *d);

/* relate.c: targets first, then, with all columns there, refs and lists. */
void resolve_targets(struct draft *d);
void fill_relations(struct draft *d);

/* list_order.c: with all lists there, what they are ordered by. */
void fill_list_orders(struct draft *d);

/* loading.c: what a relation says of how it is loaded; false: a mistake is reported.
 * And, with all relations there, what that means. */
bool check_loading(struct draft *d, const char *where, const struct draft_field *f);
void fill_loading(struct draft *d);

/* clash.c: names that meet, inside a model and in the database. */
void clash_check(struct draft *d);

/* order.c: fills ranks; reports required references in a circle. */
void order_models(struct draft *d, struct schema *s);

/* At most 60 bytes of a text, to quote in a message. */
const char *shown(const struct draft *d, const char *text);

#endif
