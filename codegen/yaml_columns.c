/* yaml_columns.c: values and comments that stood in a column stay in one. */
#include "yaml_lines.h"

#include <stdlib.h>
#include <string.h>

int yaml_width(const char *text, size_t len)
{
    int width = 0;
    for (size_t i = 0; i < len; i++)
        width += (text[i] & 0xc0) != 0x80;
    return width;
}

void yaml_blanks(struct buffer *out, int count)
{
    while (count-- > 0)
        buffer_putc(out, ' ');
}

struct column {
    int at;      /* where the first value stood that was set apart; 0: none was */
    int longest; /* key, with its colon and a blank */
};

/* Where somebody made a column of a map's values, there is one. */
static void align_values(struct lines *lines)
{
    struct column *columns = must(calloc(lines->maps + 1, sizeof *columns));

    for (struct line *l = lines->at; l < lines->at + lines->count; l++) {
        struct column *c = &columns[l->map];
        if (!l->key_end)
            continue;
        if (l->key_width + 1 > c->longest)
            c->longest = l->key_width + 1;
        if (l->apart && !c->at)
            c->at = l->value_column;
    }
    for (struct line *l = lines->at; l < lines->at + lines->count; l++) {
        const struct column *c = &columns[l->map];
        if (!l->key_end || !c->at)
            continue;
        struct buffer wide = {0};
        buffer_add(&wide, l->text.at, l->key_end);
        yaml_blanks(
            &wide, (c->at > c->longest ? c->at : c->longest) - l->key_width - 1);
        buffer_puts(&wide, l->text.at + l->key_end);
        buffer_free(&l->text);
        l->text = wide;
    }
    free(columns);
}

int yaml_room_behind(const struct line *l)
{
    if (l->text.len == 0)
        return 0;
    const char *newline = strrchr(l->text.at, '\n');
    return newline ? yaml_width(newline + 1, strlen(newline + 1)) + 1
                   : l->indent + yaml_width(l->text.at, l->text.len) + 1;
}

/* A comment beside the one above it; one on a line of its own, only if it is right
 * below. */
static bool goes_on(const struct line *l)
{
    const struct line *above = l - 1;
    return l->comment && !l->blank_before && above->comment &&
           (l->text.len ||
               (above->comment_column && l->comment->column == above->comment->column));
}

/* Comments at the ends of lines keep their column, if there is room for it; those that
 * stood in one stay in one. */
static void align_comments(struct lines *lines)
{
    struct line *end = lines->at + lines->count;

    for (struct line *l = lines->at, *next; l < end; l = next) {
        next = l + 1;
        if (!l->comment || l->text.len == 0)
            continue;
        bool in_one = true;
        int most = 0;
        next = l;
        do {
            next->comment_column = (int)next->comment->column;
            if (next->comment_column < yaml_room_behind(next))
                next->comment_column = yaml_room_behind(next);
            if (next->comment_column > most)
                most = next->comment_column;
            in_one = in_one && next->comment->column == l->comment->column;
            next++;
        } while (next < end && goes_on(next));
        for (struct line *k = l; in_one && k < next; k++)
            k->comment_column = most;
    }
}

void yaml_columns(struct lines *lines)
{
    align_values(lines);
    align_comments(lines);
}
