/* wrap.c: breaks the lines that names made too long, where clang-format would.
 *
 * Templates write every statement on one line; how long it becomes depends on the
 * schema's names.  tests/codegen/format.sh holds the result against clang-format. */
#include "wrap.h"
#include "quote.h"

#include <stdbool.h>
#include <string.h>

#define MAX QUOTE_COLUMNS

static const char spaces[MAX + 1] = "                                            "
                                    "                                            ";

/* A line, NUL-terminated. */
struct line {
    const char *at;
    size_t len;
    size_t indent;
};

static void put(struct buffer *out, size_t indent, const char *at, size_t len)
{
    buffer_add(out, spaces, indent);
    buffer_add(out, at, len);
    buffer_putc(out, '\n');
}

/* The "(" that the last ")" of the line closes, if only punctuation follows that. */
static const char *last_open(const struct line *l)
{
    size_t end = l->len;
    int depth = 0;

    while (end > 0 && strchr(";,", l->at[end - 1]))
        end--;
    if (end == 0 || l->at[end - 1] != ')')
        return NULL;
    for (size_t i = end; i-- > 0;) {
        depth += l->at[i] == ')';
        depth -= l->at[i] == '(';
        if (depth == 0)
            return l->at + i;
    }
    return NULL;
}

/* One past the argument at `at`: behind its comma, or `end`. */
static const char *argument_end(const char *at, const char *end)
{
    int depth = 0;

    for (; at < end; at++) {
        depth += *at == '(';
        depth -= *at == ')';
        if (*at == ',' && depth == 0)
            return at + 1;
    }
    return end;
}

/* Puts arguments on as few lines as they need; `used` columns are taken before it. */
static void fill(
    struct buffer *out, const char *at, const char *end, size_t used, size_t indent)
{
    bool first = true;

    while (at < end) {
        const char *next = argument_end(at, end);
        const size_t len = (size_t)(next - at);
        if (!first && used + 1 + len > MAX) {
            buffer_putc(out, '\n');
            buffer_add(out, spaces, indent);
            used = indent;
        } else if (!first) {
            buffer_putc(out, ' ');
            used++;
        }
        buffer_add(out, at, len);
        used += len;
        first = false;
        for (at = next; at < end && *at == ' ';)
            at++;
    }
    buffer_putc(out, '\n');
}

/* Arguments that start on a line of their own. */
static void fill_below(
    struct buffer *out, const char *at, const char *end, size_t indent)
{
    buffer_putc(out, '\n');
    buffer_add(out, spaces, indent);
    fill(out, at, end, indent, indent);
}

/* How many lines fill() makes. */
static size_t lines_of(const char *at, const char *end, size_t used, size_t indent)
{
    struct buffer made = {0};
    size_t lines = 0;

    fill(&made, at, end, used, indent);
    for (size_t i = 0; i < made.len; i++)
        lines += made.at[i] == '\n';
    buffer_free(&made);
    return lines;
}

/* f(g(a, b)): in g if two lines do, else g on a line of its own. */
static bool wrap_nested(const struct line *l, const char *open, struct buffer *out)
{
    const char *end = l->at + l->len;
    const char *inner = strchr(open + 1, '(');
    const size_t below = l->indent + 4;

    if (!inner || inner == open + 1)
        return false;
    const char *arguments = inner + 1;
    const size_t head = (size_t)(arguments - l->at);

    if (below + (size_t)(end - arguments) <= MAX && head <= MAX) {
        buffer_add(out, l->at, head);
        fill_below(out, arguments, end, below);
        return true;
    }

    const size_t call = (size_t)(arguments - open - 1);
    const size_t first = (size_t)(argument_end(arguments, end) - arguments);
    const bool alone = below + call + first > MAX;
    const size_t deep = alone ? below + 4 : below + call;
    if (head + first <= MAX && lines_of(arguments, end, head, below) <=
                                   lines_of(arguments, end, deep, below + 4) + alone) {
        buffer_add(out, l->at, head);
        fill(out, arguments, end, head, below);
    } else {
        put(out, 0, l->at, (size_t)(open + 1 - l->at));
        buffer_add(out, spaces, below);
        buffer_add(out, open + 1, call);
        if (alone)
            fill_below(out, arguments, end, below + 4);
        else
            fill(out, arguments, end, below + call, below + 4);
    }
    return true;
}

/* f(a, b): all arguments below if that makes two lines, else filled. */
static bool wrap_call(const struct line *l, struct buffer *out)
{
    const char *open = last_open(l);
    const char *end = l->at + l->len;
    const size_t below = l->indent + 4;

    if (!open)
        return false;
    const char *arguments = open + 1;
    const size_t head = (size_t)(arguments - l->at);
    const size_t rest = (size_t)(end - arguments);
    const size_t first = (size_t)(argument_end(arguments, end) - arguments);

    if (head > MAX)
        return false;
    if (below + rest > MAX && first == rest && wrap_nested(l, open, out))
        return true;
    buffer_add(out, l->at, head);
    if (below + rest <= MAX || head + first > MAX)
        fill_below(out, arguments, end, below);
    else
        fill(out, arguments, end, head, below);
    return true;
}

/* return a && !(b); */
static bool wrap_and(const struct line *l, struct buffer *out)
{
    const char *both = strstr(l->at, " && !(");
    const char *end = l->at + l->len;

    if (!both)
        return false;
    put(out, 0, l->at, (size_t)(both + 3 - l->at));
    put(out, l->indent + strlen("return "), both + 4, (size_t)(end - both - 4));
    return true;
}

/* static inline struct x *name(...), where even the name does not fit. */
static bool wrap_signature(const struct line *l, struct buffer *out)
{
    const char *open = last_open(l);
    const char *end = l->at + l->len;

    if (l->indent > 0 || !open)
        return false;
    if ((size_t)(open + 1 - l->at) <= MAX)
        return wrap_call(l, out);

    const char *name = open;
    while (name > l->at && name[-1] != ' ' && name[-1] != '*')
        name--;
    size_t type = (size_t)(name - l->at);
    if (l->at[type - 1] == ' ')
        type--;
    put(out, 0, l->at, type);
    const struct line rest = {.at = name, .len = (size_t)(end - name)};
    if (rest.len > MAX && wrap_call(&rest, out))
        return true;
    put(out, 0, name, rest.len);
    return true;
}

/* return condition ? yes : no; */
static bool wrap_choice(const struct line *l, struct buffer *out)
{
    const char *yes = strstr(l->at, " ? ");
    const char *no = yes ? strstr(yes, " : ") : NULL;
    const char *end = l->at + l->len;

    if (!no || l->at[l->len - 2] == ')')
        return false;
    size_t mark = (size_t)(yes + 1 - l->at);
    if ((size_t)(no - l->at) <= MAX) {
        put(out, 0, l->at, (size_t)(no - l->at));
    } else {
        put(out, 0, l->at, (size_t)(yes - l->at));
        mark = l->indent + strlen("return ") + 4;
        put(out, mark, yes + 1, (size_t)(no - yes - 1));
    }
    put(out, mark, no + 1, (size_t)(end - no - 1));
    return true;
}

/* .member = value, */
static bool wrap_member(const struct line *l, struct buffer *out)
{
    const char *equals = strstr(l->at, " = ");
    const char *end = l->at + l->len;

    if (l->at[l->indent] != '.' || !equals)
        return false;
    const size_t value = (size_t)(end - equals - 3);
    if (l->indent + 4 + value > MAX && last_open(l))
        return wrap_call(l, out);
    put(out, 0, l->at, (size_t)(equals + 2 - l->at));
    put(out, l->indent + 4, equals + 3, value);
    return true;
}

static bool (*const shapes[])(const struct line *, struct buffer *) = {
    wrap_member, wrap_signature, wrap_choice, wrap_and, wrap_call};

void wrap(const char *source, struct buffer *out)
{
    struct buffer copy = {0};

    for (const char *at = source; *at;) {
        const size_t len = strcspn(at, "\n");
        const size_t indent = strspn(at, " ");
        bool done = false;

        if (len > MAX && !strchr("#/*", at[indent])) {
            buffer_clear(&copy);
            buffer_add(&copy, at, len);
            const struct line l = {.at = copy.at, .len = len, .indent = indent};
            for (size_t i = 0; !done && i < sizeof shapes / sizeof *shapes; i++)
                done = shapes[i](&l, out);
        }
        if (!done)
            put(out, 0, at, len);
        at += len + (at[len] == '\n');
    }
    buffer_free(&copy);
}
