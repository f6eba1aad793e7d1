/* patterns.h: every name that comes out, as the templates write it.
 *
 * Templates say the same: tests/codegen/symbols.sh compares the two. */
#ifndef CODEGEN_PATTERNS_H
#define CODEGEN_PATTERNS_H

enum kind {
    STRUCT,
    ENUM,
    FUNCTION,
    CONSTANT,
    OBJECT,
    MACRO
};

/* %m a model, %f a field or relation, %q what has_ asks about, %o what a family's name
 * ends in; a capital letter for capitals. */
struct pattern {
    enum kind kind;
    const char *name;
};

/* Each ends with a pattern without a name. */
extern const struct pattern of_model[];
extern const struct pattern of_written_model[];
extern const struct pattern of_composite_model[];
extern const struct pattern of_listed_model[];
extern const struct pattern of_model_listed_elsewhere[];
extern const struct pattern of_model_shown_elsewhere[];
extern const struct pattern of_field[];
extern const struct pattern of_settable_field[];
extern const struct pattern of_optional_field[];
extern const struct pattern of_clearable_field[];
extern const struct pattern of_family[];
extern const struct pattern of_slot[];
extern const struct pattern of_changeable_ref[];
extern const struct pattern of_nullable_ref[];
extern const struct pattern of_optional_ref[];
extern const struct pattern of_many[];
extern const struct pattern of_value[];
extern const struct pattern of_embed[];
extern const struct pattern of_optional_embed[];
extern const struct pattern of_clearable_embed[];
extern const struct pattern of_enumeration[];
extern const struct pattern of_array_enumeration[];
extern const struct pattern of_label[];

#endif
