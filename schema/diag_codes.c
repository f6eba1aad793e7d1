/* diag_codes.c: what each code means. */
#include "diag_codes.h"

#include <stddef.h>

static const char *const titles[ERR_END] = {
    [ERR_FILE] = "the file cannot be read",
    [ERR_CHARACTER] = "not UTF-8, or a character that hides what a text says",
    [ERR_YAML] = "not well-formed YAML",
    [ERR_BUDGET] = "larger or deeper than any schema needs to be",
    [ERR_YAML_FEATURE] = "YAML that schemas do without: anchors, aliases, tags, merges",

    [ERR_DUPLICATE_KEY] = "a key is written twice",
    [ERR_UNKNOWN_KEY] = "no such key here",
    [ERR_SHAPE] = "a text, a true or false, a map or a list is needed here",
    [ERR_MISSING] = "something required is missing",
    [ERR_NAME] = "not a name that C can use",
    [ERR_SQL_NAME] = "not a name that SQL can use",

    [ERR_NO_MODEL] = "no model of that name",
    [ERR_NO_FIELD] = "no field of that name",
    [ERR_NO_TYPE] = "no type of that name",

    [ERR_LENGTH] = "a length is missing, out of range or not wanted",
    [ERR_MISPLACED_KEY] = "a key that belongs to another kind of field",
    [ERR_EXCLUSIVE] = "keys that exclude each other",
    [ERR_ENUM] = "an enum without labels, or with a label twice",
    [ERR_DEFAULT] = "a default that its type cannot hold",
    [ERR_SQL] = "not the SQL that is needed here",
    [ERR_KEY] = "a field that cannot be the key",
    [ERR_INDEX] = "an index that makes no sense",

    [ERR_ON_DELETE] = "an on_delete that the reference cannot follow",
    [ERR_REQUIRED_CYCLE] = "required references in a circle",
    [ERR_THROUGH] = "a model that cannot join these two",

    [ERR_CLASH] = "two things of a model have one name",
    [ERR_SQL_CLASH] = "two things in the database have one name",

    [ERR_LIMIT] = "more than PostgreSQL can hold",

    [ERR_REF] = "a reference whose columns do not fit what it refers to",

    [ERR_EMITTED_CLASH] = "two things have one name in the generated C",
    [ERR_RESERVED] = "a name that C, C++ or libc keeps for itself",

    [ERR_CONSTRAINT] = "a constraint that makes no sense",
    [ERR_INCLUDE] = "an include of what is no file for it, or in a circle",
    [ERR_REVERSE_OF] = "a relation of which two files tell different things",
    [ERR_LIST_ORDER] = "an order that a list cannot have",
    [ERR_MIXIN] = "a mixin that is not there, or in a circle",
    [ERR_VIEW] = "something that a view cannot have",
    [ERR_VALUE] = "a value that is not there, or that holds more than columns",
    [ERR_COLUMN] = "a column that cannot be what its keys say",
    [ERR_LOADING] = "a way of loading that a relation cannot have",
};

const char *diag_title(enum diag_code code)
{
    return code > 0 && code < ERR_END ? titles[code] : NULL;
}
