/* emit.h: what `ormgen generate` and `ormgen sql` would write, in memory. */
#ifndef TEST_EMIT_H
#define TEST_EMIT_H

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>

struct outputs {
    struct buffer header;
    struct buffer source;
    struct buffer sql;
};

/* False: the schema of `base`.yaml is refused, and `message`, unless it is NULL, takes
 * what would be printed; it is to be freed. */
bool emit(const char *base, const char *yaml, size_t size, struct outputs *out,
    char **message);

void outputs_free(struct outputs *out);

#endif
