/* type_number.c: numeric, as a scaled integer and as exact text.
 *
 * On the wire (numeric_send): how many digits, the weight of the first, the sign, how
 * many digits to show after the point; then the digits, to the base of 10,000, the
 * first times 10,000^weight. */
#include "codec.h"

#include <limits.h>
#include <string.h>

#define BASE           10000
#define BASE_DIGITS    4
#define PLUS           0x0000u
#define MINUS          0x4000u
#define NOT_A_NUMBER   0xc000u
#define INFINITE       0xd000u
#define MINUS_INFINITE 0xf000u

enum {
    MOST_WHOLE = 131072, /* digits before the point, and after it */
    MOST_PART = 16383
};

struct number {
    int count, weight, shown;
    unsigned sign;
    const char *digits;
};

static bool read_number(struct pg_cell cell, struct number *n)
{
    if (cell.length < 8)
        return false;
    *n = (struct number){
        .count = (int16_t)wire16(cell.data),
        .weight = (int16_t)wire16(cell.data + 2),
        .sign = wire16(cell.data + 4),
        .shown = wire16(cell.data + 6),
        .digits = cell.data + 8,
    };
    static const unsigned signs[] = {
        PLUS, MINUS, NOT_A_NUMBER, INFINITE, MINUS_INFINITE};
    bool known = false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        known = known || n->sign == signs[i];
    return known && n->count >= 0 && cell.length == 8 + 2 * n->count &&
           n->shown <= MOST_PART;
}

static int digit_at(const struct number *n, int i)
{
    return i >= 0 && i < n->count ? (int)wire16(n->digits + 2 * i) : 0;
}

static bool is_finite(const struct number *n)
{
    return n->sign == PLUS || n->sign == MINUS;
}

static bool check_number(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e, struct number *n)
{
    if (!read_number(cell, n))
        return codec_lies(m, c, e, "no number");
    for (int i = 0; i < n->count; i++)
        if (digit_at(n, i) >= BASE)
            return codec_lies(m, c, e, "no digit");
    return true;
}

static void put_head(
    struct buffer *to, unsigned count, int weight, unsigned sign, unsigned shown)
{
    buffer_int16(to, (uint16_t)count);
    buffer_int16(to, (uint16_t)weight);
    buffer_int16(to, (uint16_t)sign);
    buffer_int16(to, (uint16_t)shown);
}

/* -- Scaled ------------------------------------------------------------------------ */

int64_t decimal_power(unsigned n)
{
    int64_t power = 1;
    while (n--)
        power *= 10;
    return power;
}

/* The value as digits to the base, aligned at the point: scaled up to whole ones. */
void decimal_encode(const struct orm_column *c, int64_t value, struct buffer *to)
{
    if (value == ORM_DECIMAL_NAN) {
        put_head(to, 0, 0, NOT_A_NUMBER, 0);
        return;
    }
    const unsigned parts = (c->scale + BASE_DIGITS - 1u) / BASE_DIGITS;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint16_t digits[8];
    unsigned count = 0;
    /* The last digit after the point may be written with fewer than four figures. */
    const uint64_t fill = (uint64_t)decimal_power(parts * BASE_DIGITS - c->scale);
    const uint64_t last_base = BASE / fill;
    while (rest || count < parts) {
        const bool last = count == 0 && parts;
        digits[count++] = (uint16_t)(last ? rest % last_base * fill : rest % BASE);
        rest /= last ? last_base : BASE;
    }
    unsigned first = 0;
    while (first < count && digits[first] == 0)
        first++;
    while (count > first && digits[count - 1] == 0)
        count--;
    const bool zero = count == first;
    put_head(to, count - first, zero ? 0 : (int)count - 1 - (int)parts,
        value < 0 ? MINUS : PLUS, c->scale);
    while (count > first)
        buffer_int16(to, digits[--count]);
}

/* The value of a number that is checked; false: it does not fit. */
static bool scaled(const struct orm_column *c, const struct number *n, int64_t *value)
{
    const int64_t limit = decimal_power(c->length);
    *value = 0;
    for (int i = 0; i < n->count; i++) {
        const int64_t digit = digit_at(n, i);
        const int power = BASE_DIGITS * (n->weight - i) + c->scale;
        if (digit == 0)
            continue;
        if (power > 18 || power <= -BASE_DIGITS)
            return false;
        const int64_t factor = decimal_power((unsigned)(power < 0 ? -power : power));
        if (power < 0 ? digit % factor != 0 : digit > (limit - 1) / factor)
            return false;
        *value += power < 0 ? digit / factor : digit * factor;
        if (*value >= limit)
            return false;
    }
    if (n->sign == MINUS)
        *value = -*value;
    return true;
}

bool decimal_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    struct number n;
    int64_t value;
    if (!check_number(m, c, cell, e, &n))
        return false;
    if (n.sign == NOT_A_NUMBER || (is_finite(&n) && scaled(c, &n, &value)))
        return true;
    return error_set_field(e, ORM_DRIFT, m, c,
        "the server sent a number that is not one of numeric(%u,%u); migrate the table "
        "or generate again",
        (unsigned)c->length, (unsigned)c->scale);
}

int64_t decimal_decode(const struct orm_column *c, struct pg_cell cell)
{
    struct number n;
    int64_t value = ORM_DECIMAL_NAN;
    read_number(cell, &n);
    if (is_finite(&n))
        scaled(c, &n, &value);
    return value;
}

const char *orm_decimal_text(int64_t value, unsigned scale, char to[ORM_DECIMAL_TEXT])
{
    char text[ORM_DECIMAL_TEXT];
    size_t at = sizeof text;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value == ORM_DECIMAL_NAN)
        return memcpy(to, "NaN", sizeof "NaN");
    if (scale > 18)
        scale = 18;
    text[--at] = '\0';
    for (unsigned i = 0; rest || i <= scale; i++) {
        if (i == scale && i > 0)
            text[--at] = '.';
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0)
        text[--at] = '-';
    return memcpy(to, text + at, sizeof text - at);
}

bool orm_decimal_parse(const char *text, unsigned scale, int64_t *value)
{
    const bool minus = *text == '-';
    const char *s = text + minus;
    bool after_point = false;
    unsigned figures = 0;
    int64_t sum = 0;
    if (strcmp(text, "NaN") == 0) {
        *value = ORM_DECIMAL_NAN;
        return true;
    }
    for (; *s; s++) {
        if (*s == '.' && !after_point && s[1] && s > text + minus) {
            after_point = true;
            continue;
        }
        if (*s < '0' || *s > '9' || (after_point && figures == scale) ||
            sum > (INT64_MAX - 9) / 10)
            return false;
        figures += after_point;
        sum = sum * 10 + (*s - '0');
    }
    if (s == text + minus)
        return false;
    for (; figures < scale; figures++) {
        if (sum > INT64_MAX / 10)
            return false;
        sum *= 10;
    }
    *value = minus ? -sum : sum;
    return true;
}

void print_decimal(const struct orm_column *c, union orm_value v, struct buffer *to)
{
    char text[ORM_DECIMAL_TEXT];
    buffer_text(to, orm_decimal_text(v.integer, c->scale, text));
}

/* -- Exact text -------------------------------------------------------------------- */

static const struct {
    const char *text;
    unsigned sign;
} specials[] = {
    {"NaN", NOT_A_NUMBER},
    {"Infinity", INFINITE},
    {"-Infinity", MINUS_INFINITE},
};

/* The sign of what has no digits; PLUS: it has some. */
static unsigned special_sign(const char *text)
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (strcmp(text, specials[i].text) == 0)
            return specials[i].sign;
    return PLUS;
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
    if (special == NOT_A_NUMBER || (special && !c->length))
        return true;
    if (special)
        return error_set_field(e, ORM_RANGE, m, c,
            "%s is not a value of numeric(%u,%u)", v.text, (unsigned)c->length,
            (unsigned)c->scale);
    if (!split(v.text, &f))
        return error_set_field(e, ORM_RANGE, m, c,
            "\"%.40s\" is no number; write it as -12.50, or NaN, Infinity, -Infinity",
            v.text);
    const size_t whole = c->length ? c->length - c->scale : MOST_WHOLE;
    const size_t part = c->length ? c->scale : MOST_PART;
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
    for (long i = end - BASE_DIGITS; i < end; i++) {
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
        put_head(to, 0, 0, special, 0);
        return;
    }
    split(v.text, &f);
    const long wholes = ((long)f.whole_count + BASE_DIGITS - 1) / BASE_DIGITS;
    const long parts = ((long)f.part_count + BASE_DIGITS - 1) / BASE_DIGITS;
    long first = -wholes, end = parts;
    while (first < end && digit_before(&f, (first + 1) * BASE_DIGITS) == 0)
        first++;
    while (end > first && digit_before(&f, end * BASE_DIGITS) == 0)
        end--;
    put_head(to, (unsigned)(end - first), first == end ? 0 : (int)(-first - 1),
        f.minus ? MINUS : PLUS, c->length ? c->scale : (unsigned)f.written);
    for (long i = first; i < end; i++)
        buffer_int16(to, digit_before(&f, (i + 1) * BASE_DIGITS));
}

static bool check_numeric(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    struct number n;
    return check_number(m, c, cell, e, &n);
}

static size_t room_of_numeric(const struct orm_column *c, struct pg_cell cell)
{
    struct number n;
    (void)c;
    read_number(cell, &n);
    const int whole = n.weight < 0 ? 1 : (n.weight + 1) * BASE_DIGITS;
    return sizeof "-." + sizeof "Infinity" + (size_t)whole + (size_t)n.shown;
}

static void take_numeric(
    const struct orm_column *c, void *at, struct pg_cell cell, struct arena *a)
{
    struct number n;
    read_number(cell, &n);
    char *text = arena_bytes(a, room_of_numeric(c, cell)), *to = text;
    *(const char **)at = text;
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (n.sign == specials[i].sign) {
            memcpy(text, specials[i].text, strlen(specials[i].text) + 1);
            return;
        }
    if (n.sign == MINUS)
        *to++ = '-';
    for (int i = 0; i <= n.weight; i++) {
        const int digit = digit_at(&n, i);
        for (int unit = BASE / 10; unit; unit /= 10)
            if (digit >= unit || to > text + (n.sign == MINUS))
                *to++ = (char)('0' + digit / unit % 10);
    }
    if (to == text + (n.sign == MINUS))
        *to++ = '0';
    if (n.shown)
        *to++ = '.';
    for (int i = 0, unit = BASE / 10; i < n.shown; i++) {
        *to++ = (char)('0' + digit_at(&n, n.weight + 1 + i / BASE_DIGITS) / unit % 10);
        unit = unit == 1 ? BASE / 10 : unit / 10;
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
    return special == MINUS_INFINITE ? -1
           : special == INFINITE     ? 1
           : special == NOT_A_NUMBER ? 2
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
