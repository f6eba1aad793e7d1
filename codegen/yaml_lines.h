/* yaml_lines.h: a YAML file as lines, for yaml_layout.c. */
#ifndef CODEGEN_YAML_LINES_H
#define CODEGEN_YAML_LINES_H

#include "buffer.h"
#include "yaml_pieces.h"

struct line {
    struct buffer text;
    int indent;
    bool blank_before;

    /* Of `key: value` in a map in lines; map 0: another line */
    size_t map;
    size_t key_end;   /* in `text`, behind the colon; 0: no value beside it */
    int key_width;    /* with the colon */
    int value_column; /* where the value stood, from the key */
    bool apart;       /* by more than one blank */

    const struct piece *comment; /* at the end, or all of it */
    int comment_column;          /* 0: where the line is indented to */
};

struct lines {
    struct line *at;
    size_t count;
    size_t maps; /* their numbers are 1 to this */
};

/* Each with its words and its indentation.  To be freed, and the texts. */
struct lines yaml_lines(const struct pieces *pieces);

/* yaml_columns.c: columns of values and of comments where there were some. */
void yaml_columns(struct lines *lines);

/* Where a comment can stand at the earliest. */
int yaml_room_behind(const struct line *l);

int yaml_width(const char *text, size_t len); /* in characters */
void yaml_blanks(struct buffer *out, int count);

#endif
