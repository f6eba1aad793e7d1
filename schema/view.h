/* view.h: models that are views. */
#ifndef SCHEMA_VIEW_H
#define SCHEMA_VIEW_H

#include "mixin.h"

/* `view:` of a model whose `key:` was read; takes away from `parts` what it refuses. */
void parse_view(struct draft *d, const char *where, const struct node *n,
    struct model_parts *parts, struct draft_model *m);

/* With all targets there: lists that would need a join table of a view. */
void check_joins_of_views(struct draft *d);

#endif
