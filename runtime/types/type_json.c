/* type_json.c: json and jsonb: a text that must be JSON (RFC 8259).
 *
 * It is read here before it is sent, so that a mistake is told by the field's name. */
#include "types/codec.h"

#include <string.h>

enum {
    DEEPEST = 1000 /* the server's stack has an end, too */
};

static const char *skip_space(const char *s)
{
    return s + strspn(s, " \t\r\n");
}

static const char *skip_digits(const char *s)
{
    const size_t count = strspn(s, "0123456789");
    return count ? s + count : NULL;
}

static const char *skip_number(const char *s)
{
    s += *s == '-';
    s = *s == '0' ? s + 1 : skip_digits(s);
    if (s && *s == '.')
        s = skip_digits(s + 1);
    if (s && (*s == 'e' || *s == 'E')) {
        s++;
        s = skip_digits(s + (*s == '-' || *s == '+'));
    }
    return s;
}

static const char *skip_string(const char *s)
{
    if (*s++ != '"')
        return NULL;
    for (; *s != '"'; s++) {
        if ((unsigned char)*s < 0x20)
            return NULL;
        if (*s != '\\')
            continue;
        if (*++s == 'u') {
            if (strspn(s + 1, "0123456789abcdefABCDEF") < 4)
                return NULL;
            s += 4;
        } else if (!*s || !strchr("\"\\/bfnrt", *s)) {
            return NULL;
        }
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

/* "key": */
static const char *skip_key(const char *s)
{
    s = skip_string(skip_space(s));
    s = s ? skip_space(s) : NULL;
    return s && *s == ':' ? s + 1 : NULL;
}

/* Past the value, or NULL.  `open` has the brackets that are open. */
static const char *skip_value(const char *s)
{
    char open[DEEPEST];
    size_t depth = 0;
    for (;;) {
        s = skip_space(s);
        if (*s == '{' || *s == '[') {
            const char close = *s == '{' ? '}' : ']';
            s = skip_space(s + 1);
            if (*s != close) {
                if (depth == DEEPEST)
                    return NULL;
                open[depth++] = close;
                s = close == '}' ? skip_key(s) : s;
                if (!s)
                    return NULL;
                continue;
            }
            s++;
        } else {
            s = *s == '"'                         ? skip_string(s)
                : strchr("-0123456789", *s) && *s ? skip_number(s)
                                                  : skip_word(s);
        }
        if (!s)
            return NULL;
        for (s = skip_space(s); depth && *s == open[depth - 1]; s = skip_space(s + 1))
            depth--;
        if (!depth)
            return s;
        if (*s++ != ',')
            return NULL;
        s = open[depth - 1] == '}' ? skip_key(s) : s;
        if (!s)
            return NULL;
    }
}

static bool accepts_json(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    if (!text_accepts(m, c, v, e))
        return false;
    const char *end = skip_value(v.text);
    if (!end || *end)
        return error_set_field(e, ORM_RANGE, m, c,
            "the text is not JSON, or nested deeper than %d", DEEPEST);
    return true;
}

const struct codec codec_json = {
    .accepts = accepts_json,
    .encode = text_encode,
    .check = text_check,
    .room = text_room,
    .take = text_take,
};

/* -- jsonb: a version stands before the text --------------------------------------- */

#define JSONB_VERSION 1

static struct pg_cell text_in(struct pg_cell cell)
{
    return (struct pg_cell){cell.data + 1, cell.length - 1};
}

static void encode_jsonb(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const char version = JSONB_VERSION;
    (void)c;
    buffer_add(to, &version, 1);
    buffer_text(to, v.text);
}

static bool check_jsonb(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    if (cell.length < 1 || cell.data[0] != JSONB_VERSION)
        return codec_lies(m, c, e, "another version");
    return text_check(m, c, text_in(cell), e);
}

static void take_jsonb(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    text_take(c, at, text_in(cell), a);
}

const struct codec codec_jsonb = {
    .accepts = accepts_json,
    .encode = encode_jsonb,
    .check = check_jsonb,
    .room = text_room,
    .take = take_jsonb,
};
