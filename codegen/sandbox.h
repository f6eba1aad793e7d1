/* sandbox.h: Lua without the world: what a template, a plugin or a rule for names runs
 * in.
 *
 * There are string, table, utf8 and a few functions of the base library: nothing that
 * reads files, loads code, knows the time, depends on the order of a hash table or
 * shows an address.  Steps and memory are counted, so that a loop ends with an error.
 */
#ifndef CODEGEN_SANDBOX_H
#define CODEGEN_SANDBOX_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct sandbox;

/* The larger the schema, the more steps and memory there are. */
struct sandbox *sandbox_open(size_t model_count);
void sandbox_close(struct sandbox *s);

lua_State *sandbox_lua(struct sandbox *s);

/* A function that every chunk sees, with `self` as its first upvalue. */
void sandbox_add(
    struct sandbox *s, const char *name, lua_CFunction function, void *self);

/* Pushes the function that `code` is, with globals of its own.  `name` as Lua has it,
 * "@path" or "=what".  False: the message is pushed instead. */
bool sandbox_load(lua_State *lua, const char *code, size_t len, const char *name);

/* Replaces the table on top by one that reads the same and takes no writing. */
void sandbox_protect(lua_State *lua);

/* As lua_pcall(), with a full measure of steps: NULL, or what went wrong, which is
 * there until the next call. */
const char *sandbox_call(struct sandbox *s, int arguments, int results);

#endif
