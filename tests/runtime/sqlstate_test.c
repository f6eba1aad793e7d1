/* sqlstate_test.c: what the server's codes mean to a program. */
#include "unit.h"

#include <wire/sqlstate.h>

static const struct {
    const char *state;
    enum orm_code code;
} cases[] = {
    {"08000", ORM_LOST},
    {"08006", ORM_LOST},
    {"08P01", ORM_LOST},
    {"0A000", ORM_REFUSED},
    {"21000", ORM_REFUSED},
    {"22001", ORM_RANGE},
    {"22003", ORM_RANGE},
    {"22008", ORM_RANGE},
    {"22012", ORM_REFUSED}, /* a division by zero */
    {"22015", ORM_RANGE},
    {"22021", ORM_RANGE},
    {"22023", ORM_REFUSED},
    {"2201B", ORM_REFUSED}, /* a regular expression: language.c knows more */
    {"22P02", ORM_DRIFT},
    {"22P03", ORM_DRIFT},
    {"23000", ORM_CONSTRAINT},
    {"23001", ORM_CONSTRAINT},
    {"23502", ORM_CONSTRAINT},
    {"23503", ORM_CONSTRAINT},
    {"23505", ORM_CONSTRAINT},
    {"23514", ORM_CONSTRAINT},
    {"23P01", ORM_CONSTRAINT},
    {"25006", ORM_REFUSED}, /* read only */
    {"25P02", ORM_REFUSED}, /* the transaction has failed */
    {"25P03", ORM_LOST},
    {"26000", ORM_REFUSED}, /* prepared again before anybody sees it */
    {"28P01", ORM_REFUSED},
    {"3D000", ORM_REFUSED},
    {"3F000", ORM_DRIFT},
    {"40001", ORM_CONFLICT},
    {"40P01", ORM_CONFLICT},
    {"42501", ORM_REFUSED},
    {"42601", ORM_REFUSED},
    {"42703", ORM_DRIFT},
    {"42704", ORM_DRIFT},
    {"42804", ORM_DRIFT},
    {"42883", ORM_DRIFT},
    {"42P01", ORM_DRIFT},
    {"42P05", ORM_REFUSED},
    {"44000", ORM_REFUSED},
    {"53100", ORM_REFUSED}, /* the disk is full */
    {"53200", ORM_NOMEM},
    {"53300", ORM_LOST},
    {"53400", ORM_REFUSED},
    {"54000", ORM_REFUSED},
    {"55006", ORM_REFUSED},
    {"55P03", ORM_CONFLICT},
    {"57014", ORM_TIMEOUT},
    {"57P01", ORM_LOST},
    {"57P02", ORM_LOST},
    {"57P03", ORM_LOST},
    {"57P05", ORM_LOST},
    {"58030", ORM_REFUSED},
    {"P0001", ORM_REFUSED},
    {"XX000", ORM_REFUSED},
    {"", ORM_REFUSED},
    {"2", ORM_REFUSED},
};

static void each_code_of_the_server_has_its_remedy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (code_of_sqlstate(cases[i].state) != cases[i].code)
            fail_msg("%s is %s, not %s", cases[i].state,
                orm_code_name(code_of_sqlstate(cases[i].state)),
                orm_code_name(cases[i].code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_of_the_server_has_its_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
