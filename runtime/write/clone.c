/* clone.c: an unsaved copy of an object. */
#include "objects/identity.h"
#include "objects/relate.h"
#include "write/change.h"

/* What the server or the runtime gives each row is not copied. */
static bool is_copied(const struct orm_model *m, const struct orm_column *c)
{
    const unsigned given = ORM_COLUMN_IDENTITY | ORM_COLUMN_ALWAYS |
                           ORM_COLUMN_FILLED_ON_INSERT | COLUMN_IS_OURS;
    const bool is_made = c->made || c->flags & ORM_COLUMN_UUID7;
    const bool is_key = key_has_column(key_of_model(m), (unsigned)(c - m->columns));
    return !(c->flags & given) && !(is_key && is_made);
}

/* Of lazy columns, for all peers. */
static bool load_all(struct orm_object *o)
{
    for (unsigned i = model_eager_count(o->model); i < o->model->column_count; i++)
        if (is_copied(o->model, &o->model->columns[i]) && !object_is_loaded(o, i))
            orm_load_lazy(o, i);
    return !object_session(o)->error.code;
}

static void copy_columns(struct orm_object *to, const struct orm_object *from)
{
    for (unsigned i = 0; i < from->model->column_count; i++) {
        const struct orm_column *c = &from->model->columns[i];
        if (!is_copied(from->model, c) || !object_is_loaded(from, i))
            continue;
        if (!bit_is_set(object_null_bits(from), i))
            change_set(to, i, object_value(from, i));
        else if (c->flags & ORM_COLUMN_NULLABLE)
            orm_set_null(to, i);
    }
}

/* A target that is not saved either has no key yet: the slot tells it. */
static void copy_links(struct orm_object *to, const struct orm_object *from)
{
    for (unsigned i = 0; i < from->model->to_one_count; i++) {
        const struct orm_to_one *ref = &from->model->to_ones[i];
        if (relate_is_to_new(from, ref))
            orm_set_ref(to, i, *object_slot(from, ref));
    }
}

struct orm_object *orm_clone(struct orm_object *o)
{
    if (!o)
        orm_abort_null("clone");
    struct orm_session *s = object_session(o);
    struct orm_object *made =
        !s->error.code && !(o->state & OBJECT_PLACEHOLDER) && load_all(o)
            ? change_make(s, o->model)
            : NULL;
    if (!made)
        return object_placeholder(s, o->model);
    copy_columns(made, o);
    copy_links(made, o);
    return s->error.code ? object_placeholder(s, o->model) : made;
}
