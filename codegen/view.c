/* view.c: what templates see.
 *
 * Strings that end in a type carry its last space, so that `<%= type %>name` reads
 * right for "int32_t " and "const char *" alike.  Whatever is put is hashed as well:
 * the hash names everything that the output depends on. */
#include "view.h"
#include "buffer.h"
#include "cname.h"
#include "ctypes.h"
#include "ddl.h"
#include "quote.h"
#include "sqlname.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ABI 3 /* ORM_MODEL_ABI of the runtime that the templates are written for */

#define API 1 /* raised when a field of these tables goes, or means something else */

struct view {
    lua_State *lua;
    const struct schema *schema;
    uint64_t hash; /* FNV-1a */
};

/* A model's names, as its parts need them. */
struct names {
    char *c;     /* book, with the prefix */
    char *upper; /* BOOK */
    char var[2]; /* b */
};

static struct names names_of(const struct model *m)
{
    const char first = m->struct_name[0];
    struct names n = {.c = c_model(m)};
    n.upper = c_upper(n.c);
    n.var[0] = first >= 'A' && first <= 'Z' ? (char)(first + 32) : first;
    return n;
}

static void free_names(struct names *n)
{
    free(n->c);
    free(n->upper);
}

/* -- Putting values into the table on top of the stack ----------------------------- */

static void hash(struct view *v, const char *s)
{
    do
        v->hash = (v->hash ^ (unsigned char)*s) * 1099511628211u;
    while (*s++);
}

static void put(struct view *v, const char *key, const char *value)
{
    hash(v, key);
    hash(v, value);
    lua_pushstring(v->lua, value);
    lua_setfield(v->lua, -2, key);
}

/* As put(), for a string that was made for it. */
static void put_made(struct view *v, const char *key, char *value)
{
    put(v, key, value);
    free(value);
}

static void put_number(struct view *v, const char *key, size_t value)
{
    put_made(v, key, format("%zu", value));
    lua_pushinteger(v->lua, (lua_Integer)value);
    lua_setfield(v->lua, -2, key);
}

static void put_flag(struct view *v, const char *key, bool value)
{
    hash(v, key);
    hash(v, value ? "true" : "false");
    lua_pushboolean(v->lua, value);
    lua_setfield(v->lua, -2, key);
}

static void put_c_string(struct view *v, const char *key, const char *value)
{
    struct buffer quoted = {0};
    quote_c(&quoted, value);
    put(v, key, quoted.at);
    buffer_free(&quoted);
}

/* A comment made of the user's words, or "". */
static void put_comment(struct view *v, const char *words)
{
    struct buffer comment = {0};
    quote_comment(&comment, words);
    put(v, "doc", buffer_of(&comment));
    buffer_free(&comment);
}

static void begin_list(struct view *v)
{
    lua_newtable(v->lua);
}

static void end_list(struct view *v, const char *key)
{
    hash(v, key);
    lua_setfield(v->lua, -2, key);
}

static void begin_item(struct view *v)
{
    lua_newtable(v->lua);
}

/* Appends what is on top to the list below it. */
static void end_item(struct view *v)
{
    lua_rawseti(v->lua, -2, (lua_Integer)lua_rawlen(v->lua, -2) + 1);
}

/* -- Types ------------------------------------------------------------------------- */

static char *spaced(const char *type)
{
    return format("%s%s", type, type[strlen(type) - 1] == '*' ? "" : " ");
}

/* What getters return and setters take. */
static char *type_of(const struct field *f)
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

static char *column_upper(const struct field *f)
{
    struct names n = names_of(f->model);
    char *field = c_upper(f->name);
    char *made = format("%s_%s", n.upper, field);
    free(field);
    free_names(&n);
    return made;
}

static char *slot_upper(const struct model *m, const char *name)
{
    struct names n = names_of(m);
    char *slot = c_upper(name);
    char *made = format("%s_REF_%s", n.upper, slot);
    free(slot);
    free_names(&n);
    return made;
}

static size_t index_of_ref(const struct ref *r)
{
    return (size_t)(r - r->model->refs);
}

/* -- Parts of a model -------------------------------------------------------------- */

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
        "%s && %s->unloaded_bits[%zu] >> %zu & 1", var, var, bit / 64, bit % 64);
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

static void put_columns(struct view *v, const struct model *m, const struct names *n)
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

static const char *const action_names[] = {
    [ACTION_NO_ACTION] = "ORM_NO_ACTION",
    [ACTION_RESTRICT] = "ORM_RESTRICT",
    [ACTION_CASCADE] = "ORM_CASCADE",
    [ACTION_SET_NULL] = "ORM_SET_NULL",
    [ACTION_SET_DEFAULT] = "ORM_SET_DEFAULT",
};

/* Appends `text`, which it takes, to the list on top. */
static void add_text(struct view *v, char *text)
{
    hash(v, text);
    lua_pushstring(v->lua, text);
    end_item(v);
    free(text);
}

/* BOOK_AUTHOR_ID, ...: the indexes of columns. */
static void put_column_list(
    struct view *v, const char *key, const struct field *const *fields, size_t count)
{
    begin_list(v);
    for (size_t i = 0; i < count; i++)
        add_text(v, column_upper(fields[i]));
    end_list(v, key);
}

/* The columns that become null with the reference, a bit each. */
static unsigned cleared_bits(const struct ref *r)
{
    unsigned bits = 0;

    for (size_t i = 0; i < r->column_count; i++)
        bits |= (unsigned)r->clears[i] << i;
    return bits;
}

/* The place of the target's slot that shows `r` from the other side. */
static char *inverse_of_ref(const struct ref *r)
{
    if (!r->reverse)
        return format("ORM_NO_INVERSE");
    if (r->unique)
        return slot_upper(r->target, r->reverse);
    for (size_t i = 0; i < r->target->many_count; i++)
        if (r->target->manys[i].ref == r)
            return format("%zu", i);
    return format("ORM_NO_INVERSE");
}

static void put_slot(
    struct view *v, const struct model *m, const struct ref *r, bool reverse)
{
    const struct model *target = reverse ? r->model : r->target;
    const char *name = reverse ? r->reverse : r->name;
    struct buffer words = {0};

    begin_item(v);
    put(v, "name", name);
    put_c_string(v, "yaml", name);
    put_made(v, "upper", slot_upper(m, name));
    put_made(v, "target", c_model(target));
    const struct field *const *ours = reverse ? r->target_fields : r->fields;
    const struct field *const *theirs = reverse ? r->fields : r->target_fields;
    put_column_list(v, "columns", ours, r->column_count);
    put_column_list(v, "target_columns", theirs, r->column_count);
    put_number(v, "clears", reverse ? 0 : cleared_bits(r));
    put_made(v, "inverse", reverse ? slot_upper(r->model, r->name) : inverse_of_ref(r));
    put_flag(v, "reverse", reverse);
    put_flag(v, "unique", r->unique);
    put(v, "on_delete", action_names[r->on_delete]);
    put(v, "on_update", action_names[r->on_update]);
    if (r->doc && !reverse)
        buffer_printf(&words, "%s\n\n", r->doc);
    buffer_printf(
        &words, "Loads the %s of every %s that arrived with this one.", name, m->name);
    put_comment(v, words.at);
    end_item(v);
    buffer_free(&words);
}

static void put_slots(struct view *v, const struct model *m)
{
    begin_list(v);
    for (size_t i = 0; i < m->ref_count; i++)
        put_slot(v, m, &m->refs[i], false);
    for (size_t i = 0; i < m->one_count; i++)
        put_slot(v, m, m->ones[i], true);
    end_list(v, "slots");
}

static void put_join_end(struct view *v, const char *key, const struct join_end *end)
{
    begin_item(v);
    begin_list(v);
    for (size_t i = 0; i < end->column_count; i++) {
        struct buffer name = {0};
        quote_c(&name, end->columns[i]);
        add_text(v, name.at);
    }
    end_list(v, "columns");
    put_column_list(v, "key", end->fields, end->column_count);
    end_list(v, key);
}

static void put_manys(struct view *v, const struct model *m)
{
    begin_list(v);
    for (size_t i = 0; i < m->many_count; i++) {
        const struct many *r = &m->manys[i];
        const bool joins = r->kind != MANY_REVERSE;
        const bool through = r->kind == MANY_THROUGH;

        begin_item(v);
        put(v, "name", r->name);
        put_c_string(v, "yaml", r->name);
        put_made(v, "target", c_model(r->target));
        put_comment(v, r->doc ? r->doc : "");
        put(v, "kind", joins ? "ORM_MANY_JOIN" : "ORM_MANY_REVERSE");
        put_made(
            v, "ref", joins ? format("%s", "") : slot_upper(r->target, r->ref->name));
        put_made(v, "inverse",
            r->inverse ? format("%zu", (size_t)(r->inverse - r->target->manys))
                       : format("ORM_NO_INVERSE"));
        if (joins) {
            const struct model *home = through       ? r->through
                                       : r->declared ? m
                                                     : r->target;
            put_c_string(v, "join_schema", home->schema);
            put_c_string(v, "join_table", r->join_table);
            put_join_end(v, "owner_end", &r->owner_end);
            put_join_end(v, "target_end", &r->target_end);
        } else {
            put(v, "join_table", "");
        }
        put_made(v, "through", through ? c_model(r->through) : format("%s", ""));
        begin_list(v);
        for (size_t k = 0; k < r->order_count; k++) {
            begin_item(v);
            put_made(v, "column", column_upper(r->order[k].field));
            put_flag(v, "descending", r->order[k].descending);
            end_item(v);
        }
        end_list(v, "order");
        put_number(v, "through_owner", through ? index_of_ref(r->through_owner) : 0);
        put_number(v, "through_target", through ? index_of_ref(r->through_target) : 0);
        end_item(v);
    }
    end_list(v, "manys");
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

static void put_setters(struct view *v, const struct model *m, const struct names *n)
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

/* -- Conditions and orders --------------------------------------------------------- */

static void put_cond(
    struct view *v, char *name, const char *make, char *parameter, char *arguments)
{
    begin_item(v);
    put_made(v, "name", name);
    put(v, "make", make);
    put_made(v, "param", parameter);
    put_made(v, "arguments", arguments);
    end_item(v);
}

static void put_column_conds(
    struct view *v, const struct field *f, const struct names *n)
{
    const unsigned ops = c_ops_of(f);
    const char *parameter = c_parameter(f->name);
    char *upper = column_upper(f);

    for (size_t i = 0; i < c_op_count; i++) {
        if (!(ops & c_ops[i].of))
            continue;
        const struct field operand = c_operand(f, c_ops[i].operand);
        const struct c_type *t = c_type_of(&operand);
        char *type = type_of(&operand);
        char *make = format("orm_cond_%s", t->value);
        put_cond(v, format("%s_%s_%s", n->c, f->name, c_ops[i].name), make,
            t->zero ? format("%s%s", type, parameter)
                    : format("const %s*%s", type, parameter),
            format("%s, %s, %s", c_ops[i].orm, upper, parameter));
        free(make);
        free(type);
    }
    if (f->optional) {
        put_cond(v, format("%s_%s_is_null", n->c, c_question(f)), "orm_cond_plain",
            format("void"), format("ORM_IS_NULL, %s", upper));
        put_cond(v, format("%s_%s_not_null", n->c, c_question(f)), "orm_cond_plain",
            format("void"), format("ORM_NOT_NULL, %s", upper));
    }
    free(upper);
}

static void put_ref_cond(struct view *v, const struct ref *r, const struct names *n)
{
    const char *parameter = c_parameter(r->name);
    char *target = c_model(r->target);
    char *slot = slot_upper(r->model, r->name);

    put_cond(v, format("%s_%s_is", n->c, r->name), "orm_cond_object",
        format("const struct %s *%s", target, parameter),
        format("ORM_IS, %s, (const struct orm_object *)%s", slot, parameter));
    free(slot);
    free(target);
}

static const struct {
    const char *name;
    const char *orm;
} brackets[] = {
    {"any_of", "ORM_ANY_OF"},
    {"all_of", "ORM_ALL_OF"},
    {"none_of", "ORM_NONE_OF"},
    {"end", "ORM_END"},
};

static void put_conds(struct view *v, const struct model *m, const struct names *n)
{
    begin_list(v);
    for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++)
        put_cond(v, format("%s_%s", n->c, brackets[i].name), "orm_cond_plain",
            format("void"), format("%s, 0", brackets[i].orm));
    for (size_t i = 0; i < m->field_count; i++) {
        for (size_t r = 0; r < m->ref_count; r++)
            if (anchor_of(&m->refs[r]) == &m->fields[i])
                put_ref_cond(v, &m->refs[r], n);
        put_column_conds(v, &m->fields[i], n);
    }
    end_list(v, "conds");
}

static void put_orders(struct view *v, const struct model *m, const struct names *n)
{
    begin_list(v);
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        if (!c_is_sorted(f))
            continue;
        char *upper = column_upper(f);
        for (int descending = 0; descending < 2; descending++) {
            begin_item(v);
            put_made(v, "name",
                format("%s_%s_%s", n->c, f->name, descending ? "desc" : "asc"));
            put_made(
                v, "arguments", format("%s, %s", upper, descending ? "true" : "false"));
            end_item(v);
        }
        free(upper);
    }
    end_list(v, "orders");
}

/* -- Values ------------------------------------------------------------------------ */

static void put_embeds(struct view *v, const struct model *m)
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

static void put_values(struct view *v)
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

/* -- Models ------------------------------------------------------------------------ */

static void put_key(struct view *v, const struct model *m)
{
    struct buffer parameters = {0};

    begin_item(v);
    begin_list(v);
    for (size_t i = 0; i < m->key_count; i++) {
        const struct field *f = &m->key[i];
        char *type = type_of(f);
        const char *comma = i > 0 ? ", " : "";

        buffer_printf(&parameters, "%s%s%s", comma, type, c_parameter(f->name));
        begin_item(v);
        put_made(v, "upper", column_upper(f));
        put(v, "value", c_type_of(f)->value);
        put_made(v, "argument",
            format("%s%s", c_type_of(f)->zero ? "" : "&", c_parameter(f->name)));
        end_item(v);
        free(type);
    }
    end_list(v, "parts");
    put_made(v, "params", parameters.at);
    end_list(v, "key");
}

/* Where managers of `m` come from. */
static char *managers_of(const struct view *v, const struct model *m)
{
    struct buffer made = {0};
    size_t count = 0;
    char *c = c_model(m);

    buffer_printf(&made, "-- Managers: %s_table(s)", c);
    free(c);
    for (size_t i = 0; i < v->schema->model_count; i++) {
        const struct model *owner = &v->schema->models[i];
        struct names n = names_of(owner);
        for (size_t j = 0; j < owner->many_count; j++) {
            if (owner->manys[j].target != m)
                continue;
            char *one = format(", %s_%s(%s)", n.c, owner->manys[j].name, n.var);
            const size_t room = QUOTE_COLUMNS - strlen("/* , ... */");
            if (++count <= 2 && made.len + strlen(one) <= room)
                buffer_puts(&made, one);
            else if (made.at[made.len - 1] != '.')
                buffer_puts(&made, ", ...");
            free(one);
        }
        free_names(&n);
    }
    return made.at;
}

static void put_model(struct view *v, const struct model *m)
{
    struct names n = names_of(m);
    struct buffer words = {0};

    begin_item(v);
    put(v, "name", m->name);
    put(v, "c", n.c);
    put(v, "upper", n.upper);
    put(v, "var", n.var);
    put(v, "object", c_parameter(m->struct_name));
    put_c_string(v, "yaml", m->name);
    put_c_string(v, "schema", m->schema);
    put_c_string(v, "table", m->table);
    if (m->doc)
        buffer_printf(&words, "%s ", m->doc);
    buffer_printf(&words, "%s \"%s\".", m->view_sql ? "View" : "Table", m->table);
    put_comment(v, words.at);
    buffer_free(&words);
    put_made(v, "managers", managers_of(v, m));
    put_flag(v, "written", !m->view_sql);
    put_flag(v, "listed", !m->view_sql && c_listed(v->schema, m) == LISTED_AT_HOME);
    put_flag(v, "shown", c_is_shown_elsewhere(v->schema, m));
    put_key(v, m);
    put_number(v, "lazy_count", m->lazy_count);
    put_columns(v, m, &n);
    put_embeds(v, m);
    put_slots(v, m);
    put_manys(v, m);
    put_setters(v, m, &n);
    put_conds(v, m, &n);
    put_orders(v, m, &n);
    end_item(v);
    free_names(&n);
}

/* -- Other files ------------------------------------------------------------------- */

static bool is_own(const struct view *v, const struct model *m)
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
        char *header = header_of(f->link);
        hash(v, header);
        lua_pushstring(v->lua, header);
        end_item(v);
        free(header);
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

static void put_others(struct view *v)
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

static void put_types(struct view *v)
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

static void put_enums(struct view *v)
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

void view(lua_State *lua, const struct schema *s, const char *base)
{
    struct view v = {.lua = lua, .schema = s, .hash = 14695981039346656037u};

    lua_newtable(lua);
    lua_pushinteger(lua, API);
    lua_setfield(lua, -2, "api");
    put_made(&v, "file", format("%s.yaml", base));
    put_made(&v, "header", format("%s.orm.h", base));
    put_made(&v, "source", format("%s.orm.c", base));
    put_made(&v, "guard", c_guard(base, "ORM_H"));
    put_made(&v, "hash_macro", c_guard(base, "ORM_HASH"));
    put_number(&v, "abi", ABI);
    put_c_string(&v, "name", s->module);
    put(&v, "c_module", s->module);
    put_made(&v, "c_schema", format("%s_schema", s->module));
    put_enums(&v);
    put_types(&v);
    put_values(&v);
    begin_list(&v);
    for (size_t i = 0; i < s->model_count; i++)
        if (is_own(&v, &s->models[i]))
            put_model(&v, &s->models[i]);
    end_list(&v, "models");
    put_others(&v);
    begin_list(&v);
    for (size_t i = 0; i < s->model_count; i++) {
        const struct model *m = s->by_dependency[i];
        char *c = c_model(m);
        hash(&v, c);
        lua_pushstring(lua, c);
        end_item(&v);
        free(c);
    }
    end_list(&v, "by_dependency");
    put_made(&v, "hash", format("0x%016llxu", (unsigned long long)v.hash));
}
