/* view.c: what templates see.
 *
 * Strings that end in a type carry its last space, so that `<%= type %>name` reads
 * right for "int32_t " and "const char *" alike.  Whatever is put is hashed as well:
 * the hash names everything that the output depends on. */
#include "view.h"
#include "buffer.h"
#include "cname.h"
#include "ctypes.h"
#include "quote.h"
#include "reserved.h"
#include "view_parts.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ABI 5 /* ORM_MODEL_ABI of the runtime that the templates are written for */

#define API 2 /* raised when a field of these tables goes, or means something else */

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
        put(v, "type", type);
        put_made(v, "member",
            format("%s%s", f->name, reserved(f->name, RESERVED_MACRO) ? "_" : ""));
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
    put_model_columns(v, m, &n);
    put_embeds(v, m);
    put_slots(v, m);
    put_manys(v, m);
    put_setters(v, m, &n);
    put_constraints_of(v, m);
    put_families(v, m, &n);
    end_item(v);
    free_names(&n);
}

/* -- Schemas ----------------------------------------------------------------------- */

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
    for (size_t i = 0; i < s->model_count; i++)
        add_text(&v, c_model(s->by_dependency[i]));
    end_list(&v, "by_dependency");
    put_made(&v, "hash", format("0x%016llxu", (unsigned long long)v.hash));
}
