/* names_rule.h: names in C by a rule of the user's. */
#ifndef CODEGEN_NAMES_RULE_H
#define CODEGEN_NAMES_RULE_H

#include "depends.h"
#include "model.h"

/* Runs the file of Lua for each name: its arguments are "model", "field" or "relation",
 * the model and, but for a model, the name in it; what it returns becomes the name in
 * C. The result is an exit code, and a message was printed unless it is EXIT_OK. */
int names_rule(const char *path, struct schema *s, struct depends *depends);

#endif
