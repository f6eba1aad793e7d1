/* yaml_layout.h: a YAML file as we write it.
 *
 * Lines stay lines, comments stay where they are, and texts are kept as they are
 * written.  What changes is the white space: two columns per level, one blank inside {
 * }, after commas and colons, at most one blank line, none at the ends.  Values of a
 * map that stand in a column keep to one, and so do comments. */
#ifndef CODEGEN_YAML_LAYOUT_H
#define CODEGEN_YAML_LAYOUT_H

#include "buffer.h"
#include "diag.h"

enum layout {
    LAYOUT_DONE,
    LAYOUT_REFUSED, /* not YAML that schemas are written in; `d` has why */
    LAYOUT_BROKEN   /* what came out means something else: a mistake of ours */
};

/* `path` is what messages call it; `d` is a fresh one. */
enum layout yaml_layout(const char *path, const char *text, size_t size, struct diag *d,
    struct buffer *out);

#endif
