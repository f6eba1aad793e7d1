/* plan.h: what `ormgen generate` is going to write, and from which files. */
#ifndef CODEGEN_PLAN_H
#define CODEGEN_PLAN_H

#include "depends.h"
#include "options.h"
#include "output.h"

struct plan {
    struct outputs outputs;
    struct depends depends; /* the files of the command line first */
};

/* The outputs by name alone: they depend on the command line, not on what is in a file.
 * The result is an exit code; a message was printed unless it is EXIT_OK. */
int plan_names(const struct arguments *a, struct plan *p);

/* The outputs with their content.  Nothing is written yet. */
int plan_make(const struct arguments *a, struct plan *p);

void plan_free(struct plan *p);

#endif
