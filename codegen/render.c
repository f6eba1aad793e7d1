/* render.c: templates to text.
 *
 * A template is compiled to Lua that writes it.  Each of its lines stays the line of
 * the same number there, so that Lua's messages point into the template. */
#include "render.h"
#include "embedded.h"
#include "options.h"
#include "quote.h"
#include "sandbox.h"
#include "text_file.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct render {
    struct sandbox *sandbox;
    struct render_setup setup;
    struct buffer *out;
    bool is_ours; /* no file of the user's runs: what fails is our mistake */
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

/* -- Templates by name ------------------------------------------------------------- */

/* Pushes the function that a template is; raises an error if it is none. */
static void push_template(lua_State *lua, const char *source, const char *chunk)
{
    struct buffer code = {0};
    const bool whole = compile(source, &code);
    const bool loaded = whole && sandbox_load(lua, buffer_of(&code), code.len, chunk);

    buffer_free(&code);
    if (!whole)
        luaL_error(lua, "%s: a <%% without its %%>", chunk + 1);
    if (!loaded)
        lua_error(lua);
}

/* Names of files, and of nothing that is not in their folder. */
static bool is_name(const char *name)
{
    return *name && *name != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                        "_-.") == strlen(name);
}

/* The user's template of that name is pushed; false if there is none. */
static bool push_override(lua_State *lua, struct render *r, const char *name)
{
    struct buffer text = {0};

    if (!r->setup.directory)
        return false;
    const char *chunk = lua_pushfstring(lua, "@%s/%s.tmpl", r->setup.directory, name);
    const bool found = text_file(chunk + 1, &text);
    const int why = errno;
    if (found) {
        depends_on(r->setup.depends, chunk + 1);
        lua_pushlstring(lua, buffer_of(&text), text.len);
    }
    buffer_free(&text);
    if (found)
        push_template(lua, lua_tostring(lua, -1), chunk);
    else if (why != ENOENT)
        luaL_error(lua, "%s: %s", chunk + 1, strerror(why));
    return found;
}

/* Pushes the function of a template, compiled when it is first asked for. */
static void push_named(
    lua_State *lua, struct render *r, const char *name, bool original)
{
    lua_pushfstring(lua, "%s %s", original ? "original" : "template", name);
    lua_pushvalue(lua, -1);
    if (lua_gettable(lua, LUA_REGISTRYINDEX) == LUA_TFUNCTION)
        return;
    lua_pop(lua, 1);
    if (original || !is_name(name) || !push_override(lua, r, name)) {
        const char *source = embedded_text(templates, name);
        if (!source)
            luaL_error(lua, "there is no template \"%s\"", name);
        push_template(lua, source, lua_pushfstring(lua, "=templates/%s.tmpl", name));
    }
    lua_pushvalue(lua, 3); /* the key, above the two arguments */
    lua_pushvalue(lua, -2);
    lua_settable(lua, LUA_REGISTRYINDEX);
}

static int call_template(lua_State *lua, bool original)
{
    const char *name = luaL_checkstring(lua, 1);

    lua_settop(lua, 2);
    push_named(lua, self(lua), name, original);
    lua_pushvalue(lua, 2);
    lua_call(lua, 1, 0);
    return 0;
}

/* include("struct.h", model) */
static int include(lua_State *lua)
{
    return call_template(lua, false);
}

/* original("struct.h", model): ormgen's own, from a template that replaces it. */
static int include_original(lua_State *lua)
{
    return call_template(lua, true);
}

/* -- Running ----------------------------------------------------------------------- */

struct render *render_open(const struct render_setup *setup)
{
    struct render *r = must(calloc(1, sizeof *r));

    r->setup = *setup;
    r->is_ours = !setup->directory;
    r->sandbox = sandbox_open(setup->model_count);
    sandbox_add(r->sandbox, "write", write_value, r);
    sandbox_add(r->sandbox, "rule", rule, r);
    sandbox_add(r->sandbox, "include", include, r);
    sandbox_add(r->sandbox, "original", include_original, r);
    return r;
}

void render_close(struct render *r)
{
    sandbox_close(r->sandbox);
    free(r);
}

lua_State *render_lua(struct render *r)
{
    return sandbox_lua(r->sandbox);
}

/* What is on top of the stack, with the data below it. */
static int run(struct render *r, bool is_ours, struct buffer *out)
{
    lua_State *lua = render_lua(r);

    r->out = out;
    lua_pushvalue(lua, -2);
    sandbox_protect(lua);
    const char *failed = sandbox_call(r->sandbox, 1, 0);
    if (!failed)
        return EXIT_OK;
    fprintf(stderr, "ormgen: %s%s\n", is_ours ? "internal error: " : "", failed);
    return is_ours ? EXIT_INTERNAL : EXIT_SCHEMA;
}

static int run_named(lua_State *lua)
{
    lua_getfield(lua, LUA_REGISTRYINDEX, "sandbox");
    lua_getfield(lua, -1, "include");
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_pushvalue(lua, 1);
    lua_call(lua, 2, 0);
    return 0;
}

int render(struct render *r, const char *name, struct buffer *out)
{
    lua_State *lua = render_lua(r);

    lua_pushstring(lua, name);
    lua_pushcclosure(lua, run_named, 1);
    return run(r, r->is_ours, out);
}

/* Loads what is on top, a text, by the name below it. */
static int load_plugin(lua_State *lua)
{
    const char *chunk = lua_tostring(lua, 1);
    size_t len;
    const char *text = lua_tolstring(lua, 2, &len);
    const size_t ending = strlen(chunk) > 5 ? strlen(chunk) - 5 : 0;

    if (strcmp(chunk + ending, ".tmpl") == 0)
        push_template(lua, text, chunk);
    else if (!sandbox_load(lua, text, len, chunk))
        return lua_error(lua);
    return 1;
}

int render_plugin(struct render *r, const char *path, struct buffer *out)
{
    lua_State *lua = render_lua(r);
    struct buffer text = {0};

    depends_on(r->setup.depends, path);
    if (!text_file(path, &text)) {
        fprintf(stderr, "ormgen: %s: %s\n", path, strerror(errno));
        buffer_free(&text);
        return EXIT_ENVIRONMENT;
    }
    lua_pushcfunction(lua, load_plugin);
    lua_pushfstring(lua, "@%s", path);
    lua_pushlstring(lua, buffer_of(&text), text.len);
    buffer_free(&text);
    const char *failed = sandbox_call(r->sandbox, 2, 1);
    if (!failed)
        return run(r, false, out);
    fprintf(stderr, "ormgen: %s\n", failed);
    return EXIT_SCHEMA;
}

char *plugin_ending(const char *path)
{
    static const char *const kinds[] = {".lua", ".tmpl"};
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t len = strlen(name), tail = strlen(kinds[i]);
        if (len > tail && strcmp(name + len - tail, kinds[i]) == 0 && is_name(name))
            return format("%.*s", (int)(len - tail), name);
    }
    return NULL;
}
