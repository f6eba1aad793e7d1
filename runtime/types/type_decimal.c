/* type_decimal.c: numeric(p,s) that fits a whole number, scaled by 10^s. */
#include "types/wire_number.h"

#include <string.h>

static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
    100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
    100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
    1000000000000000000};

int64_t decimal_power(unsigned n)
{
    return powers[n];
}

/* The value as digits to the base, aligned at the point: scaled up to whole ones. */
void decimal_encode(const struct orm_column *c, int64_t value, struct buffer *to)
{
    if (value == ORM_DECIMAL_NAN) {
        number_put_head(to, 0, 0, NUMBER_NAN, 0);
        return;
    }
    const unsigned parts = (c->scale + NUMBER_BASE_DIGITS - 1u) / NUMBER_BASE_DIGITS;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint16_t digits[8];
    unsigned count = 0;
    /* The last digit after the point may be written with fewer than four figures. */
    const uint64_t fill =
        (uint64_t)decimal_power(parts * NUMBER_BASE_DIGITS - c->scale);
    const uint64_t last_base = NUMBER_BASE / fill;
    while (rest || count < parts) {
        const bool last = count == 0 && parts;
        digits[count++] =
            (uint16_t)(last ? rest % last_base * fill : rest % NUMBER_BASE);
        rest /= last ? last_base : NUMBER_BASE;
    }
    unsigned first = 0;
    while (first < count && digits[first] == 0)
        first++;
    while (count > first && digits[count - 1] == 0)
        count--;
    const bool zero = count == first;
    number_put_head(to, count - first, zero ? 0 : (int)count - 1 - (int)parts,
        value < 0 ? NUMBER_MINUS : NUMBER_PLUS, c->scale);
    while (count > first)
        buffer_int16(to, digits[--count]);
}

/* What a digit of the base adds, times ten to a power; false: it does not fit. */
static inline bool scale_digit(int64_t digit, int power, int64_t limit, int64_t *part)
{
    if (power > 18 || power <= -NUMBER_BASE_DIGITS)
        return false;
    if (power < 0) {
        const uint32_t factor = (uint32_t)powers[-power];
        *part = (uint32_t)digit / factor;
        return (uint32_t)digit % factor == 0;
    }
    /* Below that no product is too large for the word. */
    if (power > 18 - NUMBER_BASE_DIGITS && digit > (limit - 1) / powers[power])
        return false;
    *part = digit * powers[power];
    return true;
}

/* The value of a finite number; false: it does not fit. */
static bool scaled(const struct orm_column *c, const struct number *n, int64_t *value)
{
    const int64_t limit = powers[c->length];
    int power = NUMBER_BASE_DIGITS * n->weight + c->scale;
    int64_t sum = 0, part;
    for (int i = 0; i < n->count; i++, power -= NUMBER_BASE_DIGITS) {
        const int64_t digit = wire16(n->digits + 2 * i);
        if (digit == 0)
            continue;
        if (digit >= NUMBER_BASE || !scale_digit(digit, power, limit, &part) ||
            (sum += part) >= limit)
            return false;
    }
    *value = n->sign == NUMBER_MINUS ? -sum : sum;
    return true;
}

bool decimal_read(const struct orm_column *c, struct pg_cell cell, int64_t *value)
{
    struct number n;
    if (!number_read(cell, &n))
        return false;
    if (number_is_finite(&n))
        return scaled(c, &n, value);
    *value = ORM_DECIMAL_NAN;
    return n.sign == NUMBER_NAN;
}

bool decimal_refuse(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e)
{
    struct number n;
    return number_check(m, c, cell, e, &n) &&
           error_set_field(e, ORM_DRIFT, m, c,
               "the server sent a number that is not one of numeric(%u,%u); migrate "
               "the table or generate again",
               (unsigned)c->length, (unsigned)c->scale);
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
