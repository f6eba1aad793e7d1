/* diff.c: two texts, as `diff -u` shows their difference.
 *
 * Myers' algorithm in linear space: the shortest edit goes through a point in its
 * middle, which is found by walking from both ends at once; then each half is done
 * alike.  Where the texts have little in common the walk is cut short at a good point:
 * the difference stays true, and may be longer than need be. */
#include "diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONTEXT = 3,
    PATIENCE = 1000 /* steps from each end until a good point will do */
};

/* A line has its line break, if it ends with one. */
struct line {
    const char *at;
    size_t len;
    size_t id; /* equal lines have equal ones, in both texts */
};

struct side {
    struct line *lines;
    bool *changed;
    ptrdiff_t count;
};

/* -- Lines ------------------------------------------------------------------------- */

static void split(struct text t, struct side *s)
{
    size_t room = 1;
    for (size_t i = 0; i < t.len; i++)
        room += t.at[i] == '\n';
    s->lines = must(calloc(room, sizeof *s->lines));
    s->changed = must(calloc(room, sizeof *s->changed));
    for (size_t at = 0; at < t.len;) {
        const char *end = memchr(t.at + at, '\n', t.len - at);
        const size_t len = end ? (size_t)(end - t.at) - at + 1 : t.len - at;
        s->lines[s->count++] = (struct line){.at = t.at + at, .len = len};
        at += len;
    }
}

static uint64_t hash(const struct line *l)
{
    uint64_t h = 0xcbf29ce484222325;
    for (size_t i = 0; i < l->len; i++)
        h = (h ^ (unsigned char)l->at[i]) * 0x100000001b3;
    return h ^ h >> 32;
}

static void number_lines(struct side sides[2])
{
    size_t slots = 16, next = 0;
    while (slots < 2 * (size_t)(sides[0].count + sides[1].count))
        slots *= 2;
    const struct line **table = must(calloc(slots, sizeof *table));

    for (int i = 0; i < 2; i++)
        for (ptrdiff_t n = 0; n < sides[i].count; n++) {
            struct line *l = &sides[i].lines[n];
            size_t slot = hash(l) & (slots - 1);
            while (table[slot] && (table[slot]->len != l->len ||
                                      memcmp(table[slot]->at, l->at, l->len) != 0))
                slot = (slot + 1) & (slots - 1);
            if (table[slot]) {
                l->id = table[slot]->id;
            } else {
                l->id = next++;
                table[slot] = l;
            }
        }
    free(table);
}

/* -- What changed ------------------------------------------------------------------ */

/* Lines `x` to `x_end` of the old text against `y` to `y_end` of the new one. */
struct box {
    ptrdiff_t x, x_end, y, y_end;
};

/* On diagonal d, where x - y == d, `forward[d]` is the x that a walk from the start has
 * reached, and `backward[d]` the one that a walk from the end has. */
struct walk {
    struct side *old, *new;
    ptrdiff_t *forward, *backward;
};

struct point {
    ptrdiff_t x, y;
};

static bool same(const struct walk *w, ptrdiff_t x, ptrdiff_t y)
{
    return w->old->lines[x].id == w->new->lines[y].id;
}

/* The point that is furthest along, of both walks. */
static struct point furthest(const struct walk *w, const struct box *b,
    ptrdiff_t forward[2], ptrdiff_t backward[2])
{
    struct point ahead = {b->x, b->y}, behind = {b->x_end, b->y_end};

    for (ptrdiff_t d = forward[0]; d <= forward[1]; d += 2) {
        ptrdiff_t x = w->forward[d] < b->x_end ? w->forward[d] : b->x_end;
        if (x - d > b->y_end)
            x = b->y_end + d;
        if (2 * x - d > ahead.x + ahead.y)
            ahead = (struct point){x, x - d};
    }
    for (ptrdiff_t d = backward[0]; d <= backward[1]; d += 2) {
        ptrdiff_t x = w->backward[d] > b->x ? w->backward[d] : b->x;
        if (x - d < b->y)
            x = b->y + d;
        if (2 * x - d < behind.x + behind.y)
            behind = (struct point){x, x - d};
    }
    const ptrdiff_t gained = ahead.x + ahead.y - b->x - b->y;
    return gained >= b->x_end + b->y_end - behind.x - behind.y ? ahead : behind;
}

/* A point on the way; neither text is empty here, and they differ at both ends. */
static struct point middle(const struct walk *w, const struct box *b)
{
    ptrdiff_t *const f = w->forward, *const k = w->backward;
    const ptrdiff_t lowest = b->x - b->y_end, highest = b->x_end - b->y;
    const ptrdiff_t first = b->x - b->y, last = b->x_end - b->y_end;
    const bool odd = (first - last) & 1;
    ptrdiff_t fs[2] = {first, first}, ks[2] = {last, last};

    f[first] = b->x;
    k[last] = b->x_end;
    for (int step = 1;; step++) {
        if (fs[0] > lowest)
            f[--fs[0] - 1] = -1;
        else
            ++fs[0];
        if (fs[1] < highest)
            f[++fs[1] + 1] = -1;
        else
            --fs[1];
        for (ptrdiff_t d = fs[1]; d >= fs[0]; d -= 2) {
            ptrdiff_t x = f[d - 1] < f[d + 1] ? f[d + 1] : f[d - 1] + 1;
            while (x < b->x_end && x - d < b->y_end && same(w, x, x - d))
                x++;
            f[d] = x;
            if (odd && ks[0] <= d && d <= ks[1] && k[d] <= x)
                return (struct point){x, x - d};
        }

        if (ks[0] > lowest)
            k[--ks[0] - 1] = PTRDIFF_MAX;
        else
            ++ks[0];
        if (ks[1] < highest)
            k[++ks[1] + 1] = PTRDIFF_MAX;
        else
            --ks[1];
        for (ptrdiff_t d = ks[1]; d >= ks[0]; d -= 2) {
            ptrdiff_t x = k[d - 1] < k[d + 1] ? k[d - 1] : k[d + 1] - 1;
            while (x > b->x && x - d > b->y && same(w, x - 1, x - d - 1))
                x--;
            k[d] = x;
            if (!odd && fs[0] <= d && d <= fs[1] && x <= f[d])
                return (struct point){x, x - d};
        }

        if (step >= PATIENCE)
            return furthest(w, b, fs, ks);
    }
}

static void compare(const struct walk *w, struct box b)
{
    while (b.x < b.x_end && b.y < b.y_end && same(w, b.x, b.y))
        b.x++, b.y++;
    while (b.x < b.x_end && b.y < b.y_end && same(w, b.x_end - 1, b.y_end - 1))
        b.x_end--, b.y_end--;
    if (b.x == b.x_end || b.y == b.y_end) {
        for (ptrdiff_t x = b.x; x < b.x_end; x++)
            w->old->changed[x] = true;
        for (ptrdiff_t y = b.y; y < b.y_end; y++)
            w->new->changed[y] = true;
        return;
    }
    const struct point p = middle(w, &b);
    compare(w, (struct box){b.x, p.x, b.y, p.y});
    compare(w, (struct box){p.x, b.x_end, p.y, b.y_end});
}

/* -- Printing ---------------------------------------------------------------------- */

/* `patch` needs to be told where a name with blanks ends. */
static void print_label(struct buffer *out, const char *sign, const char *label)
{
    buffer_printf(out, "%s %s%s\n", sign, label, strchr(label, ' ') ? "\t" : "");
}

static void print_line(struct buffer *out, char mark, const struct line *l)
{
    buffer_putc(out, mark);
    buffer_add(out, l->at, l->len);
    if (l->at[l->len - 1] != '\n')
        buffer_puts(out, "\n\\ No newline at end of file\n");
}

static void print_range(struct buffer *out, char sign, ptrdiff_t from, ptrdiff_t to)
{
    const ptrdiff_t count = to - from;

    /* An empty range is named by the line before it. */
    buffer_printf(out, " %c%td", sign, count ? from + 1 : from);
    if (count != 1)
        buffer_printf(out, ",%td", count);
}

static void print_hunk(struct buffer *out, const struct side sides[2], struct box b)
{
    buffer_puts(out, "@@");
    print_range(out, '-', b.x, b.x_end);
    print_range(out, '+', b.y, b.y_end);
    buffer_puts(out, " @@\n");
    while (b.x < b.x_end || b.y < b.y_end) {
        if (b.x < b.x_end && sides[0].changed[b.x]) {
            print_line(out, '-', &sides[0].lines[b.x++]);
        } else if (b.y < b.y_end && sides[1].changed[b.y]) {
            print_line(out, '+', &sides[1].lines[b.y++]);
        } else {
            print_line(out, ' ', &sides[0].lines[b.x++]);
            b.y++;
        }
    }
}

static bool changed_at(const struct side *s, ptrdiff_t n)
{
    return n < s->count && s->changed[n];
}

/* Changes with no more than twice the context between them share a hunk. */
static void print_hunks(struct buffer *out, const struct side sides[2])
{
    ptrdiff_t x = 0, y = 0;

    while (x < sides[0].count || y < sides[1].count) {
        if (!changed_at(&sides[0], x) && !changed_at(&sides[1], y)) {
            x++, y++;
            continue;
        }
        const ptrdiff_t before = x < CONTEXT ? x : CONTEXT;
        struct box b = {.x = x - before, .y = y - before};
        ptrdiff_t quiet = 0;
        while ((x < sides[0].count || y < sides[1].count) && quiet <= 2 * CONTEXT) {
            const bool gone = changed_at(&sides[0], x);
            const bool come = changed_at(&sides[1], y);
            quiet = gone || come ? 0 : quiet + 1;
            x += gone || !come;
            y += !gone;
        }
        const ptrdiff_t extra = quiet > CONTEXT ? quiet - CONTEXT : 0;
        b.x_end = x - extra;
        b.y_end = y - extra;
        print_hunk(out, sides, b);
    }
}

void diff_unified(struct text old, struct text new, struct buffer *out)
{
    struct side sides[2] = {0};

    if (old.len == new.len && (old.len == 0 || memcmp(old.at, new.at, old.len) == 0))
        return;
    split(old, &sides[0]);
    split(new, &sides[1]);
    number_lines(sides);

    /* From -new.count - 1 to old.count + 1. */
    const size_t diagonals = (size_t)(sides[0].count + sides[1].count + 3);
    ptrdiff_t *rooms = must(calloc(2 * diagonals, sizeof *rooms));
    const struct walk w = {
        .old = &sides[0],
        .new = &sides[1],
        .forward = rooms + sides[1].count + 1,
        .backward = rooms + diagonals + sides[1].count + 1,
    };
    compare(&w, (struct box){0, sides[0].count, 0, sides[1].count});
    free(rooms);

    print_label(out, "---", old.label);
    print_label(out, "+++", new.label);
    print_hunks(out, sides);
    for (int i = 0; i < 2; i++) {
        free(sides[i].lines);
        free(sides[i].changed);
    }
}
