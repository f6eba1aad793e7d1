/* mixin.h: what is written once and copied to where it is used. */
#ifndef SCHEMA_MIXIN_H
#define SCHEMA_MIXIN_H

#include "keys.h"

/* What a model and a mixin alike are made of; NULL where nothing is written. */
struct model_parts {
    const struct node *fields;
    const struct node *unique;
    const struct node *checks;
    const struct node *exclude;
    const struct node *indexes;
};

void read_mixins(struct draft *d);

/* Adds to `parts` what the mixins in the list `use` hold, NULL for none; `user` is
 * whose list it is. */
void use_mixins(struct draft *d, const char *where, const char *user,
    const struct node *use, struct model_parts *parts);

/* All of it, with places that remember the use: see diag_use(). */
struct node *copy_node(struct draft *d, const struct node *n, unsigned use);

#endif
