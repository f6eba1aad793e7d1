/* type_text.c: text, varchar, char and bytea: bytes, as they are. */
#include "types/codec.h"

#include <limits.h>
#include <string.h>

/* Characters of valid UTF-8 as PostgreSQL defines it (RFC 3629); -1 if it is not. */
static int64_t text_count(const char *text)
{
    int64_t n = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; n++) {
        if (*p < 0x80) {
            p++;
            continue;
        }
        const int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
        const unsigned char low = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : 0x80;
        const unsigned char high = *p == 0xed ? 0x9f : *p == 0xf4 ? 0x8f : 0xbf;
        if (*p < 0xc2 || *p > 0xf4 || p[1] < low || p[1] > high)
            return -1;
        for (int i = 2; i <= more; i++)
            if ((p[i] & 0xc0) != 0x80)
                return -1;
        p += more + 1;
    }
    return n;
}

/* Without the blanks at its end. */
static size_t trimmed(const char *text, size_t length)
{
    while (length && text[length - 1] == ' ')
        length--;
    return length;
}

bool text_accepts(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    if (!v.text)
        return error_set_field(e, ORM_INVALID, m, c,
            "NULL is no value; clear the field, or ask with is_null");
    int64_t characters = text_count(v.text);
    if (characters < 0)
        return error_set_field(e, ORM_RANGE, m, c, "the text is not valid UTF-8");
    if (c->type == ORM_CHAR) {
        const size_t length = strlen(v.text);
        characters -= (int64_t)(length - trimmed(v.text, length));
    }
    if (c->length && c->type != ORM_TEXT && characters > c->length)
        return error_set_field(e, ORM_RANGE, m, c, "%lld characters; %s(%u) holds %u",
            (long long)characters, type_name(c), (unsigned)c->length,
            (unsigned)c->length);
    return true;
}

void text_encode(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    buffer_text(to, v.text);
}

bool text_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    if (memchr(cell.data, '\0', (size_t)cell.length))
        return error_set_field(
            e, ORM_RANGE, m, c, "the server sent a text with a NUL in it");
    return true;
}

size_t text_room(const struct orm_column *c, struct pg_cell cell)
{
    (void)c;
    return (size_t)cell.length + 1;
}

static void take_bytes(void *at, const char *bytes, size_t length, struct arena *a)
{
    char *text = arena_bytes(a, length + 1);
    memcpy(text, bytes, length);
    text[length] = '\0';
    *(const char **)at = text;
}

void text_take(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    (void)c;
    take_bytes(at, cell.data, (size_t)cell.length, a);
}

const struct codec codec_text = {
    .accepts = text_accepts,
    .encode = text_encode,
    .check = text_check,
    .room = text_room,
    .take = text_take,
};

void print_text(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    buffer_text(to, v.text);
}

/* -- char(n): the server fills it up with blanks ----------------------------------- */

static void encode_char(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    (void)c;
    buffer_add(to, v.text, trimmed(v.text, strlen(v.text)));
}

static void take_char(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    (void)c;
    take_bytes(at, cell.data, trimmed(cell.data, (size_t)cell.length), a);
}

const struct codec codec_char = {
    .accepts = text_accepts,
    .encode = encode_char,
    .check = text_check,
    .room = text_room,
    .take = take_char,
};

/* -- bytea ------------------------------------------------------------------------- */

static bool accepts_bytea(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    const struct orm_bytes *bytes = v.data;
    if (!bytes || (!bytes->data && bytes->len))
        return error_set_field(
            e, ORM_INVALID, m, c, "NULL is no value; clear the field, or give 0 bytes");
    if (bytes->len > INT_MAX / 2)
        return error_set_field(
            e, ORM_RANGE, m, c, "%zu bytes; a gigabyte is the limit", bytes->len);
    return true;
}

static void encode_bytea(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const struct orm_bytes *bytes = v.data;
    (void)c;
    buffer_add(to, bytes->data, bytes->len);
}

static void take_bytea(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    const char *bytes;
    take_bytes(&bytes, cell.data, (size_t)cell.length, a);
    (void)c;
    *(struct orm_bytes *)at = (struct orm_bytes){bytes, (size_t)cell.length};
}

const struct codec codec_bytea = {
    .accepts = accepts_bytea,
    .encode = encode_bytea,
    .check = codec_any,
    .room = text_room,
    .take = take_bytea,
};

void print_bytea(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    static const char hex[] = "0123456789abcdef";
    const struct orm_bytes *bytes = v.data;
    const unsigned char *at = bytes->data;
    (void)c;
    buffer_text(to, "\\x");
    for (size_t i = 0; i < bytes->len; i++) {
        const char pair[2] = {hex[at[i] >> 4], hex[at[i] & 15]};
        buffer_add(to, pair, 2);
    }
}
