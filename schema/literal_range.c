/* literal_range.c: which literals ranges and multiranges hold.
 *
 * Bounds are literals of what the range is made of, and in order: PostgreSQL refuses a
 * range that ends before it begins, and one whose end it cannot count up. */
#include "literal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_BOUND = 1100 /* characters; a numeric is the longest */
};

struct bound {
    char text[MOST_BOUND];
    bool inclusive;
};

/* Without a bound, the text is empty. */
static bool take_bound(const char **s, const char *end, struct bound *b)
{
    const size_t length = strcspn(*s, end);
    if (length >= sizeof b->text)
        return false;
    memcpy(b->text, *s, length);
    b->text[length] = '\0';
    *s += length;
    return true;
}

/* -- Order ------------------------------------------------------------------------- */

static int compare_sizes(const char *a, const char *b)
{
    const size_t whole_a = strcspn(a, "."), whole_b = strcspn(b, ".");
    if (whole_a != whole_b)
        return whole_a < whole_b ? -1 : 1;
    return strcmp(a, b);
}

static bool numbers_rise(const char *a, const char *b)
{
    if (strcmp(a, "NaN") == 0 || strcmp(b, "NaN") == 0)
        return false;
    if (*a == '-' || *b == '-')
        return *a == '-' && (*b != '-' || compare_sizes(b + 1, a + 1) <= 0);
    return compare_sizes(a, b) <= 0;
}

/* -1 or 1 for the infinities, else 0. */
static int infinity_of(const char *text)
{
    return strcmp(text, "infinity") == 0 ? 1 : strcmp(text, "-infinity") == 0 ? -1 : 0;
}

/* What stands before the zone, if there is one. */
static size_t moment_length(const char *text)
{
    const size_t day = strlen("2026-02-28");
    return strlen(text) > day ? day + strcspn(text + day, "Z+-") : strlen(text);
}

static bool days_rise(const char *a, const char *b)
{
    const size_t length_a = moment_length(a), length_b = moment_length(b);
    if (infinity_of(a) || infinity_of(b))
        return infinity_of(a) <= infinity_of(b);
    if (strcmp(a + length_a, b + length_b) != 0)
        return false; /* of different zones */
    for (size_t i = 0; i < length_a && i < length_b; i++)
        if (a[i] != b[i] && i != strlen("2026-02-28"))
            return a[i] < b[i];
    return length_a <= length_b;
}

/* -- What ranges are made of ------------------------------------------------------- */

struct made_of {
    enum type bound;
    holds *holds;
    bool (*rise)(const char *a, const char *b);
    const char *last; /* cannot be counted up */
};

static const struct made_of *made_of(enum type range)
{
    static const struct made_of rows[] = {
        {TYPE_INT4, holds_integer, numbers_rise, "2147483647"},
        {TYPE_INT8, holds_integer, numbers_rise, "9223372036854775807"},
        {TYPE_NUMERIC, holds_numeric, numbers_rise, ""},
        {TYPE_DATE, holds_date, days_rise, ""},
        {TYPE_TIMESTAMP, holds_timestamp, days_rise, ""},
        {TYPE_TIMESTAMPTZ, holds_timestamptz, days_rise, ""},
    };
    _Static_assert(TYPE_TSTZRANGE - TYPE_INT4RANGE == 5, "in the order of the types");
    _Static_assert(TYPE_TSTZMULTIRANGE - TYPE_INT4MULTIRANGE == 5, "as those");
    return &rows[range >= TYPE_INT4MULTIRANGE ? range - TYPE_INT4MULTIRANGE
                                              : range - TYPE_INT4RANGE];
}

static bool holds_bound(const struct made_of *m, const struct bound *b, bool counts_up)
{
    const struct field f = {.type = m->bound};
    return !*b->text ||
           (m->holds(&f, b->text) && !(counts_up && strcmp(b->text, m->last) == 0));
}

/* [1,5), with a bound left out where there is none; moves on. */
static bool take_range(const struct made_of *m, const char **s)
{
    struct bound low, high;
    low.inclusive = **s == '[';
    if (**s != '[' && **s != '(')
        return false;
    ++*s;
    if (!take_bound(s, ",)]", &low) || **s != ',')
        return false;
    ++*s;
    if (!take_bound(s, ")]", &high) || !**s)
        return false;
    high.inclusive = **s == ']';
    ++*s;
    return holds_bound(m, &low, !low.inclusive) &&
           holds_bound(m, &high, high.inclusive) &&
           (!*low.text || !*high.text || m->rise(low.text, high.text));
}

bool holds_range(const struct field *f, const char *text)
{
    return strcmp(text, "empty") == 0 ||
           (take_range(made_of(f->type), &text) && !*text);
}

bool holds_multirange(const struct field *f, const char *text)
{
    if (strcmp(text, "{}") == 0)
        return true;
    bool more = *text == '{';
    while (more) {
        text++;
        if (!take_range(made_of(f->type), &text))
            return false;
        more = *text == ',';
    }
    return strcmp(text, "}") == 0;
}
