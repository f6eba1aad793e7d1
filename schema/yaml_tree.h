/* yaml_tree.h: a YAML file as a tree of texts, maps and lists, each with its place.
 *
 * Every scalar is text, as written: no value becomes a number or a truth by its looks.
 */
#ifndef SCHEMA_YAML_TREE_H
#define SCHEMA_YAML_TREE_H

#include "arena.h"
#include "diag.h"

/* What no schema needs more of. */
enum {
    YAML_MAX_FILE = 8 * 1024 * 1024,
    YAML_MAX_SCALAR = 64 * 1024,
    YAML_MAX_DEPTH = 32,
    YAML_MAX_EVENTS = 1000 * 1000
};

enum node_kind {
    NODE_TEXT,
    NODE_MAP,
    NODE_LIST
};

struct node {
    enum node_kind kind;
    bool quoted; /* texts: "" is a text, nothing at all is not */
    struct place place;
    const char *text; /* UTF-8 without NUL */
    size_t length;
    size_t from, to;          /* of texts, in the file: characters, quotes included */
    const struct node *key;   /* of an entry of a map: its name, a text */
    const struct node *first; /* of maps and lists: the entries */
    const struct node *next;
    size_t count;
};

/* `file` is its number in `d`.  NULL if the file is none; the reason is in `d`, as are
 * duplicate keys and hidden characters, with which the tree is still worth looking at.
 */
const struct node *yaml_read(
    const char *path, unsigned file, struct arena *a, struct diag *d);

/* The same from memory. */
const struct node *yaml_parse(
    const char *text, size_t size, unsigned file, struct arena *a, struct diag *d);

#endif
