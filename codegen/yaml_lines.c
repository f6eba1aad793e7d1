/* yaml_lines.c: a YAML file as lines: their words, and how far they are indented. */
#include "yaml_lines.h"

#include <stdlib.h>
#include <string.h>

enum {
    STEP = 2,
    MAX_LEVELS = 2 * YAML_MAX_DEPTH + 2
};

/* A map or list in lines that is open. */
struct level {
    int old, now; /* columns */
    bool is_list;
    size_t id;
};

struct run {
    const struct piece *at, *end;
    struct level levels[MAX_LEVELS];
    size_t level_count;
    struct level before[MAX_LEVELS]; /* as they were before the comments that wait */
    size_t before_count;
    size_t flow;                       /* how many { and [ are open */
    int flow_base[YAML_MAX_DEPTH + 1]; /* where the lines that opened them begin */
    struct lines out;
    size_t room;
    size_t waiting; /* lines at the end: comments whose level the next line decides */
};

/* -- Levels ------------------------------------------------------------------------ */

static const struct level *top(const struct run *r)
{
    return r->level_count ? &r->levels[r->level_count - 1] : NULL;
}

static int column_of(const struct piece *p)
{
    return (int)p->column;
}

/* The level of a map or list that begins, or goes on, at this piece. */
static const struct level *enter(struct run *r, const struct piece *p, bool is_list)
{
    const int old = column_of(p);
    const struct level *t;

    while ((t = top(r)) && (t->old > old || (t->old == old && t->is_list && !is_list)))
        r->level_count--;
    if ((!t || t->old < old || t->is_list != is_list) && r->level_count < MAX_LEVELS) {
        r->levels[r->level_count++] =
            (struct level){old, t ? t->now + STEP : 0, is_list, ++r->out.maps};
        t = top(r);
    }
    return t;
}

/* Where a value begins that is not beside its key. */
static int value_indent(const struct run *r)
{
    const struct level *t = top(r);
    return t ? t->now + STEP : 0;
}

/* Where a text goes on, and what stands in brackets. */
static int inner_indent(const struct run *r)
{
    return r->flow ? r->flow_base[r->flow - 1] + STEP : value_indent(r);
}

/* -- Words ------------------------------------------------------------------------- */

static bool is(const struct piece *p, char c)
{
    return p->len == 1 && *p->at == c;
}

static bool has_blank_between(const struct piece *p, const struct piece *q)
{
    if (p->kind == PIECE_COLON || p->kind == PIECE_DASH)
        return true;
    if (q->kind == PIECE_COLON || q->kind == PIECE_COMMA || is(q, ']') || is(p, '['))
        return false;
    return !(is(p, '{') && is(q, '}'));
}

/* The next line of a text: without its end; `*at` moves behind it. */
static size_t take_line(const char **at, const char *end)
{
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    size_t len = (size_t)((newline ? newline : end) - *at);

    *at = newline ? newline + 1 : end;
    const char *line = newline ? newline - len : end - len;
    return len > 0 && line[len - 1] == '\r' ? len - 1 : len;
}

static size_t blanks_at(const char *line, size_t len)
{
    size_t count = 0;
    while (count < len && (line[count] == ' ' || line[count] == '\t'))
        count++;
    return count;
}

/* A text of several lines that YAML joins: how they are indented means nothing. */
static void add_folded(struct buffer *out, const struct piece *p, int indent)
{
    const char *end = p->at + p->len;

    for (const char *line = p->at, *next = line; line < end; line = next) {
        const size_t len = take_line(&next, end);
        const size_t blanks = line == p->at ? 0 : blanks_at(line, len);
        if (line != p->at) {
            buffer_putc(out, '\n');
            yaml_blanks(out, len > blanks ? indent : 0);
        }
        buffer_add(out, line + blanks, len - blanks);
    }
}

/* How the lines of a `|` or `>` move. */
struct move {
    int by;
    int indent; /* where they begin then; blanks behind that are part of the text */
};

static size_t spaces_at(const char *line, size_t len)
{
    size_t count = 0;
    while (count < len && line[count] == ' ')
        count++;
    return count;
}

/* As its level does if the indentation is counted from there: `|2`. */
static struct move move_of(const struct run *r, const struct piece *p)
{
    const char *end = p->at + p->len;
    const char *line = p->at;
    const size_t header = take_line(&line, end);
    const struct level *t = top(r);
    const int indent = inner_indent(r);

    for (size_t i = 1; i < header && p->at[i] != ' ' && p->at[i] != '#'; i++)
        if (p->at[i] >= '1' && p->at[i] <= '9')
            return (struct move){
                t ? t->now - t->old : 0, (t ? t->now : 0) + p->at[i] - '0'};
    while (line < end) {
        const char *start = line;
        const size_t len = take_line(&line, end);
        const size_t spaces = spaces_at(start, len);
        if (spaces < len)
            return (struct move){indent - (int)spaces, indent};
    }
    return (struct move){0, indent};
}

static void add_lines(struct buffer *out, const struct piece *p, struct move move)
{
    const char *end = p->at + p->len;
    const char *next = p->at;

    buffer_add(out, p->at, take_line(&next, end));
    for (const char *line = next; line < end; line = next) {
        const size_t len = take_line(&next, end);
        const size_t spaces = spaces_at(line, len);
        const int now = (int)spaces + move.by;
        buffer_putc(out, '\n');
        if (spaces < len || now > move.indent)
            yaml_blanks(out, now);
        buffer_add(out, line + spaces, len - spaces);
    }
    if (p->at[p->len - 1] != '\n')
        while (out->at[out->len - 1] == '\n') /* spaces that turned out to be none */
            out->at[--out->len] = '\0';
}

static void add_piece(struct run *r, struct line *l, const struct piece *p)
{
    if (*p->at == '|' || *p->at == '>')
        add_lines(&l->text, p, move_of(r, p));
    else if (p->last_line > p->line)
        add_folded(&l->text, p, inner_indent(r));
    else
        buffer_add(&l->text, p->at, p->len);
}

/* -- Lines ------------------------------------------------------------------------- */

static struct line *add_line(struct run *r, const struct piece *p)
{
    if (r->out.count == r->room) {
        r->room = r->room ? 2 * r->room : 64;
        r->out.at = must(realloc(r->out.at, r->room * sizeof *r->out.at));
    }
    struct line *l = &r->out.at[r->out.count++];
    *l = (struct line){0};
    l->blank_before = r->out.count > 1 && p->line > p[-1].last_line + 1;
    return l;
}

/* Comments on lines of their own go with the level that they stood at; else with the
 * line below them, or above them at the end of the file. */
static void settle_comments(struct run *r, struct line *behind)
{
    const struct level *next = top(r);

    for (struct line *l = behind - r->waiting; l < behind; l++) {
        const int old = column_of(l->comment);
        l->indent = next ? next->now : 0;
        if (next && next->old == old)
            continue;
        for (size_t i = 0; i < r->before_count; i++)
            if (r->before[i].old == old)
                l->indent = r->before[i].now;
    }
    r->waiting = 0;
}

static void wait_with_comment(struct run *r, const struct piece *p)
{
    if (r->waiting++ == 0) {
        memcpy(r->before, r->levels, r->level_count * sizeof *r->before);
        r->before_count = r->level_count;
    }
    add_line(r, p)->comment = p;
}

/* The first pieces of a line outside of brackets: how far it is indented. */
static void begin_line(struct run *r, struct line *l, const struct piece *first)
{
    const struct piece *p = first;

    l->indent = first->kind == PIECE_DOCUMENT ? 0 : inner_indent(r);
    for (; p < r->end && p->kind == PIECE_DASH && p->line == first->line; p++) {
        const struct level *t = enter(r, p, true);
        if (p == first)
            l->indent = t->now;
    }
    if (p < r->end && p->kind == PIECE_KEY && p->line == first->line) {
        const struct level *t = enter(r, p, false);
        if (p == first)
            l->indent = t->now;
        l->map = t->id;
    }
}

/* `value` stands behind the colon of a map in lines. */
static void note_value(struct line *l, const struct piece *value)
{
    const struct piece *key = value - 2, *colon = value - 1;

    l->key_end = l->text.len;
    l->key_width = yaml_width(key->at, key->len) + 1;
    l->value_column = column_of(value) - column_of(key);
    l->apart = column_of(value) - column_of(colon) > 2;
}

/* The line that begins at r->at. */
static void take(struct run *r)
{
    const struct piece *first = r->at;
    const bool in_flow = r->flow > 0;
    unsigned last = first->line;

    if (first->kind == PIECE_COMMENT && !in_flow) {
        wait_with_comment(r, first);
        r->at++;
        return;
    }
    struct line *l = add_line(r, first);
    if (in_flow) {
        l->indent = inner_indent(r);
        /* YAML wants a bracket further in than the key it belongs to. */
        if (first->kind == PIECE_CLOSE && l->indent > value_indent(r))
            l->indent -= STEP;
    } else {
        begin_line(r, l, first);
        settle_comments(r, l);
    }
    const int base = in_flow ? l->indent : top(r) ? top(r)->now : 0;
    const struct piece *p = first;
    for (; p < r->end && p->line == last; p++) {
        last = p->last_line;
        if (p->kind == PIECE_COMMENT) {
            l->comment = p;
            continue;
        }
        if (l->map && !l->key_end && p - first >= 2 && p[-1].kind == PIECE_COLON)
            note_value(l, p);
        if (p > first && has_blank_between(p - 1, p))
            buffer_putc(&l->text, ' ');
        if (p->kind == PIECE_CLOSE)
            r->flow--;
        add_piece(r, l, p);
        if (p->kind == PIECE_OPEN)
            r->flow_base[r->flow++] = base;
    }
    r->at = p;
}

struct lines yaml_lines(const struct pieces *pieces)
{
    struct run *r = must(calloc(1, sizeof *r));

    r->at = pieces->at;
    r->end = pieces->at + pieces->count;
    while (r->at < r->end)
        take(r);
    settle_comments(r, r->out.at + r->out.count);
    const struct lines made = r->out;
    free(r);
    return made;
}
