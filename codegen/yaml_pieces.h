/* yaml_pieces.h: a YAML file as the pieces that it is written with: texts as they
 * stand, comments and punctuation, each with its place. */
#ifndef CODEGEN_YAML_PIECES_H
#define CODEGEN_YAML_PIECES_H

#include "yaml_tree.h"

#include <stdbool.h>
#include <stddef.h>

enum piece_kind {
    PIECE_KEY,  /* a text before a colon */
    PIECE_TEXT, /* any other, on one line or several */
    PIECE_COLON,
    PIECE_DASH, /* of a list, one item per line */
    PIECE_COMMA,
    PIECE_OPEN,     /* { [ */
    PIECE_CLOSE,    /* } ] */
    PIECE_DOCUMENT, /* --- ... */
    PIECE_COMMENT,
    PIECE_OTHER /* what schemas do without: ? */
};

struct piece {
    enum piece_kind kind;
    const char *at;
    size_t len;
    unsigned line, last_line; /* from 0 */
    unsigned column;          /* from 0, in characters */
};

struct pieces {
    struct piece *at;
    size_t count;
};

/* `root` is what yaml_parse() made of `text`, without complaint.  To be freed. */
struct pieces pieces_of(const char *text, size_t size, const struct node *root);

#endif
