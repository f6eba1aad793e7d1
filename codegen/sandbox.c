/* sandbox.c: Lua without the world. */
#include "sandbox.h"
#include "buffer.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEPS_AT_ONCE = 10000,
    MEGABYTE = 1024 * 1024
};

struct sandbox {
    lua_State *lua;
    size_t used, limit; /* bytes; no limit while data is built */
    bool limited;
    bool full;
    long long steps_left, steps;
    char place[LUA_IDSIZE + 20]; /* "file:line", where the memory ended */
    char *message;
};

/* -- Steps and memory -------------------------------------------------------------- */

static struct sandbox *sandbox_of(lua_State *lua)
{
    void *s;
    lua_getallocf(lua, &s);
    return s;
}

/* "file:line: " of the line of Lua that is running.  This allocates nothing. */
static void note_place(struct sandbox *s)
{
    lua_Debug info;

    s->place[0] = '\0';
    for (int level = 0; lua_getstack(s->lua, level, &info); level++)
        if (lua_getinfo(s->lua, "Sl", &info) && info.currentline > 0) {
            snprintf(
                s->place, sizeof s->place, "%s:%d: ", info.short_src, info.currentline);
            return;
        }
}

/* "file:12: ..." */
static bool has_place(const char *message)
{
    while ((message = strchr(message, ':'))) {
        const size_t digits = strspn(++message, "0123456789");
        if (digits > 0 && message[digits] == ':')
            return true;
    }
    return false;
}

/* What functions in C complain of has no place yet. */
static int add_place(lua_State *lua)
{
    struct sandbox *s = sandbox_of(lua);
    const char *message = luaL_tolstring(lua, 1, NULL);

    note_place(s);
    if (!has_place(message))
        lua_pushfstring(lua, "%s%s", s->place, message);
    return 1;
}

static void *allocate(void *ud, void *block, size_t old, size_t wanted)
{
    struct sandbox *s = ud;

    old = block ? old : 0;
    if (s->limited && wanted > old && s->used + (wanted - old) > s->limit) {
        note_place(s);
        s->full = true;
        return NULL;
    }
    void *made = NULL;
    if (wanted == 0)
        free(block);
    else if (!(made = realloc(block, wanted)))
        return NULL;
    s->used += wanted - old;
    return made;
}

static void count_steps(lua_State *lua, lua_Debug *info)
{
    struct sandbox *s = sandbox_of(lua);

    s->steps_left -= STEPS_AT_ONCE;
    if (s->steps_left >= 0)
        return;
    lua_getinfo(lua, "Sl", info);
    lua_pushfstring(lua,
        "%s:%d: this took more than %I million steps; does it loop for ever?",
        info->short_src, info->currentline, (LUAI_UACINT)(s->steps / 1000000));
    lua_error(lua);
}

/* Data is built outside of a protected call; nothing but memory can fail there. */
static int panic(lua_State *lua)
{
    (void)lua;
    must(NULL);
    return 0;
}

/* -- Tables that are only read ----------------------------------------------------- */

static int read_field(lua_State *lua)
{
    lua_getiuservalue(lua, 1, 1);
    lua_pushvalue(lua, 2);
    lua_rawget(lua, -2);
    if (lua_istable(lua, -1))
        sandbox_protect(lua);
    else if (lua_isnil(lua, -1) && lua_type(lua, 2) == LUA_TSTRING)
        return luaL_error(lua,
            "there is no \"%s\" here; `ormgen inspect` shows what "
            "there is",
            lua_tostring(lua, 2));
    return 1;
}

static int write_field(lua_State *lua)
{
    return luaL_error(lua, "the schema is only read: \"%s\" cannot be set",
        luaL_tolstring(lua, 2, NULL));
}

static int length(lua_State *lua)
{
    lua_getiuservalue(lua, 1, 1);
    lua_pushinteger(lua, (lua_Integer)lua_rawlen(lua, -1));
    return 1;
}

void sandbox_protect(lua_State *lua)
{
    static const luaL_Reg functions[] = {{"__index", read_field},
        {"__newindex", write_field}, {"__len", length}, {NULL, NULL}};

    lua_newuserdatauv(lua, 0, 1);
    lua_insert(lua, -2);
    lua_setiuservalue(lua, -2, 1);
    if (luaL_newmetatable(lua, "schema"))
        luaL_setfuncs(lua, functions, 0);
    lua_setmetatable(lua, -2);
}

/* -- What chunks see --------------------------------------------------------------- */

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

/* Calls its upvalue if no argument would be shown as an address, which is another one
 * in each run. */
static int without_addresses(lua_State *lua)
{
    const int count = lua_gettop(lua);

    for (int i = 1; i <= count; i++)
        if (lua_type(lua, i) > LUA_TSTRING || lua_type(lua, i) == LUA_TLIGHTUSERDATA)
            return luaL_error(lua, "a %s has no text", luaL_typename(lua, i));
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, count, LUA_MULTRET);
    return lua_gettop(lua);
}

/* Of the table on top. */
static void hide_addresses(lua_State *lua, const char *function)
{
    lua_getfield(lua, -1, function);
    lua_pushcclosure(lua, without_addresses, 1);
    lua_setfield(lua, -2, function);
}

static int set_up(lua_State *lua)
{
    lua_newtable(lua);
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
    for (size_t i = 0; i < sizeof base_functions / sizeof *base_functions; i++) {
        lua_getfield(lua, -1, base_functions[i]);
        lua_setfield(lua, -3, base_functions[i]);
    }
    lua_pop(lua, 1);
    hide_addresses(lua, "tostring");
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        luaL_requiref(lua, libraries[i].name, libraries[i].open, 0);
        lua_setfield(lua, -2, libraries[i].name);
    }
    lua_getfield(lua, -1, LUA_STRLIBNAME);
    lua_pushnil(lua);
    lua_setfield(lua, -2, "dump");
    hide_addresses(lua, "format");
    lua_pop(lua, 1);
    lua_setfield(lua, LUA_REGISTRYINDEX, "sandbox");
    return 0;
}

void sandbox_add(
    struct sandbox *s, const char *name, lua_CFunction function, void *self)
{
    lua_getfield(s->lua, LUA_REGISTRYINDEX, "sandbox");
    lua_pushlightuserdata(s->lua, self);
    lua_pushcclosure(s->lua, function, 1);
    lua_setfield(s->lua, -2, name);
    lua_pop(s->lua, 1);
}

bool sandbox_load(lua_State *lua, const char *code, size_t len, const char *name)
{
    if (luaL_loadbufferx(lua, code, len, name, "t") != LUA_OK)
        return false;
    lua_newtable(lua);
    lua_newtable(lua);
    lua_getfield(lua, LUA_REGISTRYINDEX, "sandbox");
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_setupvalue(lua, -2, 1); /* its _ENV */
    return true;
}

/* -- The whole --------------------------------------------------------------------- */

struct sandbox *sandbox_open(size_t model_count)
{
    struct sandbox *s = must(calloc(1, sizeof *s));

    s->steps = 100000000 + 1000000 * (long long)model_count;
    s->limit = (256 + model_count) * (size_t)MEGABYTE;
    s->lua = must(lua_newstate(allocate, s));
    lua_atpanic(s->lua, panic);
    lua_sethook(s->lua, count_steps, LUA_MASKCOUNT, STEPS_AT_ONCE);
    lua_pushcfunction(s->lua, set_up);
    const char *failed = sandbox_call(s, 0, 0);
    if (failed) {
        fprintf(stderr, "ormgen: internal error: %s\n", failed);
        abort();
    }
    return s;
}

void sandbox_close(struct sandbox *s)
{
    lua_close(s->lua);
    free(s->message);
    free(s);
}

lua_State *sandbox_lua(struct sandbox *s)
{
    return s->lua;
}

const char *sandbox_call(struct sandbox *s, int arguments, int results)
{
    s->steps_left = s->steps;
    s->limited = true;
    s->full = false;
    const int base = lua_gettop(s->lua) - arguments;
    lua_pushcfunction(s->lua, add_place);
    lua_insert(s->lua, base);
    const int status = lua_pcall(s->lua, arguments, results, base);
    lua_remove(s->lua, base);
    s->limited = false;
    if (status == LUA_OK)
        return NULL;
    if (status == LUA_ERRMEM && !s->full)
        must(NULL);
    free(s->message);
    s->message = s->full
                     ? format("%sthis took more than %zu MB of memory; does it loop "
                              "for ever?",
                           s->place, s->limit / MEGABYTE)
                     : format("%s", lua_tostring(s->lua, -1));
    lua_pop(s->lua, 1);
    return s->message;
}
