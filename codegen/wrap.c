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

/* The last blank of what is not a call or a cast; NULL: there is none. */
static const char *last_blank(const char *at, size_t len)
{
    const char *blank = NULL;

    for (size_t i = 0; i < len && at[i] != '('; i++)
        if (at[i] == ' ')
            blank = at + i;
    return memchr(at, '(', len) ? NULL : blank;
}

/* Breaks before the last word; the columns that are used then. */
static size_t put_in_two(
    struct buffer *out, const char *at, size_t len, const char *blank, size_t indent)
{
    const size_t rest = len - (size_t)(blank + 1 - at);

    put(out, 0, at, (size_t)(blank - at));
    buffer_add(out, spaces, indent);
    buffer_add(out, blank + 1, rest);
    return indent + rest;
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
        const char *blank = used + len > MAX ? last_blank(at, len) : NULL;
        if (blank) {
            used = put_in_two(out, at, len, blank, indent + 4);
        } else {
            buffer_add(out, at, len);
            used += len;
        }
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

/* What fill() costs: its lines, and more than any of them what sticks out. */
static size_t cost_of(const char *at, const char *end, size_t used, size_t indent)
{
    struct buffer made = {0};
    size_t cost = 0, column = used;

    fill(&made, at, end, used, indent);
    for (size_t i = 0; i < made.len; i++) {
        cost += made.at[i] == '\n' ? 1 : column >= MAX ? 100 : 0;
        column = made.at[i] == '\n' ? 0 : column + 1;
    }
    buffer_free(&made);
    return cost;
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
    const size_t cost = 1 + cost_of(arguments, end, deep, below + 4) + alone;
    if (head + first > MAX && head <= MAX &&
        1 + cost_of(arguments, end, below, below) < cost) {
        buffer_add(out, l->at, head);
        fill_below(out, arguments, end, below);
        return true;
    }
    if (head + first <= MAX && cost_of(arguments, end, head, below) < cost) {
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

/* return (struct x *)value; */
static bool wrap_cast(const struct line *l, struct buffer *out)
{
    static const char start[] = "return (";
    const char *end = l->at + l->len;
    const char *cast = l->at + l->indent;
    const size_t below = l->indent + 4;

    if (strncmp(cast, start, strlen(start)) != 0 ||
        strncmp(cast + strlen(start), "(", 1) == 0)
        return false;
    const char *inside = cast + strlen(start);
    const char *value = strchr(inside, ')') + 1;
    const bool is_call = l->at[l->len - 2] == ')';
    if (!is_call && below + (size_t)(end - inside) <= MAX)
        value = inside;
    put(out, 0, l->at, (size_t)(value - l->at));
    put(out, below, value, (size_t)(end - value));
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

    if (head > MAX && wrap_cast(l, out))
        return true;
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

/* struct x name;  and  extern const struct x name; */
static bool wrap_declaration(const struct line *l, struct buffer *out)
{
    const char *blank = last_blank(l->at + l->indent, l->len - l->indent);
    const bool is_extern = strncmp(l->at, "extern ", strlen("extern ")) == 0;

    if ((l->indent == 0 && !is_extern) || l->at[l->len - 1] != ';' || !blank ||
        strchr(l->at, '=') ||
        strncmp(l->at + l->indent, "return ", strlen("return ")) == 0)
        return false;
    put_in_two(out, l->at, l->len, blank, l->indent + 4);
    buffer_putc(out, '\n');
    return true;
}

/* _Static_assert(a == b, "text"); */
static bool wrap_assert(const struct line *l, struct buffer *out)
{
    static const char start[] = "_Static_assert(";
    const char *equal = strstr(l->at, " == ");
    const char *comma = strstr(l->at, ", \"");

    if (strncmp(l->at, start, strlen(start)) != 0 || !equal || !comma ||
        4 + (size_t)(comma + 1 - l->at) - strlen(start) <= MAX)
        return false;
    put(out, 0, l->at, (size_t)(equal + 3 - l->at));
    put(out, strlen(start) + 4, equal + 4, (size_t)(comma + 1 - equal - 4));
    put(out, 4, comma + 2, l->len - (size_t)(comma + 2 - l->at));
    return true;
}

/* .member = value,  and  place = value; */
static bool wrap_member(const struct line *l, struct buffer *out)
{
    const char *equals = strstr(l->at, " = ");
    const char *end = l->at + l->len;

    if (l->indent == 0 || !equals)
        return false;
    const size_t value = (size_t)(end - equals - 3);
    if (l->indent + 4 + value > MAX && last_open(l))
        return wrap_call(l, out);
    put(out, 0, l->at, (size_t)(equals + 2 - l->at));
    put(out, l->indent + 4, equals + 3, value);
    return true;
}

static bool (*const shapes[])(const struct line *, struct buffer *) = {wrap_assert,
    wrap_member, wrap_signature, wrap_choice, wrap_and, wrap_call, wrap_cast,
    wrap_declaration};

/* static const struct x name[] = {, whose lines are indented by 4 then. */
static bool wrap_table(const struct line *l, struct buffer *out)
{
    static const char opens[] = " = {";
    const size_t name = l->len - strlen(opens);

    if (l->indent > 0 || l->len < strlen(opens) || strcmp(l->at + name, opens) != 0)
        return false;
    if (l->len - strlen(" {") <= MAX) {
        put(out, 0, l->at, l->len - strlen(" {"));
        put(out, 4, "{", 1);
        return true;
    }
    const char *blank = strstr(l->at, " *const ");
    if (!blank)
        blank = last_blank(l->at, name);
    if (!blank)
        return false;
    put_in_two(out, l->at, l->len, blank, 4);
    buffer_putc(out, '\n');
    return true;
}

static bool wrap_line(const struct line *l, struct buffer *out)
{
    if (l->len <= MAX || strchr("#/*", l->at[l->indent]))
        return false;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i](l, out))
            return true;
    return false;
}

void wrap(const char *source, struct buffer *out)
{
    struct buffer copy = {0};
    size_t deeper = 0; /* what the lines of a table move to the right */

    for (const char *at = source; *at;) {
        const size_t len = strcspn(at, "\n");
        if (*at == '}')
            deeper = 0;
        buffer_clear(&copy);
        buffer_add(&copy, spaces, len > 0 ? deeper : 0);
        buffer_add(&copy, at, len);
        const struct line l = {.at = buffer_of(&copy),
            .len = copy.len,
            .indent = strspn(buffer_of(&copy), " ")};
        if (l.len > MAX && wrap_table(&l, out))
            deeper = 4;
        else if (!wrap_line(&l, out))
            put(out, 0, l.at, l.len);
        at += len + (at[len] == '\n');
    }
    buffer_free(&copy);
}
