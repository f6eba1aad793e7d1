/* yaml_layout.c: a YAML file as we write it.
 *
 * First every line gets its words and its indentation; then columns are made of values
 * and comments that stood in one; then the lines are written.  What comes out is read
 * again: if it is not the same tree with the same comments, it is thrown away. */
#include "yaml_layout.h"
#include "yaml_pieces.h"

#include <stdlib.h>
#include <string.h>

enum {
    STEP = 2,
    MAX_LEVELS = 2 * YAML_MAX_DEPTH + 2
};

struct line {
    struct buffer text;
    int indent;
    bool blank_before;
    bool several; /* the text has line ends of its own */

    /* Of `key: value` in a map in lines; map 0: another line */
    size_t map;
    size_t key_end;   /* in `text`, behind the colon; 0: no value beside it */
    int key_width;    /* with the colon */
    int value_column; /* where the value stood, from the key */
    bool apart;       /* by more than one blank */

    const struct piece *comment; /* at the end, or all of it */
    int comment_column;          /* 0: where the line is indented to */
};

/* A map or list in lines that is open. */
struct level {
    int old, now; /* columns */
    bool is_list;
    size_t id;
};

struct layout_run {
    const struct piece *at, *end;
    struct level levels[MAX_LEVELS];
    size_t level_count;
    struct level before[MAX_LEVELS]; /* as they were before the comments that wait */
    size_t before_count;
    size_t maps;
    size_t flow;                       /* how many { and [ are open */
    int flow_base[YAML_MAX_DEPTH + 1]; /* where the lines that opened them begin */
    struct line *lines;
    size_t line_count, room;
    size_t waiting; /* lines at the end: comments whose level the next line decides */
};

/* -- Levels ------------------------------------------------------------------------ */

static const struct level *top(const struct layout_run *r)
{
    return r->level_count ? &r->levels[r->level_count - 1] : NULL;
}

static int column_of(const struct piece *p)
{
    return (int)p->column;
}

/* The level of a map or list that begins, or goes on, at this piece. */
static const struct level *enter(
    struct layout_run *r, const struct piece *p, bool is_list)
{
    const int old = column_of(p);
    const struct level *t;

    while ((t = top(r)) && (t->old > old || (t->old == old && t->is_list && !is_list)))
        r->level_count--;
    if ((!t || t->old < old || t->is_list != is_list) && r->level_count < MAX_LEVELS) {
        r->levels[r->level_count++] =
            (struct level){old, t ? t->now + STEP : 0, is_list, ++r->maps};
        t = top(r);
    }
    return t;
}

/* Where a value begins that is not beside its key. */
static int value_indent(const struct layout_run *r)
{
    const struct level *t = top(r);
    return t ? t->now + STEP : 0;
}

/* Where a text goes on, and what stands in brackets. */
static int inner_indent(const struct layout_run *r)
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

static int width_of(const char *text, size_t len)
{
    int width = 0;
    for (size_t i = 0; i < len; i++)
        width += (text[i] & 0xc0) != 0x80;
    return width;
}

static void add_blanks(struct buffer *out, int count)
{
    while (count-- > 0)
        buffer_putc(out, ' ');
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
            add_blanks(out, len > blanks ? indent : 0);
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
static struct move move_of(const struct layout_run *r, const struct piece *p)
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
            add_blanks(out, now);
        buffer_add(out, line + spaces, len - spaces);
    }
    if (p->at[p->len - 1] != '\n')
        while (out->at[out->len - 1] == '\n') /* spaces that turned out to be none */
            out->at[--out->len] = '\0';
}

static void add_piece(struct layout_run *r, struct line *l, const struct piece *p)
{
    if (*p->at == '|' || *p->at == '>')
        add_lines(&l->text, p, move_of(r, p));
    else if (p->last_line > p->line)
        add_folded(&l->text, p, inner_indent(r));
    else
        buffer_add(&l->text, p->at, p->len);
    l->several = l->several || p->last_line > p->line;
}

/* -- Lines ------------------------------------------------------------------------- */

static struct line *add_line(struct layout_run *r, const struct piece *p)
{
    if (r->line_count == r->room) {
        r->room = r->room ? 2 * r->room : 64;
        r->lines = must(realloc(r->lines, r->room * sizeof *r->lines));
    }
    struct line *l = &r->lines[r->line_count++];
    *l = (struct line){0};
    l->blank_before = r->line_count > 1 && p->line > p[-1].last_line + 1;
    return l;
}

/* Comments on lines of their own go with the level that they stood at; else with the
 * line below them, or above them at the end of the file. */
static void settle_comments(struct layout_run *r, struct line *behind)
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

static void wait_with_comment(struct layout_run *r, const struct piece *p)
{
    if (r->waiting++ == 0) {
        memcpy(r->before, r->levels, r->level_count * sizeof *r->before);
        r->before_count = r->level_count;
    }
    add_line(r, p)->comment = p;
}

/* The first pieces of a line outside of brackets: how far it is indented. */
static void begin_line(struct layout_run *r, struct line *l, const struct piece *first)
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
    l->key_width = width_of(key->at, key->len) + 1;
    l->value_column = column_of(value) - column_of(key);
    l->apart = column_of(value) - column_of(colon) > 2;
}

/* The line that begins at r->at. */
static void take(struct layout_run *r)
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

/* -- Columns ----------------------------------------------------------------------- */

struct column {
    int at;      /* where the first value stood that was set apart; 0: none was */
    int longest; /* key, with its colon and a blank */
};

/* Where somebody made a column of a map's values, there is one. */
static void align_values(struct layout_run *r)
{
    struct column *columns = must(calloc(r->maps + 1, sizeof *columns));

    for (struct line *l = r->lines; l < r->lines + r->line_count; l++) {
        struct column *c = &columns[l->map];
        if (!l->key_end)
            continue;
        if (l->key_width + 1 > c->longest)
            c->longest = l->key_width + 1;
        if (l->apart && !c->at)
            c->at = l->value_column;
    }
    for (struct line *l = r->lines; l < r->lines + r->line_count; l++) {
        const struct column *c = &columns[l->map];
        if (!l->key_end || !c->at)
            continue;
        struct buffer wide = {0};
        buffer_add(&wide, l->text.at, l->key_end);
        add_blanks(&wide, (c->at > c->longest ? c->at : c->longest) - l->key_width - 1);
        buffer_puts(&wide, l->text.at + l->key_end);
        buffer_free(&l->text);
        l->text = wide;
    }
    free(columns);
}

/* The first column where a comment can stand. */
static int room_behind(const struct line *l)
{
    if (l->text.len == 0)
        return 0;
    const char *newline = strrchr(l->text.at, '\n');
    return newline ? width_of(newline + 1, strlen(newline + 1)) + 1
                   : l->indent + width_of(l->text.at, l->text.len) + 1;
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
static void align_comments(struct layout_run *r)
{
    struct line *end = r->lines + r->line_count;

    for (struct line *l = r->lines, *next; l < end; l = next) {
        next = l + 1;
        if (!l->comment || l->text.len == 0)
            continue;
        bool in_one = true;
        int most = 0;
        next = l;
        do {
            next->comment_column = column_of(next->comment);
            if (next->comment_column < room_behind(next))
                next->comment_column = room_behind(next);
            if (next->comment_column > most)
                most = next->comment_column;
            in_one = in_one && next->comment->column == l->comment->column;
            next++;
        } while (next < end && goes_on(next));
        for (struct line *k = l; in_one && k < next; k++)
            k->comment_column = most;
    }
}

static void write_lines(struct layout_run *r, struct buffer *out)
{
    for (struct line *l = r->lines; l < r->lines + r->line_count; l++) {
        if (l->blank_before)
            buffer_putc(out, '\n');
        const size_t start = out->len;
        if (l->text.len) {
            add_blanks(out, l->indent);
            buffer_add(out, l->text.at, l->text.len);
        }
        if (l->comment && l->comment_column == 0)
            add_blanks(out, l->indent);
        else if (l->comment)
            add_blanks(
                out, l->comment_column -
                         (l->text.len ? room_behind(l) - 1 : (int)(out->len - start)));
        if (l->comment)
            buffer_add(out, l->comment->at, l->comment->len);
        buffer_putc(out, '\n');
        buffer_free(&l->text);
    }
}

/* -- The whole --------------------------------------------------------------------- */

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

/* The last line of a `|` or `>` that ends with the file, without a line end: one more
 * would be part of the text. */
static bool ends_open(const struct pieces *pieces, const char *end)
{
    const struct piece *last = &pieces->at[pieces->count - 1];
    return pieces->count > 0 && last->at + last->len == end &&
           (*last->at == '|' || *last->at == '>') && end[-1] != '\n';
}

static void lay_out(const struct pieces *pieces, const char *end, struct buffer *out)
{
    struct layout_run *r = must(calloc(1, sizeof *r));

    r->at = pieces->at;
    r->end = pieces->at + pieces->count;
    while (r->at < r->end)
        take(r);
    settle_comments(r, r->lines + r->line_count);
    align_values(r);
    align_comments(r);
    write_lines(r, out);
    if (ends_open(pieces, end))
        out->at[--out->len] = '\0';
    free(r->lines);
    free(r);
}

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
