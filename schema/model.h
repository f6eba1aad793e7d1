/* model.h: a checked schema, as everything after schema/ sees it.
 *
 * The tree is complete and right: every name is resolved, every relation has both ends,
 * every default is filled in.  Code that reads it never reports a mistake of the user's
 * except for names that collide in what it emits.
 *
 * Order is the order of the file, so output depends on the input alone. */
#ifndef SCHEMA_MODEL_H
#define SCHEMA_MODEL_H

#include <stdbool.h>
#include <stddef.h>

/* Where something is written: 1-based; columns count characters, as editors do. */
struct place {
    unsigned line;
    unsigned column;
    unsigned end_column; /* one past the last character, on the same line */
    unsigned file;       /* in schema.files */
    unsigned use;        /* of a mixin: 0, or how it came where it is: diag_use() */
};

/* A file that was read: the first is the one that was asked for. */
struct schema_file {
    const char *path;   /* to open it from where ormgen was started */
    const char *module; /* names the C schema object: blog_schema */
    const char *prefix; /* of every C name of its models; "" */
    const char *link;   /* how the first file writes it; NULL: it does not name it */
    bool included;      /* known to the first, by `include:` and what that includes */
};

enum type {
    TYPE_BOOL,
    TYPE_INT2,
    TYPE_INT4,
    TYPE_INT8,
    TYPE_FLOAT4,
    TYPE_FLOAT8,
    TYPE_NUMERIC, /* exact, as text */
    TYPE_DECIMAL, /* numeric(p,s) that fits an int64_t */
    TYPE_TEXT,
    TYPE_VARCHAR,
    TYPE_CHAR,
    TYPE_BYTEA,
    TYPE_UUID,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_TIMESTAMP,
    TYPE_TIMESTAMPTZ,
    TYPE_INTERVAL,
    TYPE_JSON,
    TYPE_JSONB,
    TYPE_INET,
    TYPE_CIDR,
    TYPE_MACADDR,
    TYPE_INT4RANGE,
    TYPE_INT8RANGE,
    TYPE_NUMRANGE,
    TYPE_DATERANGE,
    TYPE_TSRANGE,
    TYPE_TSTZRANGE,
    TYPE_INT4MULTIRANGE,
    TYPE_INT8MULTIRANGE,
    TYPE_NUMMULTIRANGE,
    TYPE_DATEMULTIRANGE,
    TYPE_TSMULTIRANGE,
    TYPE_TSTZMULTIRANGE,
    TYPE_ENUM,
    TYPE_ARRAY, /* of `element` */
    TYPE_COUNT
};

/* What happens to a row when the one it refers to is deleted, or gets another key. */
enum action {
    ACTION_NO_ACTION,
    ACTION_RESTRICT,
    ACTION_CASCADE,
    ACTION_SET_NULL,
    ACTION_SET_DEFAULT,
    ACTION_COUNT
};

/* Whether a transaction may put the check of a constraint off. */
enum deferrable {
    DEFERRABLE_NO,
    DEFERRABLE_YES,      /* if it says so */
    DEFERRABLE_INITIALLY /* unless it says otherwise */
};

enum default_kind {
    DEFAULT_NONE,
    DEFAULT_LITERAL, /* text as written; checked against the type */
    DEFAULT_SQL,     /* an SQL expression, as written */
    DEFAULT_UUID7    /* the program makes one; SQL knows nothing of it */
};

struct model;

/* A native enumeration, one per enum field. */
struct enumeration {
    const struct model *model; /* whose field it is; NULL: a value's */
    const struct schema_file *file;
    const char *schema; /* in SQL */
    const char *name;   /* in SQL: model_field */
    const char *c_name; /* the same with the name that the model has in C */
    struct place place;
    size_t label_count;
    const char **labels;
    struct place *label_places;
    bool in_array; /* the field is an array of it */
};

/* A name of `types:`, for a type that the database has by name. */
struct user_type {
    const char *name; /* in YAML */
    struct place place;
    const char *schema; /* in SQL */
    const char *sql;
    enum type type; /* what it is read and written as */
    unsigned length;
    unsigned scale;
    bool is_domain;    /* made by our SQL; else the database has it already */
    const char *check; /* of a domain, or NULL */
    bool broken;
};

/* What is special about a column. */
struct traits {
    bool identity_always; /* an identity that takes no other number than the server's */
    const char *generated; /* the SQL expression that it always is, or NULL */
    const char *check;     /* a condition in SQL, or NULL */
    const char *collation; /* or NULL */
    const char *was;       /* its old name in SQL, or NULL */
    bool version;          /* counts the UPDATEs of its row */
    bool created, updated; /* when its row was inserted; or that, or updated */
    bool filled_on_insert, filled_on_update; /* by a trigger */
    bool lazy;                               /* left out of ordinary loads */
};

/* One column. */
struct field {
    const struct model *model;
    const char *name; /* in YAML and in C: "title", "author_id" for the ref "author" */
    const char *column; /* in SQL */
    const char *yaml;   /* what messages call it: "title", "author" for the ref */
    const char *doc;    /* or NULL */
    struct place
        place; /* of the name in the file; of the model's name for an implicit key */
    enum type type;
    enum type element; /* of an array: what length, scale and enumeration are about */
    unsigned length;   /* characters, or decimal digits; 0: any */
    unsigned scale;    /* of them after the point */
    const struct user_type *user; /* the type, or the items', if it has a name */
    const struct enumeration *enumeration;
    bool key;
    bool identity; /* numbered by the server */
    bool settable; /* by the program */
    struct traits traits;
    bool optional;
    bool unique;
    enum default_kind default_kind;
    const char *default_text;
    struct place default_place;
    const struct ref *ref; /* the relation this column was made for, or NULL */
};

/* A relation that is loaded whenever another one is that leads to its model: a slot,
 * forward or the other side of a one-to-one, or a list. */
struct default_plan {
    const struct ref *ref;
    bool reverse;
    const struct many *many;
};

struct default_plans {
    size_t count;
    struct default_plan *at;
};

/* How the lists of objects that arrived together are loaded. */
enum fetch {
    FETCH_UNSAID, /* for all of them, when the second one is asked */
    FETCH_PEERS,  /* the first one */
    FETCH_ONE     /* each alone */
};

/* A to-one relation, held by columns of `model`: one per column of the key that it
 * refers to.  A column may serve other relations as well, or be a field of its own. */
struct ref {
    const struct model *model;
    const char *name;
    const char *doc;
    struct place place;
    const struct model *target;
    size_t column_count;
    const struct field **fields;        /* ours: name_id, or name_part each */
    const struct field **target_fields; /* what they refer to: the key, or one column */
    bool *clears; /* per column: it becomes null when the reference does */
    enum action on_delete;
    enum action on_update;
    enum deferrable deferrable;
    bool to_key; /* `target_fields` are the target's key */
    bool optional;
    bool unique;         /* one-to-one: the other side is an object slot, not a list */
    bool constrained;    /* a foreign key holds it; not from or to a view */
    const char *reverse; /* the accessor on target; NULL: none is generated */
    struct place reverse_place;
    struct default_plans with;         /* of the target */
    struct default_plans reverse_with; /* one-to-one: of ours, seen from there */
};

enum many_kind {
    MANY_REVERSE, /* the other side of a ref */
    MANY_JOIN,    /* an implicit join table */
    MANY_THROUGH  /* a model is the join table */
};

/* The columns of a join table that refer to one of the two sides. */
struct join_end {
    size_t column_count;
    const char **columns;        /* in SQL */
    const struct field **fields; /* of the side, which they hold: its key */
};

struct list_order {
    const struct field *field; /* of what the list holds */
    bool descending;
};

/* A to-many relation as one of its ends sees it: every slot of a struct is one of
 * these, declared (`many:`) or implied (`reverse:`). */
struct many {
    const struct model *model; /* whose slot it is */
    const char *name;          /* the accessor: book_tags */
    const char *doc;
    struct place place;         /* where the name is written */
    const struct model *target; /* what the list holds */
    enum many_kind kind;
    bool declared; /* written with `many:`; false: the `reverse:` of another */
    const struct many
        *inverse; /* the other end of MANY_JOIN and MANY_THROUGH, or NULL */

    size_t order_count; /* the key comes last, unsaid */
    struct list_order *order;
    enum fetch fetch;
    unsigned max_keys; /* so many owners' lists in one statement; 0: unsaid */
    struct default_plans with;

    const struct ref *ref; /* MANY_REVERSE: the target's ref to us */

    const char *join_table;     /* MANY_JOIN, MANY_THROUGH: in SQL */
    struct join_end owner_end;  /* its columns that hold our key */
    struct join_end target_end; /* its columns that hold the target's key */

    const struct model *through; /* MANY_THROUGH: the model of the join table */
    const struct ref *through_owner;
    const struct ref *through_target;
};

enum nulls {
    NULLS_UNSAID,
    NULLS_FIRST,
    NULLS_LAST
};

/* A column or an expression that an index or an exclusion is over. */
struct index_part {
    const struct field *field; /* NULL: it is `sql` */
    const char *sql;
    const char *collation; /* or NULL */
    const char *ops;       /* operator class, or NULL */
    bool descending;
    enum nulls nulls;
    const char *operator; /* of an exclusion */
};

struct index {
    struct place place;
    const char *name; /* NULL: what PostgreSQL would choose */
    const char *method;
    bool unique;
    bool nulls_not_distinct;
    size_t part_count;
    struct index_part *parts;
    size_t include_count;
    const struct field **include;
    const char *where; /* or NULL */
};

/* A constraint over several columns, or over one with options. */
struct unique {
    struct place place;
    const char *name; /* as of an index */
    bool nulls_not_distinct;
    enum deferrable deferrable;
    size_t field_count;
    const struct field **fields;
    size_t include_count;
    const struct field **include;
};

struct check {
    struct place place;
    const char *name;
    const char *sql;
};

struct exclusion {
    struct place place;
    const char *name; /* as of an index */
    const char *method;
    enum deferrable deferrable;
    size_t part_count;
    struct index_part *parts;
    const char *where; /* or NULL */
};

/* A struct that models embed. */
struct value {
    const struct schema_file *file;
    const char *name;
    struct place place;
    const char *doc; /* or NULL */
    size_t field_count;
    struct field *fields; /* columns of no model */
};

/* Some columns of a model that are a value together. */
struct embed {
    const struct model *model;
    const char *name;
    const char *doc; /* or NULL */
    struct place place;
    const struct value *value;
    bool optional;                /* absent when all of its columns are null */
    const struct field **columns; /* one for each of the value's fields */
};

struct model {
    const struct schema_file *file;
    const char *name;        /* in YAML */
    const char *struct_name; /* in C; what it is called in YAML unless chosen */
    const char *doc;         /* or NULL */
    const char *schema;      /* in SQL; "public" */
    const char *table;       /* in SQL */
    const char *was;         /* the table's old name, or NULL */
    struct place place;
    const char *view_sql; /* the SELECT of a view, which is only read; NULL: a table */
    bool materialized;

    /* Columns: the key first, then in order of the file, those that are lazy last. */
    size_t field_count;
    size_t lazy_count;
    struct field *fields;
    size_t key_count; /* in order of the key */
    const struct field *key;

    size_t ref_count; /* in order of the file */
    struct ref *refs;

    size_t one_count; /* reverse ends of one-to-one refs: other models' refs to us */
    const struct ref **ones;

    size_t many_count; /* declared first, then the reverse ends, in order of the file */
    struct many *manys;

    size_t unique_count; /* those that are not `unique` fields */
    struct unique *uniques;

    size_t check_count;
    struct check *checks;

    size_t exclusion_count;
    struct exclusion *exclusions;

    size_t embed_count;
    struct embed *embeds;

    size_t index_count;
    struct index *indexes;

    size_t rank; /* place in schema.by_dependency */
};

struct schema {
    const char *path;   /* as given */
    const char *module; /* names the C schema object: blog_schema */
    const char *prefix; /* of every C name; "" */

    size_t user_type_count;
    const struct user_type **user_types;

    size_t extension_count; /* that the database must have */
    const char **extensions;

    /* Of all files that were read, each in order of its file; those of the first come
     * first, and are what C is made for. */
    size_t model_count;
    struct model *models;

    /* Referenced models before referring ones; a cycle is cut at an optional ref. */
    const struct model **by_dependency;

    size_t enumeration_count;
    struct enumeration **enumerations;

    size_t value_count; /* of all files */
    struct value *values;

    size_t file_count; /* the one that was asked for first, then what it names */
    const struct schema_file *files;

    struct arena *arena; /* owns all of it; see schema_free() */
};

#endif
