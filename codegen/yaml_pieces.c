/* yaml_pieces.c: a YAML file as the pieces that it is written with.
 *
 * The tree knows where each text begins and ends.  What lies between two texts is
 * blanks, comments and punctuation, and needs no grammar to be told apart. */
#include "yaml_pieces.h"
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

struct scanner {
    const char *at, *end;
    size_t index; /* of `at`, in characters, as the tree counts */
    unsigned line, column;
    struct pieces out;
    size_t room;
};

static struct piece *add(struct scanner *s, enum piece_kind kind)
{
    if (s->out.count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->out.at = must(realloc(s->out.at, s->room * sizeof *s->out.at));
    }
    struct piece *p = &s->out.at[s->out.count++];
    *p = (struct piece){.kind = kind,
        .at = s->at,
        .line = s->line,
        .last_line = s->line,
        .column = s->column};
    return p;
}

/* To the next character. */
static void step(struct scanner *s)
{
    const bool ends_line = *s->at == '\n';

    do
        s->at++;
    while (s->at < s->end && (*s->at & 0xc0) == 0x80);
    s->index++;
    s->column = ends_line ? 0 : s->column + 1;
    s->line += ends_line;
}

static void trim(struct piece *p)
{
    while (p->len > 0 && strchr(" \t\r\n", p->at[p->len - 1]))
        p->len--;
}

static void add_comment(struct scanner *s)
{
    struct piece *p = add(s, PIECE_COMMENT);
    while (s->at < s->end && *s->at != '\n')
        step(s);
    p->len = (size_t)(s->at - p->at);
    trim(p);
}

static bool is_document_mark(const struct scanner *s)
{
    return s->column == 0 && s->end - s->at >= 3 &&
           (memcmp(s->at, "---", 3) == 0 || memcmp(s->at, "...", 3) == 0);
}

static enum piece_kind kind_of(char c)
{
    switch (c) {
    case '{':
    case '[':
        return PIECE_OPEN;
    case '}':
    case ']':
        return PIECE_CLOSE;
    case ',':
        return PIECE_COMMA;
    case ':':
        return PIECE_COLON;
    case '-':
        return PIECE_DASH;
    default:
        return PIECE_OTHER;
    }
}

/* Up to the text that begins at `index`, or to the end. */
static void add_gap(struct scanner *s, size_t index)
{
    while (s->at < s->end && s->index < index) {
        if (strchr(" \t\r\n", *s->at)) {
            step(s);
        } else if (*s->at == '#') {
            add_comment(s);
        } else if (is_document_mark(s)) {
            add(s, PIECE_DOCUMENT)->len = 3;
            for (int i = 0; i < 3; i++)
                step(s);
        } else {
            struct piece *p = add(s, kind_of(*s->at));
            p->len = 1;
            if (p->kind == PIECE_COLON && s->out.count > 1 &&
                p[-1].kind == PIECE_TEXT && p[-1].last_line == p->line)
                p[-1].kind = PIECE_KEY;
            step(s);
        }
    }
}

/* -- Texts in lines: `|` and `>` --------------------------------------------------- */

static size_t spaces_at(const char *at, const char *end)
{
    size_t count = 0;
    while (at + count < end && at[count] == ' ')
        count++;
    return count;
}

/* Past the line end. */
static const char *next_line(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline + 1 : end;
}

/* A line of spaces that has more than this is part of the text. */
static size_t inner_indent(const struct piece *p)
{
    const char *end = p->at + p->len;
    const char *line = next_line(p->at, end);

    for (const char *c = p->at + 1; c < line && *c != ' ' && *c != '#'; c++)
        if (*c >= '1' && *c <= '9')
            return 0; /* counted from the level, which is not known here: keep them */
    for (; line < end; line = next_line(line, end)) {
        const size_t spaces = spaces_at(line, end);
        if (line + spaces < end && !strchr("\r\n", line[spaces]))
            return spaces;
    }
    return (size_t)-1;
}

static bool keeps_end(const struct piece *p)
{
    const size_t header = strcspn(p->at, "\r\n#");
    return header < p->len && memchr(p->at, '+', header);
}

static size_t last_line_of(const struct piece *p, size_t end)
{
    while (end > 0 && p->at[end - 1] != '\n')
        end--;
    return end;
}

/* Takes off what is behind the text: the next line's indentation and, unless the text
 * keeps them, blank lines. */
static void trim_lines(struct piece *p, bool ends_file)
{
    const size_t indent = inner_indent(p);
    size_t start = last_line_of(p, p->len);
    size_t spaces = p->len - start;

    if (spaces_at(p->at + start, p->at + p->len) == spaces &&
        (!ends_file || spaces <= indent))
        p->len = start;
    if (keeps_end(p))
        return;
    while (p->len > 0 && p->at[p->len - 1] == '\n') {
        start = last_line_of(p, p->len - 1);
        spaces = spaces_at(p->at + start, p->at + p->len);
        const bool blank = strchr("\r\n", p->at[start + spaces]) && start > 0;
        if (!blank || spaces > indent)
            break;
        p->len = start;
    }
    if (p->len > 0 && p->at[p->len - 1] == '\n')
        p->len--;
    if (p->len > 0 && p->at[p->len - 1] == '\r')
        p->len--;
}

static void add_text(struct scanner *s, const struct node *n)
{
    struct piece *p = add(s, PIECE_TEXT);

    while (s->at < s->end && s->index < n->to)
        step(s);
    p->len = (size_t)(s->at - p->at);
    if (*p->at == '|' || *p->at == '>')
        trim_lines(p, s->at == s->end);
    else
        trim(p);
    for (size_t i = 0; i + 1 < p->len; i++)
        p->last_line += p->at[i] == '\n';
}

/* -- The tree ---------------------------------------------------------------------- */

static void add_node(struct scanner *s, const struct node *n)
{
    if (n->key && n->key->to > n->key->from) {
        add_gap(s, n->key->from);
        add_text(s, n->key);
    }
    if (n->kind == NODE_TEXT && n->to > n->from) {
        add_gap(s, n->from);
        add_text(s, n);
    }
    for (const struct node *entry = n->first; entry; entry = entry->next)
        add_node(s, entry);
}

struct pieces pieces_of(const char *text, size_t size, const struct node *root)
{
    struct scanner s = {.at = text, .end = text + size};

    add_node(&s, root);
    add_gap(&s, (size_t)-1);
    return s.out;
}
