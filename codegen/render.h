/* render.h: templates to text.
 *
 * A template is text with `<% Lua %>` and `<%= expression %>`; a line that holds only
 * code leaves no line behind.  It gets its data as `...`, and runs in the sandbox of
 * sandbox.h. */
#ifndef CODEGEN_RENDER_H
#define CODEGEN_RENDER_H

#include "buffer.h"
#include "depends.h"

#include <lua.h>

struct render;

struct render_setup {
    const char *directory;   /* its files replace templates of their names; or NULL */
    struct depends *depends; /* gets those that were read; or NULL */
    size_t model_count;
};

struct render *render_open(const struct render_setup *setup);
void render_close(struct render *r);

/* Where the data is built: leave it on top of the stack for what follows. */
lua_State *render_lua(struct render *r);

/* Runs a template, or a plugin: a file of Lua, or a template if its name ends in .tmpl.
 * The value on top of the stack is its data, and stays there.  The result is an exit
 * code, and a message was printed unless it is EXIT_OK. */
int render(struct render *r, const char *name, struct buffer *out);
int render_plugin(struct render *r, const char *path, struct buffer *out);

/* "fields.md" of "dir/fields.md.lua": what a plugin's outputs end in.  To be freed;
 * NULL if a plugin is not called so. */
char *plugin_ending(const char *path);

#endif
