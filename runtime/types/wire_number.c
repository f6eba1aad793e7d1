/* wire_number.c: numeric as it travels. */
#include "types/wire_number.h"

static bool is_sign(unsigned sign)
{
    return sign == NUMBER_PLUS || sign == NUMBER_MINUS || sign == NUMBER_NAN ||
           sign == NUMBER_INFINITE || sign == NUMBER_MINUS_INFINITE;
}

bool number_read(struct pg_cell cell, struct number *n)
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
    return is_sign(n->sign) && n->count >= 0 && cell.length == 8 + 2 * n->count &&
           n->shown <= NUMBER_MOST_PART;
}

bool number_check(const struct orm_model *m, const struct orm_column *c,
    struct pg_cell cell, struct orm_error *e, struct number *n)
{
    if (!number_read(cell, n))
        return codec_lies(m, c, e, "no number");
    for (int i = 0; i < n->count; i++)
        if (number_digit(n, i) >= NUMBER_BASE)
            return codec_lies(m, c, e, "no digit");
    return true;
}

void number_put_head(
    struct buffer *to, unsigned count, int weight, unsigned sign, unsigned shown)
{
    buffer_int16(to, (uint16_t)count);
    buffer_int16(to, (uint16_t)weight);
    buffer_int16(to, (uint16_t)sign);
    buffer_int16(to, (uint16_t)shown);
}
