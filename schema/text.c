/* text.c: small tables of Unicode, as much as honest error messages need. */
#include "text.h"

#include <string.h>

struct range {
    uint32_t first;
    uint32_t last;
    const char *what;
};

static const struct range hazards[] = {
    {0x0000, 0x0000, "is a NUL"},
    {0x0001, 0x0008, "is a control character"},
    {0x000b, 0x000c, "is a control character"},
    {0x000e, 0x001f, "is a control character"},
    {0x007f, 0x009f, "is a control character"},
    {0x061c, 0x061c, "changes the direction of text"},
    {0x200b, 0x200b, "is an invisible space"},
    {0x200e, 0x200f, "changes the direction of text"},
    {0x2028, 0x2029, "is a line end that editors do not show"},
    {0x202a, 0x202e, "changes the direction of text"},
    {0x2060, 0x2064, "is invisible"},
    {0x2066, 0x2069, "changes the direction of text"},
    {0xfeff, 0xfeff, "is a byte order mark"},
    {0xfff9, 0xfffb, "is invisible"},
    {0xe0000, 0xe007f, "is invisible"},
};

/* Combining marks of the scripts that have many, joiners, variation selectors. */
static const struct range narrow[] = {
    {0x0300, 0x036f, NULL},
    {0x0483, 0x0489, NULL},
    {0x0591, 0x05bd, NULL},
    {0x0610, 0x061a, NULL},
    {0x064b, 0x065f, NULL},
    {0x093a, 0x093a, NULL},
    {0x0941, 0x0948, NULL},
    {0x0e31, 0x0e31, NULL},
    {0x0e34, 0x0e3a, NULL},
    {0x1ab0, 0x1aff, NULL},
    {0x1dc0, 0x1dff, NULL},
    {0x200c, 0x200d, NULL},
    {0x20d0, 0x20ff, NULL},
    {0xfe00, 0xfe0f, NULL},
    {0xfe20, 0xfe2f, NULL},
};

static const struct range wide[] = {
    {0x1100, 0x115f, NULL},
    {0x2e80, 0x303e, NULL},
    {0x3041, 0xa4cf, NULL},
    {0xa960, 0xa97c, NULL},
    {0xac00, 0xd7a3, NULL},
    {0xf900, 0xfaff, NULL},
    {0xfe30, 0xfe6f, NULL},
    {0xff01, 0xff60, NULL},
    {0xffe0, 0xffe6, NULL},
    {0x1f300, 0x1f64f, NULL},
    {0x1f680, 0x1f6ff, NULL},
    {0x1f900, 0x1f9ff, NULL},
    {0x20000, 0x3fffd, NULL},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct range *find(const struct range *r, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count && r[i].first <= c; i++)
        if (c <= r[i].last)
            return &r[i];
    return NULL;
}

size_t text_decode(const char *text, size_t size, uint32_t *character)
{
    const unsigned char *s = (const unsigned char *)text;
    if (size == 0)
        return 0;
    if (s[0] < 0x80) {
        *character = s[0];
        return 1;
    }
    const size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || length > size)
        return 0;
    uint32_t c = s[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *character = c;
    return length;
}

size_t text_characters(const char *text, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

const char *text_hazard(uint32_t c)
{
    if (c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7f))
        return NULL;
    const struct range *r = find(hazards, COUNT(hazards), c);
    return r ? r->what : NULL;
}

int text_width(uint32_t c)
{
    if (c < 0x300)
        return 1;
    return find(narrow, COUNT(narrow), c) ? 0 : find(wide, COUNT(wide), c) ? 2 : 1;
}

int text_show_character(const char *text, size_t size, size_t *length, FILE *out)
{
    uint32_t c = 0;
    *length = text_decode(text, size, &c);
    if (*length == 0) {
        *length = 1;
        return out ? fprintf(out, "<%02X>", (unsigned char)*text) : 4;
    }
    if (c == '\t' || c == '\n' || c == '\r' || text_hazard(c)) {
        char escaped[16];
        const int width = snprintf(escaped, sizeof escaped, "<U+%04X>", (unsigned)c);
        if (out)
            fputs(escaped, out);
        return width;
    }
    if (out)
        fwrite(text, 1, *length, out);
    return text_width(c);
}

void text_show(const char *text, FILE *out)
{
    const size_t size = strlen(text);
    for (size_t i = 0, length; i < size; i += length)
        text_show_character(text + i, size - i, &length, out);
}
