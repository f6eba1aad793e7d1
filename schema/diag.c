/* diag.c: keeps the first mistakes of some files and prints them as gcc does.
 *
 * `kept` is sorted by place at all times, so what comes later than all of it is
 * counted without being formatted: a file of a million mistakes costs what 20 cost.
 */
#include "diag.h"

#include "arena.h"
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEPT = 20,
    NOTES = 4,
    MESSAGE_SIZE = 600,
    WINDOW = 100, /* terminal columns of a quoted line */
    LEAD = 40     /* how many of them stay in front of the mistake */
};

struct message {
    struct place at;
    char text[MESSAGE_SIZE];
};

struct diagnostic {
    enum diag_code code;
    struct message error;
    size_t note_count;
    struct message notes[NOTES];
};

struct file {
    char *path;
    char *text; /* NULL: none was read */
    size_t size;
};

/* How something came where it is. */
struct use {
    struct place at;
    char *note;
};

struct diag {
    struct file *files;
    struct use *uses;
    unsigned use_count;
    unsigned use_capacity;
    unsigned file_count;
    size_t count;
    size_t kept_count;
    struct diagnostic *kept[KEPT];
    struct diagnostic *latest; /* NULL if it was not kept */
};

struct diag *diag_new(void)
{
    return must_alloc(sizeof(struct diag));
}

void diag_free(struct diag *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->kept_count; i++)
        free(d->kept[i]);
    for (unsigned i = 0; i < d->file_count; i++) {
        free(d->files[i].path);
        free(d->files[i].text);
    }
    free(d->files);
    for (unsigned i = 0; i < d->use_count; i++)
        free(d->uses[i].note);
    free(d->uses);
    free(d);
}

static char *copy(const char *text, size_t size)
{
    char *p = must_alloc(size + 1);
    memcpy(p, text, size);
    return p;
}

unsigned diag_file(struct diag *d, const char *path)
{
    struct file *more = must_alloc((d->file_count + 1) * sizeof *more);
    for (unsigned i = 0; i < d->file_count; i++)
        more[i] = d->files[i];
    more[d->file_count].path = copy(path, strlen(path));
    free(d->files);
    d->files = more;
    return d->file_count++;
}

const char *diag_path(const struct diag *d, unsigned file)
{
    return file < d->file_count ? d->files[file].path : NULL;
}

void diag_text(struct diag *d, const char *text, size_t size)
{
    struct file *latest = &d->files[d->file_count - 1];
    free(latest->text);
    latest->text = copy(text, size);
    latest->size = size;
}

/* NULL: the place speaks of no text, or of none that was read. */
static const struct file *file_at(const struct diag *d, struct place at)
{
    const bool has_text = at.line && at.file < d->file_count && d->files[at.file].text;
    return has_text ? &d->files[at.file] : NULL;
}

static const char *path_of(const struct diag *d, unsigned file)
{
    return file < d->file_count ? d->files[file].path : "ormgen";
}

size_t diag_count(const struct diag *d)
{
    return d->count;
}

static bool is_before(struct place a, struct place b)
{
    return a.file != b.file   ? a.file < b.file
           : a.line != b.line ? a.line < b.line
                              : a.column < b.column;
}

bool diag_wants(const struct diag *d, struct place at)
{
    return d->kept_count < KEPT || is_before(at, d->kept[KEPT - 1]->error.at);
}

unsigned diag_use(struct diag *d, struct place at, const char *note)
{
    if (d->use_count == d->use_capacity) {
        const unsigned capacity = d->use_capacity ? 2 * d->use_capacity : 16;
        struct use *more = must_alloc(capacity * sizeof *more);
        for (unsigned i = 0; i < d->use_count; i++)
            more[i] = d->uses[i];
        free(d->uses);
        d->uses = more;
        d->use_capacity = capacity;
    }
    d->uses[d->use_count++] = (struct use){at, copy(note, strlen(note))};
    return d->use_count;
}

/* A copy holds the mistakes of what it was copied from. */
static bool is_reported(const struct diag *d, enum diag_code code, struct place at)
{
    if (!at.use)
        return false;
    for (size_t i = 0; i < d->kept_count; i++) {
        const struct place there = d->kept[i]->error.at;
        if (d->kept[i]->code == code && !is_before(at, there) && !is_before(there, at))
            return true;
    }
    return false;
}

static void note_uses(struct diag *d, struct place at)
{
    for (unsigned use = at.use; use; use = d->uses[use - 1].at.use)
        diag_note(d, d->uses[use - 1].at, "%s", d->uses[use - 1].note);
}

static void write_message(
    struct message *m, struct place at, const char *format, va_list args)
{
    m->at = at;
    vsnprintf(m->text, sizeof m->text, format, args);
}

void diag_error(
    struct diag *d, enum diag_code code, struct place at, const char *format, ...)
{
    d->latest = NULL;
    if (is_reported(d, code, at))
        return;
    d->count++;
    if (!diag_wants(d, at))
        return;

    struct diagnostic *fresh;
    if (d->kept_count < KEPT)
        fresh = must_alloc(sizeof *fresh);
    else
        fresh = d->kept[--d->kept_count];
    fresh->code = code;
    fresh->note_count = 0;
    va_list args;
    va_start(args, format);
    write_message(&fresh->error, at, format, args);
    va_end(args);

    size_t i = d->kept_count++;
    for (; i > 0 && is_before(at, d->kept[i - 1]->error.at); i--)
        d->kept[i] = d->kept[i - 1];
    d->kept[i] = fresh;
    d->latest = fresh;
    note_uses(d, at);
}

void diag_note(struct diag *d, struct place at, const char *format, ...)
{
    struct diagnostic *it = d->latest;
    if (!it || it->note_count == NOTES)
        return;
    va_list args;
    va_start(args, format);
    write_message(&it->notes[it->note_count++], at, format, args);
    va_end(args);
}

/* The text of a line, without its end. */
static const char *find_line(const struct file *f, unsigned line, size_t *size)
{
    const char *start = f->text, *end = f->text + f->size;
    while (--line > 0) {
        const char *newline = memchr(start, '\n', (size_t)(end - start));
        if (!newline)
            return NULL;
        start = newline + 1;
    }
    const char *newline = memchr(start, '\n', (size_t)(end - start));
    *size = (size_t)((newline ? newline : end) - start);
    if (*size > 0 && start[*size - 1] == '\r')
        --*size;
    return start;
}

const char *diag_source(const struct diag *d, struct place at, size_t *size)
{
    const struct file *f = file_at(d, at);
    const char *line = f ? find_line(f, at.line, size) : NULL;
    if (!line)
        return NULL;
    const char *end = f->text + f->size;
    for (unsigned column = 1; column < at.column && line < end; column++) {
        uint32_t c;
        const size_t bytes = text_decode(line, (size_t)(end - line), &c);
        line += bytes ? bytes : 1;
    }
    *size = (size_t)(end - line);
    return line;
}

struct cell {
    size_t offset;
    size_t length;
    int width;
};

/* How each character of a line is shown.  Only the first `limit` of them. */
static size_t lay_out(const char *line, size_t size, struct cell *cells, size_t limit)
{
    size_t count = 0;
    for (size_t i = 0; i < size && count < limit; count++) {
        struct cell *c = &cells[count];
        c->offset = i;
        if (line[i] == '\t') {
            c->length = 1;
            c->width = 4;
        } else {
            c->width = text_show_character(line + i, size - i, &c->length, NULL);
        }
        i += c->length;
    }
    return count;
}

static void print_cell(const char *line, const struct cell *c, FILE *out)
{
    size_t length;
    if (line[c->offset] == '\t')
        fprintf(out, "%*s", c->width, "");
    else
        text_show_character(line + c->offset, c->length, &length, out);
}

static void print_times(char c, int times, FILE *out)
{
    while (times-- > 0)
        fputc(c, out);
}

/* As gcc colours them. */
static const char bold[] = "\33[1m", red[] = "\33[1;31m", cyan[] = "\33[1;36m",
                  green[] = "\33[1;32m", plain[] = "\33[0m";

struct printer {
    const struct diag *diag;
    FILE *out;
    bool colour;
};

static void paint(const struct printer *p, const char *colour)
{
    if (p->colour)
        fputs(colour, p->out);
}

/* The line and, below it, what is meant.  A long line is cut to a window around that.
 */
static void print_excerpt(const struct printer *p, struct place at)
{
    const struct diag *d = p->diag;
    const struct file *f = file_at(d, at);
    FILE *out = p->out;
    size_t size;
    const char *line = f ? find_line(f, at.line, &size) : NULL;
    if (!line)
        return;

    const size_t limit = (size_t)at.column + WINDOW + 1;
    struct cell *cells = must_alloc((limit < size ? limit : size) * sizeof *cells);
    const size_t count = lay_out(line, size, cells, limit < size ? limit : size);
    const size_t mark = at.column - 1 < count ? at.column - 1 : count;

    size_t first = mark;
    int before = 0;
    while (first > 0 && before + cells[first - 1].width <= LEAD)
        before += cells[--first].width;
    int width = 0;
    size_t last = first;
    while (last < count && width + cells[last].width <= WINDOW)
        width += cells[last++].width;
    if (last == count) /* the end is in sight: the window may reach further back */
        while (first > 0 && width + cells[first - 1].width <= WINDOW) {
            width += cells[--first].width;
            before += cells[first].width;
        }
    const char *cut_before = first > 0 ? "..." : "";
    const bool cut_after =
        last < count ||
        (last > 0 && cells[last - 1].offset + cells[last - 1].length < size);

    fprintf(out, "%5u | %s", at.line, cut_before);
    for (size_t i = first; i < last; i++)
        print_cell(line, &cells[i], out);
    fprintf(out, "%s\n      | ", cut_after ? "..." : "");
    print_times(' ', before + (int)strlen(cut_before), out);
    int marked = 0;
    for (size_t i = mark; i < last && i + 1 < at.end_column; i++)
        marked += cells[i].width;
    paint(p, green);
    fputc('^', out);
    print_times('~', marked - 1, out);
    paint(p, plain);
    fputc('\n', out);
    free(cells);
}

static void print_message(
    const struct printer *p, const struct message *m, enum diag_code code)
{
    FILE *out = p->out;

    paint(p, bold);
    text_show(path_of(p->diag, m->at.file), out);
    if (m->at.line)
        fprintf(out, ":%u:%u", m->at.line, m->at.column);
    fputs(": ", out);
    paint(p, code ? red : cyan);
    fputs(code ? "error: " : "note: ", out);
    paint(p, plain);
    paint(p, bold);
    text_show(m->text, out);
    paint(p, plain);
    if (code)
        fprintf(out, " [E%03d]", (int)code);
    fputc('\n', out);
    print_excerpt(p, m->at);
}

static void print(const struct diag *d, FILE *out, bool colour)
{
    const struct printer p = {d, out, colour};

    for (size_t i = 0; i < d->kept_count; i++) {
        const struct diagnostic *it = d->kept[i];
        print_message(&p, &it->error, it->code);
        for (size_t n = 0; n < it->note_count; n++)
            print_message(&p, &it->notes[n], 0);
    }
    if (d->count > d->kept_count) {
        const size_t more = d->count - d->kept_count;
        text_show(path_of(d, 0), out);
        fprintf(out, ": %zu more error%s, not shown: correct these first\n", more,
            more == 1 ? "" : "s");
    }
}

void diag_print(const struct diag *d, FILE *out)
{
    print(d, out, false);
}

void diag_print_coloured(const struct diag *d, FILE *out)
{
    print(d, out, true);
}

/* -- For other formats ------------------------------------------------------------- */

size_t diag_kept(const struct diag *d)
{
    return d->kept_count;
}

static struct diag_message as_seen(const struct diag *d, const struct message *m)
{
    return (struct diag_message){path_of(d, m->at.file), m->at, m->text};
}

enum diag_code diag_mistake(const struct diag *d, size_t index, struct diag_message *m)
{
    *m = as_seen(d, &d->kept[index]->error);
    return d->kept[index]->code;
}

void diag_drop(struct diag *d, size_t index)
{
    free(d->kept[index]);
    memmove(&d->kept[index], &d->kept[index + 1],
        (d->kept_count - index - 1) * sizeof *d->kept);
    d->kept_count--;
    d->count--;
    d->latest = NULL;
}

bool diag_note_of(
    const struct diag *d, size_t index, size_t note, struct diag_message *m)
{
    const struct diagnostic *it = d->kept[index];
    if (note >= it->note_count)
        return false;
    *m = as_seen(d, &it->notes[note]);
    return true;
}
