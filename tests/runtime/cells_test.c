/* cells_test.c: what a server sends is met as it should be, whole, cut short or false.
 */
#include "any_value.h"
#include "cells.h"
#include "unit.h"

#include <string.h>

enum {
    COLUMNS = 2 * ORM_TYPE_COUNT,
    VALUES = 30
};

static void encode(const struct orm_column *c, uint64_t *random, struct buffer *to)
{
    struct arena a = {0};
    buffer_clear(to);
    type_encode(c, any_value(c, random, &a), to);
    buffer_add(to, "", 1);
    to->length--;
    arena_free(&a);
}

static void what_is_encoded_is_a_value_of_every_type(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    struct buffer bytes = {0};
    struct orm_column c;
    for (unsigned n = 0; n < COLUMNS; n++)
        for (int i = 0; i < 10 * VALUES && cell_column(n, &c); i++) {
            encode(&c, &random, &bytes);
            if (!cell_meet(&c, bytes.data, bytes.length))
                fail_msg("a value of %s is refused", type_name(&c));
        }
    buffer_free(&bytes);
}

/* Numbers have their lengths, and a cut text is a text. */
static bool knows_its_length(const struct orm_column *c)
{
    return c->type >= ORM_UUID || (c->type < ORM_TEXT && c->type != ORM_ENUM) ||
           c->type == ORM_NUMERIC;
}

static void values_cut_short_are_refused_or_read_no_further(void **state)
{
    (void)state;
    uint64_t random = unit_seed();
    struct buffer bytes = {0};
    struct orm_column c;
    for (unsigned n = 0; n < COLUMNS; n++)
        for (int i = 0; i < VALUES && cell_column(n, &c); i++) {
            encode(&c, &random, &bytes);
            for (size_t cut = 0; cut < bytes.length; cut++)
                if (cell_meet(&c, bytes.data, cut) && knows_its_length(&c))
                    fail_msg("%zu of %zu bytes are a value of %s", cut, bytes.length,
                        type_name(&c));
        }
    buffer_free(&bytes);
}

static void false_bytes_do_no_harm(void **state)
{
    (void)state;
    static const unsigned char ends[] = {0, 1, 0x7f, 0x80, 0xff};
    uint64_t random = unit_seed();
    struct buffer bytes = {0};
    struct orm_column c;
    for (unsigned n = 0; n < COLUMNS; n++)
        for (int i = 0; i < VALUES && cell_column(n, &c); i++) {
            encode(&c, &random, &bytes);
            for (size_t at = 0; at < bytes.length; at++) {
                const char was = bytes.data[at];
                for (size_t k = 0; k < sizeof ends; k++) {
                    bytes.data[at] = (char)ends[k];
                    cell_meet(&c, bytes.data, bytes.length);
                }
                bytes.data[at] = was;
            }
        }
    buffer_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_is_a_value_of_every_type),
        cmocka_unit_test(values_cut_short_are_refused_or_read_no_further),
        cmocka_unit_test(false_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
