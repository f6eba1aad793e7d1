/* render.c: templates to text.
 *
 * A template is compiled to Lua that writes it.  Each of its lines stays the line of
 * the same number there, so that Lua's messages point into the template. */
#include "render.h"
#include "embedded.h"
#include "quote.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct render {
    lua_State *lua;
    struct buffer *out;
};

static struct render *self(lua_State *lua)
{
    return lua_touserdata(lua, lua_upvalueindex(1));
}

/* -- Compiling --------------------------------------------------------------------- */

static void add_literal(struct buffer *lua, const char *from, const char *to)
{
    if (from == to)
        return;
    buffer_puts(lua, " write\"");
    for (const char *p = from; p < to; p++) {
        if (*p == '"' || *p == '\\' || *p == '\n')
            buffer_putc(lua, '\\');
        buffer_putc(lua, *p);
    }
    buffer_puts(lua, "\"");
}

/* The start of the blanks that begin `at`'s line, or NULL if anything else is there. */
static const char *only_blanks_before(const char *start, const char *at)
{
    while (at > start && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    return at == start || at[-1] == '\n' ? at : NULL;
}

static bool compile(const char *source, struct buffer *lua)
{
    const char *at = source;

    for (;;) {
        const char *tag = strstr(at, "<%");
        if (!tag)
            break;
        const char *end = strstr(tag, "%>");
        if (!end)
            return false;

        const bool is_expression = tag[2] == '=';
        const char *line = is_expression ? NULL : only_blanks_before(source, tag);
        const bool alone = line && line >= at && end[2] == '\n';

        add_literal(lua, at, alone ? line : tag);
        if (is_expression) {
            buffer_puts(lua, " write(");
            buffer_add(lua, tag + 3, (size_t)(end - tag - 3));
            buffer_puts(lua, ")");
        } else {
            buffer_puts(lua, " ");
            buffer_add(lua, tag + 2, (size_t)(end - tag - 2));
        }
        if (alone)
            buffer_puts(lua, "\n");
        at = end + (alone ? 3 : 2);
    }
    add_literal(lua, at, at + strlen(at));
    return true;
}

/* -- What templates can call ------------------------------------------------------- */

static int write_value(lua_State *lua)
{
    size_t len = 0;
    const char *s = luaL_checklstring(lua, 1, &len);
    buffer_add(self(lua)->out, s, len);
    return 0;
}

/* rule("-- Columns"): a comment that fills its line. */
static int rule(lua_State *lua)
{
    const char *s = luaL_checkstring(lua, 1);
    struct buffer line = {0};

    buffer_printf(&line, "/* %s ", s);
    while (line.len < QUOTE_COLUMNS - strlen(" */"))
        buffer_putc(&line, s[0]);
    buffer_puts(&line, s[0] == line.at[line.len - 1] ? " */" : "*/");
    lua_pushlstring(lua, line.at, line.len);
    buffer_free(&line);
    return 1;
}

static int include(lua_State *lua)
{
    const char *name = luaL_checkstring(lua, 1);
    const char *source = embedded_text(templates, name);
    if (!source)
        return luaL_error(lua, "no template \"%s\"", name);

    if (lua_getfield(lua, LUA_REGISTRYINDEX, name) != LUA_TFUNCTION) {
        struct buffer code = {0};
        lua_pop(lua, 1);
        if (!compile(source, &code)) {
            buffer_free(&code);
            return luaL_error(lua, "%s: a <%% without its %%>", name);
        }
        const char *chunk = lua_pushfstring(lua, "=templates/%s.tmpl", name);
        const int failed = luaL_loadbufferx(lua, code.at, code.len, chunk, "t");
        buffer_free(&code);
        if (failed)
            return lua_error(lua);
        lua_getfield(lua, LUA_REGISTRYINDEX, "sandbox");
        lua_setupvalue(lua, -2, 1); /* its _ENV */
        lua_pushvalue(lua, -1);
        lua_setfield(lua, LUA_REGISTRYINDEX, name);
    }
    lua_pushvalue(lua, 2);
    lua_call(lua, 1, 0);
    return 0;
}

/* -- The sandbox ------------------------------------------------------------------- */

static const char *const base_functions[] = {
    "assert", "error", "ipairs", "select", "tonumber", "tostring", "type"};

static const struct {
    const char *name;
    lua_CFunction open;
} libraries[] = {
    {LUA_STRLIBNAME, luaopen_string},
    {LUA_TABLIBNAME, luaopen_table},
    {LUA_UTF8LIBNAME, luaopen_utf8},
};

static const luaL_Reg own_functions[] = {
    {"write", write_value}, {"rule", rule}, {"include", include}, {NULL, NULL}};

static int set_up(lua_State *lua)
{
    struct render *r = lua_touserdata(lua, 1);

    lua_newtable(lua);
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
    for (size_t i = 0; i < sizeof base_functions / sizeof *base_functions; i++) {
        lua_getfield(lua, -1, base_functions[i]);
        lua_setfield(lua, -3, base_functions[i]);
    }
    lua_pop(lua, 1);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        luaL_requiref(lua, libraries[i].name, libraries[i].open, 0);
        lua_setfield(lua, -2, libraries[i].name);
    }
    lua_getfield(lua, -1, LUA_STRLIBNAME);
    lua_pushnil(lua);
    lua_setfield(lua, -2, "dump");
    lua_pop(lua, 1);
    lua_pushlightuserdata(lua, r);
    luaL_setfuncs(lua, own_functions, 1);
    lua_setfield(lua, LUA_REGISTRYINDEX, "sandbox");
    return 0;
}

/* -- Running ----------------------------------------------------------------------- */

static void must_run(lua_State *lua, int status)
{
    if (status == LUA_OK)
        return;
    if (status == LUA_ERRMEM)
        must(NULL);
    fprintf(stderr, "ormgen: internal error: %s\n", lua_tostring(lua, -1));
    exit(70);
}

/* Data is built outside of a protected call; nothing but memory can fail there. */
static int panic(lua_State *lua)
{
    (void)lua;
    must(NULL);
    return 0;
}

struct render *render_open(void)
{
    struct render *r = must(calloc(1, sizeof *r));

    r->lua = must(luaL_newstate());
    lua_atpanic(r->lua, panic);
    lua_pushcfunction(r->lua, set_up);
    lua_pushlightuserdata(r->lua, r);
    must_run(r->lua, lua_pcall(r->lua, 1, 0, 0));
    return r;
}

void render_close(struct render *r)
{
    lua_close(r->lua);
    free(r);
}

lua_State *render_lua(struct render *r)
{
    return r->lua;
}

void render(struct render *r, const char *name, struct buffer *out)
{
    lua_State *lua = r->lua;

    r->out = out;
    lua_getfield(lua, LUA_REGISTRYINDEX, "sandbox");
    lua_getfield(lua, -1, "include");
    lua_remove(lua, -2);
    lua_pushstring(lua, name);
    lua_pushvalue(lua, -3);
    must_run(lua, lua_pcall(lua, 2, 0, 0));
}
