/* diag_codes.h: every mistake that ormgen can name.
 *
 * A code, once released, keeps its number and its meaning: people search for it. */
#ifndef SCHEMA_DIAG_CODES_H
#define SCHEMA_DIAG_CODES_H

enum diag_code {
    /* The file */
    ERR_FILE = 1,
    ERR_CHARACTER,
    ERR_YAML,
    ERR_BUDGET,
    ERR_YAML_FEATURE,

    /* Its shape */
    ERR_DUPLICATE_KEY,
    ERR_UNKNOWN_KEY,
    ERR_SHAPE,
    ERR_MISSING,
    ERR_NAME,
    ERR_SQL_NAME,

    /* What it refers to */
    ERR_NO_MODEL,
    ERR_NO_FIELD,
    ERR_NO_TYPE,

    /* Fields */
    ERR_LENGTH,
    ERR_MISPLACED_KEY,
    ERR_EXCLUSIVE,
    ERR_ENUM,
    ERR_DEFAULT,
    ERR_SQL,
    ERR_KEY,
    ERR_INDEX,

    /* Relations */
    ERR_ON_DELETE,
    ERR_REQUIRED_CYCLE,
    ERR_THROUGH,

    /* Names that meet */
    ERR_CLASH,
    ERR_SQL_CLASH,

    /* Limits */
    ERR_LIMIT,

    /* Relations, again */
    ERR_REF,

    /* What codegen/ makes of it */
    ERR_EMITTED_CLASH,
    ERR_RESERVED,

    /* Rows */
    ERR_CONSTRAINT,

    /* Several files */
    ERR_INCLUDE,
    ERR_REVERSE_OF,
    ERR_LIST_ORDER,
    ERR_MIXIN,
    ERR_VIEW,
    ERR_VALUE,

    /* Columns */
    ERR_COLUMN,

    /* Loading */
    ERR_LOADING,

    ERR_END
};

/* In a few words, for a list of all codes; NULL if there is no such code. */
const char *diag_title(enum diag_code code);

#endif
