/* help.h: `ormgen help`, from the tables of verbs.c. */
#ifndef CODEGEN_HELP_H
#define CODEGEN_HELP_H

#include "options.h"

void print_usage(void);
void print_help(const struct verb *v);

/* As a manual page. */
void print_man(const struct verb *v);
void print_man_of_all(void);

#endif
