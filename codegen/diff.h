/* diff.h: two texts, as `diff -u` shows their difference. */
#ifndef CODEGEN_DIFF_H
#define CODEGEN_DIFF_H

#include "buffer.h"

struct text {
    const char *label; /* what the header calls it */
    const char *at;
    size_t len;
};

/* Nothing is added if they are the same.  `patch` makes the new one of the old one. */
void diff_unified(struct text old, struct text new, struct buffer *out);

#endif
