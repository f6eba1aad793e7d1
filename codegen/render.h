/* render.h: templates to text.
 *
 * A template is text with `<% Lua %>` and `<%= expression %>`; a line that holds only
 * code leaves no line behind.  It gets its data as `...` and sees string, table, utf8
 * and a few functions of the base library: nothing that reads files or depends on the
 * order of a hash table. */
#ifndef CODEGEN_RENDER_H
#define CODEGEN_RENDER_H

#include "buffer.h"

#include <lua.h>

struct render;

struct render *render_open(void);
void render_close(struct render *r);

/* Where the data is built: leave it on top of the stack for render(). */
lua_State *render_lua(struct render *r);

/* Runs the template with the value on top of the stack, which stays there.  A mistake
 * in a template ends the program with status 70. */
void render(struct render *r, const char *name, struct buffer *out);

#endif
