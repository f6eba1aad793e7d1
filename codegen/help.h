/* help.h: `ormgen help`, from the tables of verbs.c. */
#ifndef CODEGEN_HELP_H
#define CODEGEN_HELP_H

#include "options.h"

void print_usage(void);
void print_help(const struct verb *v);

#endif
