/* value.h: structs that are embedded in models. */
#ifndef SCHEMA_VALUE_H
#define SCHEMA_VALUE_H

#include "mixin.h"

struct draft_value {
    struct draft_model model; /* a name, a file and fields, as if it was one */
    const struct node *fields;
    bool broken;
    struct value *value; /* NULL until it is filled */
};

void read_values(struct draft *d);

/* The model's fields with those of the values that it embeds in their places. */
const struct node *embed_values(
    struct draft *d, struct draft_model *m, const struct node *fields);

/* With all fields parsed: what they have of the value itself. */
void take_over_from_values(struct draft_model *m);

/* The enumerations of values that `s` has no room for yet: how many, or added to it. */
size_t count_value_enumerations(const struct draft *d);
void fill_value_enumerations(struct draft *d, struct schema *s);

/* With all columns there. */
void fill_values(struct draft *d, struct schema *s);

#endif
