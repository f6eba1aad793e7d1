/* check_type.c: what the parts of a check are, and which of them can be compared.
 *
 * Only what is exact: numbers whose digits we have, texts whose equality is that of
 * their bytes.  All else is for the server. */
#include "check_type.h"

#include "literal.h"

#include <stdio.h>
#include <string.h>

struct check_part check_part_of(const struct field *f, size_t from)
{
    static const enum check_class classes[TYPE_COUNT] = {
        [TYPE_INT2] = CHECK_IS_INT2 + 1,
        [TYPE_INT4] = CHECK_IS_INT4 + 1,
        [TYPE_INT8] = CHECK_IS_INT8 + 1,
        [TYPE_DECIMAL] = CHECK_IS_NUMERIC + 1,
        [TYPE_FLOAT4] = CHECK_IS_REAL + 1,
        [TYPE_FLOAT8] = CHECK_IS_REAL + 1,
        [TYPE_BOOL] = CHECK_IS_BOOL + 1,
        [TYPE_TEXT] = CHECK_IS_CHARACTERS + 1,
        [TYPE_VARCHAR] = CHECK_IS_CHARACTERS + 1,
        [TYPE_DATE] = CHECK_IS_DATE + 1,
        [TYPE_TIME] = CHECK_IS_TIME + 1,
        [TYPE_TIMESTAMP] = CHECK_IS_TIMESTAMP + 1,
        [TYPE_TIMESTAMPTZ] = CHECK_IS_TIMESTAMPTZ + 1,
        [TYPE_ENUM] = CHECK_IS_LABEL + 1,
    };
    struct check_part part = {CHECK_IS_OTHER, f->enumeration, from};
    if (classes[f->type] && !f->user)
        part.of = classes[f->type] - 1;
    if (part.of == CHECK_IS_CHARACTERS && f->traits.collation)
        part.of = CHECK_IS_COLLATED;
    return part;
}

/* -- Literals ---------------------------------------------------------------------- */

/* Days since 1970-01-01 of a day in the Gregorian calendar (Howard Hinnant, "chrono-
 * Compatible Low-Level Date Algorithms"). */
static long long days_of(int year, int month, int day)
{
    year -= month <= 2;
    const long long era = (year >= 0 ? year : year - 399) / 400;
    const long long of_era = year - era * 400;
    const long long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool literal_is_date(struct check_step *step)
{
    const struct field date = {.type = TYPE_DATE};
    int year, month, day, end = 0;
    if (strlen(step->text) != 10 || !holds_date(&date, step->text) ||
        sscanf(step->text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
        end != 10)
        return false;
    step->op = CHECK_NUMBER;
    step->number = days_of(year, month, day);
    return true;
}

static bool literal_is_label(struct check_step *step, const struct enumeration *e)
{
    for (size_t i = 0; e && i < e->label_count; i++)
        if (strcmp(e->labels[i], step->text) == 0) {
            step->op = CHECK_NUMBER;
            step->number = (long long)i;
            return true;
        }
    return false;
}

static bool literal_becomes(
    struct check_program *p, struct check_part literal, struct check_part other)
{
    struct check_step *step = &p->steps[literal.from];
    switch (other.of) {
    case CHECK_IS_CHARACTERS:
        return true;
    case CHECK_IS_LABEL:
        return literal_is_label(step, other.labels);
    case CHECK_IS_DATE:
        return literal_is_date(step);
    default:
        return false;
    }
}

/* A number that is written down, with signs before it: rounded as a real is. */
static bool number_becomes_real(struct check_program *p, size_t from, size_t end)
{
    if (p->steps[from].op != CHECK_NUMBER || !p->steps[from].text)
        return false;
    for (size_t i = from + 1; i < end; i++)
        if (p->steps[i].op != CHECK_NEG)
            return false;
    p->steps[from].op = CHECK_REAL;
    return true;
}

/* -- Comparing --------------------------------------------------------------------- */

static bool is_alike(struct check_part a, struct check_part b, bool sorts)
{
    if (check_is_number(a) && check_is_number(b))
        return true;
    if (a.of != b.of)
        return false;
    switch (a.of) {
    case CHECK_IS_BOOL:
    case CHECK_IS_CHARACTERS:
        return !sorts;
    case CHECK_IS_LABEL:
        return !sorts && a.labels == b.labels;
    case CHECK_IS_COLLATED:
    case CHECK_IS_LITERAL:
    case CHECK_IS_OTHER:
        return false;
    default:
        return true;
    }
}

bool check_match(struct check_program *p, struct check_part a, struct check_part b,
    size_t b_end, bool sorts)
{
    if (a.of == CHECK_IS_LITERAL && literal_becomes(p, a, b))
        a.of = b.of, a.labels = b.labels;
    else if (b.of == CHECK_IS_LITERAL && literal_becomes(p, b, a))
        b.of = a.of, b.labels = a.labels;
    else if (a.of == CHECK_IS_REAL && check_is_number(b) &&
             number_becomes_real(p, b.from, b_end))
        b.of = CHECK_IS_REAL;
    else if (b.of == CHECK_IS_REAL && check_is_number(a) &&
             number_becomes_real(p, a.from, b.from))
        a.of = CHECK_IS_REAL;
    return is_alike(a, b, sorts);
}
