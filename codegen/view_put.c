/* view_put.c: putting values into the table on top of the stack. */
#include "view_parts.h"

#include "buffer.h"
#include "cname.h"
#include "quote.h"

#include <stdlib.h>
#include <string.h>

static void hash(struct view *v, const char *s)
{
    do
        v->hash = (v->hash ^ (unsigned char)*s) * 1099511628211u;
    while (*s++);
}

void put(struct view *v, const char *key, const char *value)
{
    hash(v, key);
    hash(v, value);
    lua_pushstring(v->lua, value);
    lua_setfield(v->lua, -2, key);
}

void put_made(struct view *v, const char *key, char *value)
{
    put(v, key, value);
    free(value);
}

void put_number(struct view *v, const char *key, size_t value)
{
    put_made(v, key, format("%zu", value));
    lua_pushinteger(v->lua, (lua_Integer)value);
    lua_setfield(v->lua, -2, key);
}

void put_flag(struct view *v, const char *key, bool value)
{
    hash(v, key);
    hash(v, value ? "true" : "false");
    lua_pushboolean(v->lua, value);
    lua_setfield(v->lua, -2, key);
}

void put_c_string(struct view *v, const char *key, const char *value)
{
    struct buffer quoted = {0};
    quote_c(&quoted, value);
    put(v, key, quoted.at);
    buffer_free(&quoted);
}

void put_comment(struct view *v, const char *words)
{
    struct buffer comment = {0};
    quote_comment(&comment, words);
    put(v, "doc", buffer_of(&comment));
    buffer_free(&comment);
}

void begin_list(struct view *v)
{
    lua_newtable(v->lua);
}

void end_list(struct view *v, const char *key)
{
    hash(v, key);
    lua_setfield(v->lua, -2, key);
}

void begin_item(struct view *v)
{
    lua_newtable(v->lua);
}

/* Appends what is on top to the list below it. */
void end_item(struct view *v)
{
    lua_rawseti(v->lua, -2, (lua_Integer)lua_rawlen(v->lua, -2) + 1);
}

void add_text(struct view *v, char *text)
{
    hash(v, text);
    lua_pushstring(v->lua, text);
    end_item(v);
    free(text);
}
