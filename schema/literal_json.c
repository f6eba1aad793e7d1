/* literal_json.c: which literals json and jsonb hold. */
#include "literal.h"

#include <string.h>

enum {
    DEEPEST = 64
};

static const char *skip_space(const char *s)
{
    return s + strspn(s, " \t\r\n");
}

static const char *skip_number(const char *s)
{
    s += *s == '-';
    size_t digits = strspn(s, "0123456789");
    if (digits == 0 || (*s == '0' && digits > 1))
        return NULL;
    s += digits;
    if (*s == '.') {
        digits = strspn(s + 1, "0123456789");
        if (digits == 0)
            return NULL;
        s += 1 + digits;
    }
    if (*s == 'e' || *s == 'E') {
        s += 1 + (s[1] == '-' || s[1] == '+');
        digits = strspn(s, "0123456789");
        if (digits == 0 || digits > 3) /* jsonb's numbers have an end */
            return NULL;
        s += digits;
    }
    return s;
}

/* Not \u: jsonb refuses some of what it can say, and UTF-8 says all of it. */
static const char *skip_string(const char *s)
{
    if (*s++ != '"')
        return NULL;
    for (; *s != '"'; s++) {
        if ((unsigned char)*s < 0x20)
            return NULL;
        if (*s == '\\' && (!*++s || !strchr("\"\\/bfnrt", *s)))
            return NULL;
    }
    return s + 1;
}

static const char *skip_word(const char *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(s, words[i], strlen(words[i])) == 0)
            return s + strlen(words[i]);
    return NULL;
}

static const char *skip_value(const char *s, int depth);

/* {"key": value, ...} or [value, ...] */
static const char *skip_items(const char *s, int depth)
{
    const bool is_map = *s == '{';
    const char close = is_map ? '}' : ']';
    s = skip_space(s + 1);
    if (*s == close)
        return s + 1;
    for (;;) {
        if (is_map) {
            s = skip_string(s);
            s = s ? skip_space(s) : NULL;
            if (!s || *s != ':')
                return NULL;
            s++;
        }
        s = skip_value(skip_space(s), depth + 1);
        if (!s)
            return NULL;
        s = skip_space(s);
        if (*s == close)
            return s + 1;
        if (*s != ',')
            return NULL;
        s = skip_space(s + 1);
    }
}

static const char *skip_value(const char *s, int depth)
{
    if (*s == '{' || *s == '[')
        return depth < DEEPEST ? skip_items(s, depth) : NULL;
    if (*s == '"')
        return skip_string(s);
    return *s == '-' || (*s >= '0' && *s <= '9') ? skip_number(s) : skip_word(s);
}

bool holds_json(const struct field *f, const char *text)
{
    (void)f;
    const char *end = skip_value(skip_space(text), 0);
    return end && !*skip_space(end);
}
