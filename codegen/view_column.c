/* view_column.c: a model's columns, what sets them, and the values made of several. */
#include "view_parts.h"

#include "buffer.h"
#include "cname.h"
#include "ctypes.h"
#include "ddl.h"
#include "quote.h"

#include <stdlib.h>
#include <string.h>

/* What a getter returns for the object `var`. */
static char *read_of(const struct field *f, const char *var)
{
    const struct c_type *t = c_type_of(f);

    if (f->type == TYPE_BOOL)
        return format("%s && %s->%s_", var, var, f->name);
    if (f->type != TYPE_ENUM)
        return format(
            "%s ? %s->%s_ : %s", var, var, f->name, t->zero ? t->zero : "nothing");
    char *type = type_of(f);
    char *read = format("(%.*s)(%s ? %s->%s_ : %s)", (int)strlen(type) - 1, type, var,
        var, f->name, t->zero);
    free(type);
    return read;
}

static void put_column_flags(struct view *v, const struct field *f)
{
    const struct traits *t = &f->traits;
    const bool inserts = t->filled_on_insert || t->generated;
    const bool updates = t->filled_on_update || t->generated;
    const struct {
        bool set;
        const char *name;
    } flags[] = {
        {f->optional, "NULLABLE"},
        {f->default_kind == DEFAULT_LITERAL || f->default_kind == DEFAULT_SQL,
            "DEFAULT"},
        {f->default_kind == DEFAULT_UUID7, "UUID7"},
        {f->identity, "IDENTITY"},
        {t->identity_always, "ALWAYS"},
        {inserts && updates, "FILLED"},
        {inserts && !updates, "FILLED_ON_INSERT"},
        {updates && !inserts, "FILLED_ON_UPDATE"},
        {t->version, "VERSION"},
        {t->created, "CREATED"},
        {t->updated, "UPDATED"},
    };
    struct buffer set = {0};

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].set)
            buffer_printf(&set, "%sORM_COLUMN_%s", set.len ? " | " : "", flags[i].name);
    put(v, "flags", buffer_of(&set));
    buffer_free(&set);
}

/* Whether the lazy column is not loaded: an expression. */
static char *unloaded_bit(const struct model *m, size_t column, const char *var)
{
    const size_t eager = m->field_count - m->lazy_count;
    const size_t bit = column < eager ? 0 : column - eager;

    return format(
        "%s && %s->unloaded_bits[%zu] >> %zu & 1", var, var, bit / 8, bit % 8);
}

/* The SQL that makes a value of a key, so that it is known before the row is sent. */
static void put_made_key(struct view *v, const struct field *f)
{
    struct buffer sql = {0}, quoted = {0};

    if (!f->key || f->default_kind != DEFAULT_SQL) {
        put(v, "made", "");
        return;
    }
    ddl_default_value(f, &sql);
    quote_c(&quoted, sql.at);
    put_made(v, "made", quoted.at);
    buffer_free(&sql);
}

void put_model_columns(struct view *v, const struct model *m, const struct names *n)
{
    begin_list(v);
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        char *upper = column_upper(f);
        struct buffer words = {0};

        begin_item(v);
        put(v, "name", f->name);
        put(v, "question", c_question(f));
        put(v, "upper", upper);
        put_made(v, "type", type_of(f));
        put_made(
            v, "member_type", f->type == TYPE_ENUM ? spaced("int32_t") : type_of(f));
        put_number(v, "alignment", c_alignment(f));
        put_made(v, "read", read_of(f, n->var));
        put_flag(v, "optional", f->optional);
        put_flag(v, "lazy", f->traits.lazy);
        put_made(v, "unloaded", unloaded_bit(m, i, n->var));
        put_c_string(v, "sql", f->column);
        put_c_string(v, "yaml", f->yaml);
        put_made(v, "enum",
            f->enumeration ? c_enumeration(f->enumeration) : format("%s", ""));
        put_made(v, "user",
            c_is_looked_up(f) ? c_name(f->model->file, f->user->name)
                              : format("%s", ""));
        put_number(v, "length", f->length);
        put_made_key(v, f);
        put_number(v, "scale", f->scale);
        put(v, "orm_type", c_type_of(f)->orm);
        put(v, "element", f->type == TYPE_ARRAY ? c_element_of(f)->orm : "");
        put_flag(v, "is_struct", !c_type_of(f)->zero);

        if (f->doc)
            buffer_puts(&words, f->doc);
        if (f->traits.lazy)
            buffer_printf(&words,
                "\n\nLazy: loads it for every %s that arrived with this one.", m->name);
        const bool is_scaled = f->type == TYPE_DECIMAL ||
                               (f->type == TYPE_ARRAY && f->element == TYPE_DECIMAL);
        if (is_scaled && f->scale)
            buffer_printf(&words, "\n\nTimes 10^%u.", f->scale);
        if (f->optional)
            buffer_printf(&words, "\n\nNull reads as %s; %s_has_%s() tells.",
                c_type_of(f)->zero ? c_type_of(f)->zero : "zeros", n->c, c_question(f));
        put_comment(v, buffer_of(&words));

        put_column_flags(v, f);
        end_item(v);

        buffer_free(&words);
        free(upper);
    }
    end_list(v, "columns");
}

/* -- Setters ----------------------------------------------------------------------- */

/* A setter that passes `arguments` on; takes the two made strings. */
static void put_setter(
    struct view *v, char *name, const char *call, char *parameter, char *arguments)
{
    begin_item(v);
    put_made(v, "name", name);
    put(v, "call", call);
    put_made(v, "param", parameter);
    put_made(v, "arguments", arguments);
    end_item(v);
}

static void put_ref_setters(struct view *v, const struct ref *r, const struct names *n)
{
    const char *parameter = c_parameter(r->name);
    char *target = c_model(r->target);
    char *slot = slot_upper(r->model, r->name);

    put_setter(v, format("%s_set_%s", n->c, r->name), "orm_set_ref",
        format(", struct %s *%s", target, parameter),
        format("%s, (struct orm_object *)%s", slot, parameter));
    if (r->optional)
        put_setter(v, format("%s_clear_%s", n->c, r->name), "orm_set_ref",
            format("%s", ""), format("%s, NULL", slot));
    free(slot);
    free(target);
}

/* The column beside which a relation stands in what is listed by column. */
static const struct field *anchor_of(const struct ref *r)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (r->fields[i]->ref == r)
            return r->fields[i];
    return r->fields[0];
}

void put_setters(struct view *v, const struct model *m, const struct names *n)
{
    begin_list(v);
    for (size_t i = 0; !m->view_sql && i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        for (size_t r = 0; r < m->ref_count; r++)
            if (anchor_of(&m->refs[r]) == f)
                put_ref_setters(v, &m->refs[r], n);
        if (!f->settable)
            continue;

        const char *parameter = c_parameter(f->name);
        char *type = type_of(f);
        char *upper = column_upper(f);
        char *call = format("orm_set_%s", c_type_of(f)->value);
        put_setter(v, format("%s_set_%s", n->c, f->name), call,
            format(", %s%s", type, parameter),
            format("%s, %s%s", upper, c_type_of(f)->zero ? "" : "&", parameter));
        if (f->optional && c_question(f) == f->name)
            put_setter(v, format("%s_clear_%s", n->c, f->name), "orm_set_null",
                format("%s", ""), format("%s", upper));
        free(call);
        free(upper);
        free(type);
    }
    end_list(v, "setters");
}

/* -- Values ------------------------------------------------------------------------ */

void put_embeds(struct view *v, const struct model *m)
{
    begin_list(v);
    for (size_t i = 0; i < m->embed_count; i++) {
        const struct embed *e = &m->embeds[i];
        begin_item(v);
        put(v, "name", e->name);
        put_made(v, "value", c_name(e->value->file, e->value->name));
        put_flag(v, "optional", e->optional);
        put_comment(v, e->doc ? e->doc : "");
        begin_list(v);
        for (size_t k = 0; k < e->value->field_count; k++) {
            begin_item(v);
            put(v, "name", e->columns[k]->name);
            put(v, "member", e->value->fields[k].name);
            put_flag(v, "optional", e->value->fields[k].optional);
            end_item(v);
        }
        end_list(v, "columns");
        end_item(v);
    }
    end_list(v, "embeds");
}

void put_values(struct view *v)
{
    begin_list(v);
    for (size_t i = 0; i < v->schema->value_count; i++) {
        const struct value *x = &v->schema->values[i];
        if (x->file != v->schema->files)
            continue;
        begin_item(v);
        put_made(v, "c", c_name(x->file, x->name));
        put_comment(v, x->doc ? x->doc : "");
        begin_list(v);
        for (size_t k = 0; k < x->field_count; k++) {
            const struct field *f = &x->fields[k];
            begin_item(v);
            put(v, "name", f->name);
            put_made(v, "type", type_of(f));
            put_flag(v, "optional", f->optional);
            end_item(v);
        }
        end_list(v, "fields");
        end_item(v);
    }
    end_list(v, "values");
}
