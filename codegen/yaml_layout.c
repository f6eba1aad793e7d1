/* yaml_layout.c: a YAML file as we write it.
 *
 * First every line gets its words and its indentation; then columns are made of values
 * and comments that stood in one; then the lines are written.  What comes out is read
 * again: if it is not the same tree with the same comments, it is thrown away. */
#include "yaml_layout.h"
#include "yaml_lines.h"

#include <stdlib.h>
#include <string.h>

static void write_lines(struct lines *lines, struct buffer *out)
{
    for (struct line *l = lines->at; l < lines->at + lines->count; l++) {
        if (l->blank_before)
            buffer_putc(out, '\n');
        const size_t start = out->len;
        if (l->text.len) {
            yaml_blanks(out, l->indent);
            buffer_add(out, l->text.at, l->text.len);
        }
        if (l->comment && l->comment_column == 0)
            yaml_blanks(out, l->indent);
        else if (l->comment)
            yaml_blanks(out,
                l->comment_column -
                    (l->text.len ? yaml_room_behind(l) - 1 : (int)(out->len - start)));
        if (l->comment)
            buffer_add(out, l->comment->at, l->comment->len);
        buffer_putc(out, '\n');
        buffer_free(&l->text);
    }
}

/* The last line of a `|` or `>` that ends with the file, without a line end: one more
 * would be part of the text. */
static bool ends_open(const struct pieces *pieces, const char *end)
{
    const struct piece *last = &pieces->at[pieces->count - 1];
    return last->at + last->len == end && (*last->at == '|' || *last->at == '>') &&
           end[-1] != '\n';
}

static void lay_out(const struct pieces *pieces, const char *end, struct buffer *out)
{
    struct lines lines = yaml_lines(pieces);

    yaml_columns(&lines);
    write_lines(&lines, out);
    if (ends_open(pieces, end))
        out->at[--out->len] = '\0';
    free(lines.at);
}

/* -- The same? --------------------------------------------------------------------- */

static bool same_tree(const struct node *a, const struct node *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->quoted != b->quoted || a->count != b->count)
        return false;
    if (a->kind == NODE_TEXT)
        return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    for (a = a->first, b = b->first; a; a = a->next, b = b->next)
        if ((a->key == NULL) != (b->key == NULL) ||
            (a->key && !same_tree(a->key, b->key)) || !same_tree(a, b))
            return false;
    return true;
}

static const struct piece *next_comment(const struct piece *p, const struct piece *end)
{
    while (p < end && p->kind != PIECE_COMMENT)
        p++;
    return p;
}

static bool same_comments(const struct pieces *a, const struct pieces *b)
{
    const struct piece *a_end = a->at + a->count, *b_end = b->at + b->count;
    const struct piece *p = next_comment(a->at, a_end), *q = next_comment(b->at, b_end);

    for (; p < a_end && q < b_end;
         p = next_comment(p + 1, a_end), q = next_comment(q + 1, b_end))
        if (p->len != q->len || memcmp(p->at, q->at, p->len) != 0)
            return false;
    return p == a_end && q == b_end;
}

/* Whether `out` says what `pieces` and `root` say. */
static bool is_kept(
    const struct pieces *pieces, const struct node *root, const struct buffer *out)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    const struct node *again =
        yaml_parse(buffer_of(out), out->len, diag_file(d, ""), a, d);
    bool kept = diag_count(d) == 0 && again && same_tree(root, again);

    if (kept) {
        struct pieces after = pieces_of(buffer_of(out), out->len, again);
        kept = same_comments(pieces, &after);
        free(after.at);
    }
    diag_free(d);
    arena_free(a);
    return kept;
}

/* What the lines cannot be told for; NULL: all is well. */
static const struct piece *find_other(const struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        const struct piece *p = &pieces->at[i];
        const bool first = i == 0 || p[-1].last_line < p->line;
        if (p->kind == PIECE_OTHER || (p->kind == PIECE_COLON && first))
            return p;
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- */

enum layout yaml_layout(
    const char *path, const char *text, size_t size, struct diag *d, struct buffer *out)
{
    struct arena *a = arena_new();
    const unsigned file = diag_file(d, path);
    const struct node *root = yaml_parse(text, size, file, a, d);
    enum layout result = LAYOUT_REFUSED;

    if (root && root->kind != NODE_MAP)
        diag_error(d, ERR_SHAPE, root->place, "a schema is a map, \"name: value\"");
    if (root && diag_count(d) == 0) {
        struct pieces pieces = pieces_of(text, size, root);
        const struct piece *other = find_other(&pieces);
        if (other) {
            diag_error(d, ERR_YAML_FEATURE,
                (struct place){.file = file,
                    .line = other->line + 1,
                    .column = other->column + 1,
                    .end_column = other->column + 2},
                "a key behind a \"?\", or none; write \"name: value\"");
        } else {
            lay_out(&pieces, text + size, out);
            result = is_kept(&pieces, root, out) ? LAYOUT_DONE : LAYOUT_BROKEN;
        }
        free(pieces.at);
    }
    arena_free(a);
    return result;
}
