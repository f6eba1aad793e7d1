/* scalar_place.c: from a byte of a text to its place in the file.
 *
 * A text is not in the file as it reads: quotes are doubled, escapes written out, lines
 * folded and indented.  But all that is not blank stands there in the same order, so
 * the two are walked in step, blanks left aside.  This is done for messages alone. */
#include "sql.h"

#include "text.h"

#include <string.h>

struct cursor {
    const char *at;
    const char *end;
    char quote; /* ' or ", or 0: what is there is what is meant */
    unsigned line;
    unsigned column;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void step(struct cursor *c)
{
    uint32_t character;
    const size_t bytes = text_decode(c->at, (size_t)(c->end - c->at), &character);
    if (*c->at == '\n') {
        c->line++;
        c->column = 1;
    } else {
        c->column++;
    }
    c->at += bytes ? bytes : 1;
}

static void steps(struct cursor *c, size_t count)
{
    while (count-- > 0 && c->at < c->end)
        step(c);
}

/* Of the escape at a backslash: how many characters it takes. */
static size_t escape_length(const struct cursor *c)
{
    const char kind = c->at + 1 < c->end ? c->at[1] : 0;
    return kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2;
}

/* Escapes that mean a blank, or a line end that is not there. */
static bool is_blank_escape(const struct cursor *c)
{
    return c->quote == '"' && *c->at == '\\' && c->at + 1 < c->end &&
           strchr(" tnr\t\n\r", c->at[1]);
}

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end) {
        if (is_blank(*c->at))
            step(c);
        else if (is_blank_escape(c))
            steps(c, 2);
        else
            break;
    }
}

/* Past what stands for one character that is not blank. */
static void skip_one(struct cursor *c)
{
    if (c->quote == '"' && *c->at == '\\')
        steps(c, escape_length(c));
    else if (c->quote == '\'' && *c->at == '\'')
        steps(c, 2);
    else
        step(c);
}

/* Past the quote, or the line that begins a block. */
static void skip_opening(struct cursor *c)
{
    if (*c->at == '\'' || *c->at == '"') {
        c->quote = *c->at;
        step(c);
    } else if (*c->at == '|' || *c->at == '>') {
        while (c->at < c->end && *c->at != '\n')
            step(c);
    }
}

static bool is_word(unsigned char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c >= 0x80;
}

struct place scalar_place(const struct diag *d, const struct node *n, size_t offset)
{
    size_t size;
    const char *source = diag_source(d, n->place, &size);
    if (!source || size == 0)
        return n->place;
    struct cursor c = {source, source + size, 0, n->place.line, n->place.column};
    skip_opening(&c);
    const char *target = n->text + (offset < n->length ? offset : n->length);
    uint32_t character;
    for (const char *t = n->text; t < target && c.at < c.end;) {
        const size_t bytes =
            text_decode(t, (size_t)(n->text + n->length - t), &character);
        if (!is_blank(*t)) {
            skip_blanks(&c);
            if (c.at < c.end)
                skip_one(&c);
        }
        t += bytes ? bytes : 1;
    }
    if (*target)
        skip_blanks(&c);
    struct place at = n->place;
    at.line = c.line;
    at.column = c.column;
    at.end_column = c.column + 1;
    for (const char *t = target;
         is_word((unsigned char)t[0]) && is_word((unsigned char)t[1]); t++)
        at.end_column += ((unsigned char)t[1] & 0xc0) != 0x80;
    return at;
}
