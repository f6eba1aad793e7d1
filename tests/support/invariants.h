/* invariants.h: what model.h promises of every schema, whatever the file said. */
#ifndef TEST_INVARIANTS_H
#define TEST_INVARIANTS_H

#include "model.h"

/* Ends the program at the first broken promise. */
void check_invariants(const struct schema *s);

#endif
