/* inspect.c: `ormgen inspect`: what templates see, as JSON. */
#include "buffer.h"
#include "render.h"
#include "run.h"
#include "source.h"
#include "view.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *to_json(lua_State *lua, int index);

static json_t *list_to_json(lua_State *lua, int index)
{
    json_t *list = must(json_array());
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(lua, index); i++) {
        lua_rawgeti(lua, index, i);
        json_array_append_new(list, must(to_json(lua, lua_gettop(lua))));
        lua_pop(lua, 1);
    }
    return list;
}

/* The order of the keys is JSON_SORT_KEYS': Lua's is another in each run. */
static json_t *map_to_json(lua_State *lua, int index)
{
    json_t *map = must(json_object());
    lua_pushnil(lua);
    while (lua_next(lua, index)) {
        json_object_set_new(
            map, lua_tostring(lua, -2), must(to_json(lua, lua_gettop(lua))));
        lua_pop(lua, 1);
    }
    return map;
}

/* No map is ever empty, so a table that is empty is a list. */
static bool is_list(lua_State *lua, int index)
{
    lua_pushnil(lua);
    if (!lua_next(lua, index))
        return true;
    const bool numbered = lua_type(lua, -2) == LUA_TNUMBER;
    lua_pop(lua, 2);
    return numbered;
}

static json_t *to_json(lua_State *lua, int index)
{
    switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(lua, index));
    case LUA_TNUMBER:
        return json_integer(lua_tointeger(lua, index));
    case LUA_TSTRING:
        return json_string(lua_tostring(lua, index));
    default:
        return is_list(lua, index) ? list_to_json(lua, index) : map_to_json(lua, index);
    }
}

int run_inspect(const struct arguments *a)
{
    struct schema *s = NULL;
    struct report *report = report_open(a);
    char *base = source_base(a->files[0]);
    int status =
        base ? source_read(a->files[0], base, a->names, report, NULL, &s) : EXIT_USAGE;

    report_close(report);
    if (status == EXIT_OK) {
        struct render *r =
            render_open(&(struct render_setup){.model_count = s->model_count});
        view(render_lua(r), s, base);
        json_t *document = to_json(render_lua(r), lua_gettop(render_lua(r)));
        json_dumpf(document, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
        putchar('\n');
        status = flush_stdout();
        json_decref(document);
        render_close(r);
        schema_free(s);
    }
    free(base);
    return status;
}
