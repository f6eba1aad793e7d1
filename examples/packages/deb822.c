/* deb822.c: one pass over the text; a field's end is overwritten with a zero byte and
 * folded lines move down over what is dropped, so writing never overtakes reading. */
#include "deb822.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Names are compared one by one; real paragraphs have some 30. */
enum {
    MOST_FIELDS = 1000
};

struct line {
    char *text;
    size_t len; /* without its end */
};

static bool fail(struct deb822 *d, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct deb822 *d, size_t line, const char *format, ...)
{
    va_list args;
    const int n = snprintf(d->error, sizeof d->error, "line %zu: ", line);
    va_start(args, format);
    vsnprintf(d->error + n, sizeof d->error - (size_t)n, format, args);
    va_end(args);
    d->at = d->end;
    return false;
}

void deb822_start(struct deb822 *d, char *text, size_t len)
{
    memset(d, 0, sizeof *d);
    d->at = text;
    d->end = text + len;
    d->line = 1;
}

void deb822_finish(struct deb822 *d)
{
    free(d->fields);
    memset(d, 0, sizeof *d);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The line at `at`; false at the end of the text.  Does not move. */
static bool peek(const struct deb822 *d, struct line *line)
{
    if (d->at == d->end)
        return false;
    const size_t left = (size_t)(d->end - d->at);
    const char *newline = memchr(d->at, '\n', left);
    line->text = d->at;
    line->len = newline ? (size_t)(newline - d->at) : left;
    if (line->len > 0 && line->text[line->len - 1] == '\r')
        line->len--;
    return true;
}

static void skip(struct deb822 *d)
{
    char *newline = memchr(d->at, '\n', (size_t)(d->end - d->at));
    d->at = newline ? newline + 1 : d->end;
    d->line++;
}

static bool is_empty(const struct line *line)
{
    for (size_t i = 0; i < line->len; i++)
        if (!is_blank(line->text[i]))
            return false;
    return true;
}

/* Bytes of the character at `s`, 0 if it is no UTF-8 (RFC 3629). */
static size_t character(const unsigned char *s, size_t left)
{
    static const struct {
        unsigned char first, last, second_min, second_max, len;
    } forms[] = {
        {0x01, 0x7f, 0, 0, 1},
        {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*s < forms[i].first || *s > forms[i].last)
            continue;
        if (forms[i].len > left)
            return 0;
        for (size_t k = 1; k < forms[i].len; k++) {
            const unsigned char min = k == 1 ? forms[i].second_min : 0x80;
            const unsigned char max = k == 1 ? forms[i].second_max : 0xbf;
            if (s[k] < min || s[k] > max)
                return 0;
        }
        return forms[i].len;
    }
    return 0;
}

static bool check_text(struct deb822 *d, const struct line *line)
{
    if (memchr(line->text, '\0', line->len))
        return fail(d, d->line, "a zero byte: this is no control file");
    for (size_t i = 0; i < line->len;) {
        const size_t n =
            character((const unsigned char *)line->text + i, line->len - i);
        if (n == 0)
            return fail(d, d->line, "byte %zu is not UTF-8", i + 1);
        i += n;
    }
    return true;
}

/* Length of the name that the line begins with, 0 if it begins with none. */
static size_t name_length(const struct line *line)
{
    const char *colon = memchr(line->text, ':', line->len);
    const size_t len = colon ? (size_t)(colon - line->text) : 0;
    if (len == 0 || line->text[0] == '-' || line->text[0] == '#')
        return 0;
    for (size_t i = 0; i < len; i++)
        if (line->text[i] <= ' ' || line->text[i] > '~')
            return 0;
    return len;
}

static struct deb822_field *new_field(struct deb822 *d, size_t len)
{
    if (len == MOST_FIELDS) {
        fail(d, d->line, "more than %d fields in one paragraph", MOST_FIELDS);
        return NULL;
    }
    if (len == d->room) {
        const size_t room = d->room ? d->room * 2 : 32;
        struct deb822_field *fields = realloc(d->fields, room * sizeof *fields);
        if (!fields) {
            fail(d, d->line, "out of memory");
            return NULL;
        }
        d->fields = fields;
        d->room = room;
    }
    return &d->fields[len];
}

/* Moves `line` down to `to`, less trailing blanks; the end of what was written. */
static char *append(char *to, const struct line *line)
{
    size_t len = line->len;
    while (len > 0 && is_blank(line->text[len - 1]))
        len--;
    memmove(to, line->text, len);
    return to + len;
}

/* The field that begins at `line`, and the lines folded below it. */
static bool read_field(struct deb822 *d, struct line line, struct deb822_field *field)
{
    const size_t name = name_length(&line);
    if (name == 0)
        return fail(d, d->line, "expected `Name: value`, got \"%.*s\"",
            (int)(line.len < 40 ? line.len : 40), line.text);
    field->name = line.text;
    field->line = d->line;
    line.text[name] = '\0';
    line.text += name + 1;
    line.len -= name + 1;

    char *value = line.text;
    while (line.len > 0 && is_blank(*line.text)) {
        line.text++;
        line.len--;
    }
    char *end = append(value, &line);
    skip(d);
    while (peek(d, &line) && is_blank(line.text[0]) && !is_empty(&line)) {
        if (!check_text(d, &line))
            return false;
        line.text++;
        line.len--;
        *end++ = '\n';
        end = append(end, &line);
        skip(d);
    }
    assert(end <= d->end);
    *end = '\0';
    field->value = value;
    return true;
}

bool deb822_next(struct deb822 *d, struct deb822_paragraph *paragraph)
{
    struct line line;
    while (peek(d, &line) && is_empty(&line))
        skip(d);
    size_t len = 0;
    paragraph->line = d->line;
    while (peek(d, &line) && !is_empty(&line)) {
        if (!check_text(d, &line))
            return false;
        if (is_blank(line.text[0]))
            return fail(d, d->line, "a folded line, but no field above it");
        struct deb822_field *field = new_field(d, len);
        if (!field || !read_field(d, line, field))
            return false;
        const struct deb822_paragraph before = {d->fields, len, paragraph->line};
        const struct deb822_field *first = deb822_field(&before, field->name);
        if (first)
            return fail(d, field->line, "%.60s: a second time, after line %zu",
                field->name, first->line);
        len++;
    }
    paragraph->fields = d->fields;
    paragraph->len = len;
    return len > 0;
}

const struct deb822_field *deb822_field(
    const struct deb822_paragraph *paragraph, const char *name)
{
    for (size_t i = 0; i < paragraph->len; i++)
        if (strcasecmp(paragraph->fields[i].name, name) == 0)
            return &paragraph->fields[i];
    return NULL;
}

char *deb822_value(const struct deb822_paragraph *paragraph, const char *name)
{
    const struct deb822_field *field = deb822_field(paragraph, name);
    return field ? field->value : NULL;
}
