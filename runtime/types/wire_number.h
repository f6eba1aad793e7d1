/* wire_number.h: numeric as it travels, for the types that are made of it.
 *
 * On the wire (numeric_send): how many digits, the weight of the first, the sign, how
 * many digits to show after the point; then the digits, to the base of 10,000, the
 * first times 10,000^weight. */
#ifndef RUNTIME_WIRE_NUMBER_H
#define RUNTIME_WIRE_NUMBER_H

#include "types/codec.h"

#define NUMBER_BASE        10000
#define NUMBER_BASE_DIGITS 4

enum number_sign {
    NUMBER_PLUS = 0x0000,
    NUMBER_MINUS = 0x4000,
    NUMBER_NAN = 0xc000,
    NUMBER_INFINITE = 0xd000,
    NUMBER_MINUS_INFINITE = 0xf000
};

enum {
    NUMBER_MOST_WHOLE = 131072, /* digits before the point, and after it */
    NUMBER_MOST_PART = 16383
};

struct number {
    int count, weight, shown;
    unsigned sign;
    const char *digits;
};

/* Of a cell that was checked before it cannot fail. */
bool number_read(struct pg_cell cell, struct number *n);

bool number_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e, struct number *n);

static inline int number_digit(const struct number *n, int i)
{
    return i >= 0 && i < n->count ? (int)wire16(n->digits + 2 * i) : 0;
}

static inline bool number_is_finite(const struct number *n)
{
    return n->sign == NUMBER_PLUS || n->sign == NUMBER_MINUS;
}

/* What stands before the digits. */
void number_put_head(
    struct buffer *to, unsigned count, int weight, unsigned sign, unsigned shown);

#endif
