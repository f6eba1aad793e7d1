/* view_name.c: names and types in C of a model's parts. */
#include "view_parts.h"

#include "buffer.h"
#include "cname.h"
#include "ctypes.h"

#include <stdlib.h>
#include <string.h>

struct names names_of(const struct model *m)
{
    const char first = m->struct_name[0];
    struct names n = {.c = c_model(m)};
    n.upper = c_upper(n.c);
    n.var[0] = first >= 'A' && first <= 'Z' ? (char)(first + 32) : first;
    return n;
}

void free_names(struct names *n)
{
    free(n->c);
    free(n->upper);
}

char *spaced(const char *type)
{
    return format("%s%s", type, type[strlen(type) - 1] == '*' ? "" : " ");
}

/* What getters return and setters take. */
char *type_of(const struct field *f)
{
    const bool is_array = f->type == TYPE_ARRAY;
    const struct c_type *t = is_array ? c_element_of(f) : c_type_of(f);

    if (is_array && t->array)
        return format("struct orm_%s_array ", t->array);
    if (t->c)
        return spaced(t->c);
    char *e = c_enumeration(f->enumeration);
    char *type = format(is_array ? "struct %s_array " : "enum %s ", e);
    free(e);
    return type;
}

char *column_upper(const struct field *f)
{
    struct names n = names_of(f->model);
    char *field = c_upper(f->name);
    char *made = format("%s_%s", n.upper, field);
    free(field);
    free_names(&n);
    return made;
}

static char *relation_upper(const struct model *m, const char *kind, const char *name)
{
    struct names n = names_of(m);
    char *relation = c_upper(name);
    char *made = format("%s_%s_%s", n.upper, kind, relation);
    free(relation);
    free_names(&n);
    return made;
}

char *slot_upper(const struct model *m, const char *name)
{
    return relation_upper(m, "REF", name);
}

char *list_upper(const struct model *m, const char *name)
{
    return relation_upper(m, "MANY", name);
}
