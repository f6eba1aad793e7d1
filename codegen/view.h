/* view.h: what templates see.
 *
 * Every decision about the output is made here; templates only repeat and arrange. */
#ifndef CODEGEN_VIEW_H
#define CODEGEN_VIEW_H

#include "model.h"

#include <lua.h>

/* Pushes one table: strings, numbers, booleans and arrays, no functions.  `base` is the
 * name of the YAML file without its folder and extension. */
void view(lua_State *lua, const struct schema *s, const char *base);

#endif
