/* output.h: what a run is going to write, before anything is written. */
#ifndef CODEGEN_OUTPUT_H
#define CODEGEN_OUTPUT_H

#include "buffer.h"

#include <stdbool.h>

enum output_kind {
    OUTPUT_CODE,    /* has our banner; replaces nothing that has none */
    OUTPUT_DEPFILE, /* may replace any file but what the run reads or writes */
    OUTPUT_STAMP    /* empty; made new by each run */
};

struct output {
    enum output_kind kind;
    char *directory;
    char *name; /* in `directory` */
    char *path; /* both, as messages and depfiles say it */
    struct buffer content;
    bool written; /* by files_write(): it was not there, or was different */
};

struct outputs {
    struct output *at;
    size_t count;
};

/* The result is there until the next is added. */
struct output *output_add(struct outputs *list, enum output_kind kind,
    const char *directory, const char *name);

/* The same with a path. */
struct output *output_add_path(
    struct outputs *list, enum output_kind kind, const char *path);

void outputs_free(struct outputs *list);

#endif
