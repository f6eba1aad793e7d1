/* type_numeric.c: numeric as exact text. */
#include "types/wire_number.h"

#include <string.h>

static const struct {
    const char *text;
    unsigned sign;
} specials[] = {
    {"NaN", NUMBER_NAN},
    {"Infinity", NUMBER_INFINITE},
    {"-Infinity", NUMBER_MINUS_INFINITE},
};

/* The sign of what has no digits; NUMBER_PLUS: it has some. */
static unsigned special_sign(const char *text)
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (strcmp(text, specials[i].text) == 0)
            return specials[i].sign;
    return NUMBER_PLUS;
}

/* -whole.part, with the zeros before and after it taken off. */
struct figures {
    const char *whole, *part;
    size_t whole_count, part_count;
    size_t written; /* after the point */
    bool minus;
};

static bool split(const char *text, struct figures *f)
{
    static const char figures[] = "0123456789";
    *f = (struct figures){.minus = *text == '-', .whole = text + (*text == '-')};
    f->whole_count = strspn(f->whole, figures);
    f->part = f->whole + f->whole_count;
    if (!f->whole_count)
        return false;
    if (*f->part == '.') {
        f->part++;
        f->part_count = f->written = strspn(f->part, figures);
        if (!f->written)
            return false;
    }
    if (f->part[f->written])
        return false;
    for (; f->whole_count && *f->whole == '0'; f->whole_count--)
        f->whole++;
    while (f->part_count && f->part[f->part_count - 1] == '0')
        f->part_count--;
    f->minus = f->minus && f->whole_count + f->part_count;
    return true;
}

static bool accepts_numeric(const struct orm_model *m, const struct orm_column *c,
    union orm_value v, struct orm_error *e)
{
    struct figures f;
    if (!v.text)
        return error_set_field(e, ORM_INVALID, m, c,
            "NULL is no value; clear the field, or ask with is_null");
    const unsigned special = special_sign(v.text);
    if (special == NUMBER_NAN || (special && !c->length))
        return true;
    if (special)
        return error_set_field(e, ORM_RANGE, m, c,
            "%s is not a value of numeric(%u,%u)", v.text, (unsigned)c->length,
            (unsigned)c->scale);
    if (!split(v.text, &f))
        return error_set_field(e, ORM_RANGE, m, c,
            "\"%.40s\" is no number; write it as -12.50, or NaN, Infinity, -Infinity",
            v.text);
    const size_t whole = c->length ? c->length - c->scale : NUMBER_MOST_WHOLE;
    const size_t part = c->length ? c->scale : NUMBER_MOST_PART;
    if (f.whole_count > whole || (c->length ? f.part_count : f.written) > part)
        return error_set_field(e, ORM_RANGE, m, c,
            "%zu digits before the point and %zu after it; the column holds %zu and "
            "%zu",
            f.whole_count, f.written, whole, part);
    return true;
}

/* The digit to the base whose last figure stands `end` figures after the point. */
static uint16_t digit_before(const struct figures *f, long end)
{
    unsigned digit = 0;
    for (long i = end - NUMBER_BASE_DIGITS; i < end; i++) {
        const long whole = i + (long)f->whole_count;
        const bool in_whole = i < 0 && whole >= 0;
        const bool in_part = i >= 0 && i < (long)f->part_count;
        digit = digit * 10 + (unsigned)(in_whole  ? f->whole[whole] - '0'
                                        : in_part ? f->part[i] - '0'
                                                  : 0);
    }
    return (uint16_t)digit;
}

static void encode_numeric(
    const struct orm_column *c, union orm_value v, struct buffer *to)
{
    const unsigned special = special_sign(v.text);
    struct figures f;
    if (special) {
        number_put_head(to, 0, 0, special, 0);
        return;
    }
    split(v.text, &f);
    const long wholes =
        ((long)f.whole_count + NUMBER_BASE_DIGITS - 1) / NUMBER_BASE_DIGITS;
    const long parts =
        ((long)f.part_count + NUMBER_BASE_DIGITS - 1) / NUMBER_BASE_DIGITS;
    long first = -wholes, end = parts;
    while (first < end && digit_before(&f, (first + 1) * NUMBER_BASE_DIGITS) == 0)
        first++;
    while (end > first && digit_before(&f, end * NUMBER_BASE_DIGITS) == 0)
        end--;
    number_put_head(to, (unsigned)(end - first), first == end ? 0 : (int)(-first - 1),
        f.minus ? NUMBER_MINUS : NUMBER_PLUS,
        c->length ? c->scale : (unsigned)f.written);
    for (long i = first; i < end; i++)
        buffer_int16(to, digit_before(&f, (i + 1) * NUMBER_BASE_DIGITS));
}

static bool check_numeric(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    struct number n;
    return number_check(m, c, cell, e, &n);
}

static size_t room_of_numeric(const struct orm_column *c, struct pg_cell cell)
{
    struct number n;
    (void)c;
    number_read(cell, &n);
    const int whole = n.weight < 0 ? 1 : (n.weight + 1) * NUMBER_BASE_DIGITS;
    return sizeof "-." + sizeof "Infinity" + (size_t)whole + (size_t)n.shown;
}

static void take_numeric(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    struct number n;
    number_read(cell, &n);
    char *text = arena_bytes(a, room_of_numeric(c, cell)), *to = text;
    *(const char **)at = text;
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (n.sign == specials[i].sign) {
            memcpy(text, specials[i].text, strlen(specials[i].text) + 1);
            return;
        }
    if (n.sign == NUMBER_MINUS)
        *to++ = '-';
    for (int i = 0; i <= n.weight; i++) {
        const int digit = number_digit(&n, i);
        for (int unit = NUMBER_BASE / 10; unit; unit /= 10)
            if (digit >= unit || to > text + (n.sign == NUMBER_MINUS))
                *to++ = (char)('0' + digit / unit % 10);
    }
    if (to == text + (n.sign == NUMBER_MINUS))
        *to++ = '0';
    if (n.shown)
        *to++ = '.';
    for (int i = 0, unit = NUMBER_BASE / 10; i < n.shown; i++) {
        *to++ = (char)('0' + number_digit(&n, n.weight + 1 + i / NUMBER_BASE_DIGITS) /
                                 unit % 10);
        unit = unit == 1 ? NUMBER_BASE / 10 : unit / 10;
    }
    *to = '\0';
}

const struct codec codec_numeric = {
    .accepts = accepts_numeric,
    .encode = encode_numeric,
    .check = check_numeric,
    .room = room_of_numeric,
    .take = take_numeric,
};

static int compare_figures(const struct figures *a, const struct figures *b)
{
    if (a->whole_count != b->whole_count)
        return a->whole_count < b->whole_count ? -1 : 1;
    const int whole = memcmp(a->whole, b->whole, a->whole_count);
    if (whole)
        return whole;
    const size_t shorter =
        a->part_count < b->part_count ? a->part_count : b->part_count;
    const int part = memcmp(a->part, b->part, shorter);
    return part ? part : (a->part_count > shorter) - (b->part_count > shorter);
}

/* -Infinity, numbers, Infinity, NaN: as the server sorts them. */
static int rank_of(const char *text)
{
    const unsigned special = special_sign(text);
    return special == NUMBER_MINUS_INFINITE ? -1
           : special == NUMBER_INFINITE     ? 1
           : special == NUMBER_NAN          ? 2
                                            : 0;
}

int numeric_compare(const char *a, const char *b)
{
    const int rank_a = rank_of(a), rank_b = rank_of(b);
    struct figures x, y;
    if (rank_a || rank_b)
        return rank_a - rank_b;
    split(a, &x);
    split(b, &y);
    if (x.minus != y.minus)
        return x.minus ? -1 : 1;
    return x.minus ? compare_figures(&y, &x) : compare_figures(&x, &y);
}
