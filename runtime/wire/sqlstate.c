/* sqlstate.c: what the server's codes mean to a program (PostgreSQL manual, appendix
 * A).
 */
#include "wire/sqlstate.h"

#include <string.h>

/* By class, and for some by the whole code; the first that fits.  The rest is refused.
 */
static const struct {
    const char *prefix;
    enum orm_code code;
} meanings[] = {
    {"08", ORM_LOST}, {"22001", ORM_RANGE}, /* a text too long */
    {"22003", ORM_RANGE},                   /* a number too large */
    {"22008", ORM_RANGE},                   /* a time */
    {"22015", ORM_RANGE},                   /* an interval */
    {"22021", ORM_RANGE},                   /* a character that the encoding lacks */
    {"22P02", ORM_DRIFT},                   /* an enum without the label */
    {"22P03", ORM_DRIFT},                   /* binary form of another type */
    {"23", ORM_CONSTRAINT},
    {"25P03", ORM_LOST},  /* idle in a transaction for too long */
    {"25P04", ORM_LOST},  /* a transaction took too long */
    {"3F000", ORM_DRIFT}, /* no such schema */
    {"40", ORM_CONFLICT}, /* serialization, deadlock */
    {"42P01", ORM_DRIFT}, /* undefined table */
    {"42703", ORM_DRIFT}, /* undefined column */
    {"42704", ORM_DRIFT}, /* undefined type */
    {"42804", ORM_DRIFT}, /* datatype mismatch */
    {"42883", ORM_DRIFT}, /* no such operator: the column has another type */
    {"53200", ORM_NOMEM}, {"53300", ORM_LOST}, /* too many connections */
    {"55P03", ORM_CONFLICT},                   /* lock_timeout, or NOWAIT */
    {"57014", ORM_TIMEOUT},                    /* statement_timeout */
    {"57P", ORM_LOST}, /* shut down, restarted, starting up, idle for too long */
};

enum orm_code code_of_sqlstate(const char *state)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strncmp(state, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
            return meanings[i].code;
    return ORM_REFUSED;
}
