/* view_file.c: what a file has besides its models, and what it needs of other files. */
#include "view_parts.h"

#include "cname.h"
#include "ctypes.h"
#include "quote.h"
#include "sqlname.h"

#include <stdlib.h>
#include <string.h>

bool is_own(const struct view *v, const struct model *m)
{
    return m->file == v->schema->files;
}

/* "dir/people.orm.h" of "dir/people.yaml". */
static char *header_of(const char *link)
{
    return format("%.*s.orm.h", (int)(strlen(link) - strlen(".yaml")), link);
}

static void put_headers(struct view *v, const char *key, bool included)
{
    begin_list(v);
    for (size_t i = 1; i < v->schema->file_count; i++) {
        const struct schema_file *f = &v->schema->files[i];
        if (!f->link || f->included != included)
            continue;
        add_text(v, header_of(f->link));
    }
    end_list(v, key);
}

/* Some of the other files' models, as `is_it` says: their names in C. */
static void put_models(struct view *v, const char *key,
    bool (*is_it)(const struct view *, const struct model *))
{
    begin_list(v);
    for (size_t i = 0; i < v->schema->model_count; i++) {
        const struct model *m = &v->schema->models[i];
        if (is_own(v, m) || !is_it(v, m))
            continue;
        struct names n = names_of(m);
        begin_item(v);
        put(v, "c", n.c);
        put(v, "upper", n.upper);
        put(v, "object", c_parameter(m->name));
        end_item(v);
        free_names(&n);
    }
    end_list(v, key);
}

/* A struct of ours has a slot for it, and no header that we include knows it. */
static bool is_shown_here(const struct view *v, const struct model *m)
{
    if (m->file->included)
        return false;
    for (size_t i = 0; i < v->schema->model_count; i++) {
        const struct model *own = &v->schema->models[i];
        if (!is_own(v, own))
            continue;
        for (size_t j = 0; j < own->many_count; j++)
            if (own->manys[j].target == m)
                return true;
        for (size_t j = 0; j < own->one_count; j++)
            if (own->ones[j]->model == m)
                return true;
    }
    return false;
}

static bool is_listed_here(const struct view *v, const struct model *m)
{
    return !m->view_sql && c_listed(v->schema, m) == LISTED_ELSEWHERE &&
           c_is_listed_here(v->schema, m);
}

/* Only the table of models needs it. */
static bool is_far(const struct view *v, const struct model *m)
{
    (void)v;
    return !m->file->included && !m->file->link;
}

void put_others(struct view *v)
{
    put_headers(v, "includes", true);
    put_headers(v, "source_includes", false);
    put_models(v, "shown", is_shown_here);
    put_models(v, "listed", is_listed_here);
    put_models(v, "far", is_far);
}

static bool is_looked_up(const struct view *v, const struct user_type *t)
{
    for (size_t i = 0; i < v->schema->model_count; i++) {
        const struct model *m = &v->schema->models[i];
        for (size_t f = 0; is_own(v, m) && f < m->field_count; f++)
            if (m->fields[f].user == t && c_is_looked_up(&m->fields[f]))
                return true;
    }
    return false;
}

void put_types(struct view *v)
{
    begin_list(v);
    for (size_t i = 0; i < v->schema->user_type_count; i++) {
        const struct user_type *t = v->schema->user_types[i];
        if (!is_looked_up(v, t))
            continue;
        begin_item(v);
        put_made(v, "c", c_name(v->schema->files, t->name));
        put_c_string(v, "schema", t->schema);
        put_c_string(v, "sql", t->sql);
        end_item(v);
    }
    end_list(v, "types");
}

void put_enums(struct view *v)
{
    const struct schema *s = v->schema;

    begin_list(v);
    for (size_t i = 0; i < s->enumeration_count; i++) {
        const struct enumeration *e = s->enumerations[i];
        if (e->file != s->files)
            continue;
        char *c = c_enumeration(e);
        char *upper = c_upper(c);

        begin_item(v);
        put(v, "c", c);
        put_c_string(v, "sql", e->name);
        put_c_string(v, "schema", e->schema);
        put_flag(v, "in_array", e->in_array);
        begin_list(v);
        for (size_t l = 0; l < e->label_count; l++) {
            char *label = c_upper(e->labels[l]);
            begin_item(v);
            put_made(v, "c", format("%s_%s", upper, label));
            put_c_string(v, "sql", e->labels[l]);
            end_item(v);
            free(label);
        }
        end_list(v, "labels");
        end_item(v);
        free(upper);
        free(c);
    }
    end_list(v, "enums");
}
