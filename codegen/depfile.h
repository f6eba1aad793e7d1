/* depfile.h: which files a run's outputs were made of, as make and ninja read it. */
#ifndef CODEGEN_DEPFILE_H
#define CODEGEN_DEPFILE_H

#include "buffer.h"
#include "depends.h"

#include <stdbool.h>

/* `main_count` of `d`, its first, are named by the build itself.  False after a
 * message, if a path cannot be written down. */
bool depfile_write(const char *const *targets, size_t target_count,
    const struct depends *d, size_t main_count, struct buffer *out);

#endif
