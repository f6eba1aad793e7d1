/* names_rule.c: names in C by a rule of the user's: a file of Lua that is a function of
 * what is named.  Names in SQL and in messages stay. */
#include "names_rule.h"
#include "arena.h"
#include "buffer.h"
#include "names.h"
#include "options.h"
#include "sandbox.h"
#include "text_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rule {
    struct sandbox *sandbox; /* the function is at the bottom of its stack */
    struct arena *arena;
    const char *path;
    int status;
};

/* What the rule makes of a name; the name itself after a mistake, which is printed. */
static const char *ask(
    struct rule *r, const char *kind, const char *model, const char *name)
{
    lua_State *lua = sandbox_lua(r->sandbox);

    if (r->status != EXIT_OK)
        return name;
    lua_pushvalue(lua, 1);
    lua_pushstring(lua, kind);
    lua_pushstring(lua, model);
    lua_pushstring(lua, name);
    const char *failed = sandbox_call(r->sandbox, 3, 1);
    if (failed) {
        fprintf(stderr, "ormgen: %s\n", failed);
        r->status = EXIT_SCHEMA;
        return name;
    }
    const char *made = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
    const char *problem = made ? name_problem(made) : "is no text";
    if (problem) {
        const bool is_model = strcmp(kind, "model") == 0;
        fprintf(stderr, "ormgen: %s: the name in C of %s %s%s%s, \"%s\", %s\n", r->path,
            kind, model, is_model ? "" : ".", is_model ? "" : name, made ? made : "",
            problem);
        r->status = EXIT_SCHEMA;
    }
    const char *kept = problem ? name : arena_copy(r->arena, made, strlen(made));
    lua_pop(lua, 1);
    return kept;
}

/* Enumerations are named after their models. */
static void name_enumerations(
    struct rule *r, const struct schema *s, const struct model *m, const char *before)
{
    for (size_t i = 0; i < s->enumeration_count; i++)
        if (s->enumerations[i]->model == m)
            s->enumerations[i]->c_name = arena_printf(r->arena, "%s%s", m->struct_name,
                s->enumerations[i]->c_name + strlen(before));
}

static void name_model(struct rule *r, const struct schema *s, struct model *m)
{
    const char *before = m->struct_name;
    m->struct_name = ask(r, "model", m->name, before);
    name_enumerations(r, s, m, before);
    for (size_t i = 0; i < m->field_count; i++)
        m->fields[i].name = ask(r, "field", m->name, m->fields[i].name);
    for (size_t i = 0; i < m->ref_count; i++) {
        struct ref *ref = &m->refs[i];
        ref->name = ask(r, "relation", m->name, ref->name);
        if (ref->reverse)
            ref->reverse = ask(r, "relation", ref->target->name, ref->reverse);
    }
    for (size_t i = 0; i < m->many_count; i++)
        m->manys[i].name = ask(r, "relation", m->name, m->manys[i].name);
}

static int load(struct rule *r, const struct buffer *text)
{
    lua_State *lua = sandbox_lua(r->sandbox);
    char *chunk = format("@%s", r->path);

    const bool loaded = sandbox_load(lua, buffer_of(text), text->len, chunk);
    free(chunk);
    if (!loaded)
        fprintf(stderr, "ormgen: %s\n", lua_tostring(lua, -1));
    return loaded ? EXIT_OK : EXIT_SCHEMA;
}

int names_rule(const char *path, struct schema *s, struct depends *depends)
{
    struct rule r = {.arena = s->arena, .path = path};
    struct buffer text = {0};

    depends_on(depends, path);
    if (!text_file(path, &text)) {
        fprintf(stderr, "ormgen: %s: %s\n", path, strerror(errno));
        buffer_free(&text);
        return EXIT_ENVIRONMENT;
    }
    r.sandbox = sandbox_open(s->model_count);
    r.status = load(&r, &text);
    for (size_t i = 0; i < s->model_count; i++)
        name_model(&r, s, &s->models[i]);
    sandbox_close(r.sandbox);
    buffer_free(&text);
    return r.status;
}
