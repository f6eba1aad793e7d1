/* view_constraint.c: what the server can refuse a model's rows by. */
#include "view_parts.h"

#include "constraints.h"

static const char *const kind_names[] = {
    [CONSTRAINT_KEY] = "ORM_BY_KEY",
    [CONSTRAINT_UNIQUE] = "ORM_UNIQUE",
    [CONSTRAINT_CHECK] = "ORM_CHECK",
    [CONSTRAINT_EXCLUSION] = "ORM_EXCLUSION",
    [CONSTRAINT_REFERENCE] = "ORM_REFERENCE",
};

void put_constraints_of(struct view *v, const struct model *m)
{
    struct constraints all = constraints_of(m);

    begin_list(v);
    for (size_t i = 0; i < all.count; i++) {
        const struct constraint *c = &all.at[i];
        begin_item(v);
        put_c_string(v, "name", c->name);
        put(v, "upper", c->upper);
        put(v, "kind", kind_names[c->kind]);
        begin_list(v);
        for (size_t k = 0; k < c->field_count; k++)
            add_text(v, column_upper(c->fields[k]));
        end_list(v, "columns");
        put_number(v, "ref", c->ref ? (size_t)(c->ref - m->refs) : 0);
        put_flag(v, "partial", c->partial);
        end_item(v);
    }
    end_list(v, "constraints");
    free_constraints(&all);
}
