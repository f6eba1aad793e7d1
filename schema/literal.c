/* literal.c: which literals each type holds, of numbers, texts and times.
 *
 * A literal is checked so that CREATE TABLE cannot fail on it, and strictly: what one
 * reader would take for octal and another for decimal is refused. */
#include "literal.h"

#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_infinity(const char *text)
{
    return strcmp(text, "infinity") == 0 || strcmp(text, "-infinity") == 0;
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

bool holds_bool(const struct field *f, const char *text)
{
    (void)f;
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

bool holds_integer(const struct field *f, const char *text)
{
    static const int64_t largest[TYPE_COUNT] = {
        [TYPE_INT2] = INT16_MAX, [TYPE_INT4] = INT32_MAX, [TYPE_INT8] = INT64_MAX};
    const char *digits = text + (*text == '-');
    const size_t count = count_digits(digits);
    if (count == 0 || digits[count] || (*digits == '0' && (count > 1 || *text == '-')))
        return false;
    errno = 0;
    const long long value = strtoll(text, NULL, 10);
    return errno == 0 && value <= largest[f->type] && value >= -largest[f->type] - 1;
}

bool holds_float(const struct field *f, const char *text)
{
    static const char *const special[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(text, special[i]) == 0)
            return true;

    const char *s = text + (*text == '-');
    const size_t whole = count_digits(s);
    if (whole == 0 || (*s == '0' && whole > 1))
        return false;
    bool is_zero = strspn(s, "0.") == strcspn(s, "eE");
    s += whole;
    if (*s == '.') {
        const size_t part = count_digits(s + 1);
        if (part == 0)
            return false;
        s += 1 + part;
    }
    if (*s == 'e' || *s == 'E') {
        s += 1 + (s[1] == '-' || s[1] == '+');
        const size_t exponent = count_digits(s);
        if (exponent == 0)
            return false;
        s += exponent;
    }
    if (*s)
        return false;
    const double value =
        f->type == TYPE_FLOAT4 ? (double)strtof(text, NULL) : strtod(text, NULL);
    return isfinite(value) && (value != 0 || is_zero);
}

bool holds_numeric(const struct field *f, const char *text)
{
    const char *whole = text + (*text == '-');
    const size_t count = count_digits(whole);
    if (strcmp(text, "NaN") == 0)
        return true;
    if (count == 0 || (*whole == '0' && count > 1))
        return false;
    const char *part = whole[count] == '.' ? whole + count + 1 : "";
    const size_t after = count_digits(part);
    if (whole[count] && (after == 0 || part[after]))
        return false;
    const size_t significant = *whole == '0' ? 0 : count;
    return f->length ? significant <= f->length - f->scale && after <= f->scale
                     : count <= 1000 && after <= 1000;
}

bool holds_text(const struct field *f, const char *text)
{
    return !f->length || text_characters(text, strlen(text)) <= f->length;
}

/* `count` digits at *s as a number, which must be in range; moves on. */
static bool take_number(const char **s, size_t count, int least, int most, int *number)
{
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*s)[i]))
            return false;
        *number = *number * 10 + ((*s)[i] - '0');
    }
    *s += count;
    return *number >= least && *number <= most;
}

static bool take(const char **s, char c)
{
    const bool there = **s == c;
    *s += there;
    return there;
}

static bool take_date(const char **s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!take_number(s, 4, 1, 9999, &year) || !take(s, '-') ||
        !take_number(s, 2, 1, 12, &month) || !take(s, '-') ||
        !take_number(s, 2, 1, 31, &day))
        return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

bool holds_date(const struct field *f, const char *text)
{
    (void)f;
    return is_infinity(text) || (take_date(&text) && !*text);
}

static bool take_zone(const char **s)
{
    int number;
    if (take(s, 'Z'))
        return true;
    if (!take(s, '+') && !take(s, '-'))
        return false;
    return take_number(s, 2, 0, 14, &number) &&
           (!take(s, ':') || take_number(s, 2, 0, 59, &number));
}

/* hh:mm, hh:mm:ss or hh:mm:ss.ffffff */
static bool take_clock(const char **s)
{
    int number;
    if (!take_number(s, 2, 0, 23, &number) || !take(s, ':') ||
        !take_number(s, 2, 0, 59, &number))
        return false;
    if (!take(s, ':'))
        return true;
    if (!take_number(s, 2, 0, 59, &number))
        return false;
    if (!take(s, '.'))
        return true;
    const size_t count = count_digits(*s);
    *s += count;
    return count >= 1 && count <= 6;
}

static bool take_moment(const char **s)
{
    return take_date(s) && (take(s, 'T') || take(s, ' ')) && take_clock(s);
}

bool holds_time(const struct field *f, const char *text)
{
    (void)f;
    return strcmp(text, "24:00") == 0 || strcmp(text, "24:00:00") == 0 ||
           (take_clock(&text) && !*text);
}

bool holds_timestamp(const struct field *f, const char *text)
{
    (void)f;
    return is_infinity(text) || (take_moment(&text) && !*text);
}

bool holds_timestamptz(const struct field *f, const char *text)
{
    (void)f;
    return is_infinity(text) || (take_moment(&text) && take_zone(&text) && !*text);
}

/* Units once each and from the largest down, so that nothing adds up in surprising
 * ways. */
bool holds_interval(const struct field *f, const char *text)
{
    static const char *const units[] = {
        "year", "month", "week", "day", "hour", "minute", "second"};
    size_t unit = 0;
    (void)f;
    for (bool first = true;; first = false) {
        if (!first && !take(&text, ' '))
            return false;
        const size_t digits = count_digits(text);
        if (digits < 1 || digits > 6 || (*text == '0' && digits > 1))
            return false;
        text += digits;
        if (!take(&text, ' '))
            return false;
        const size_t length = strcspn(text, " ");
        const size_t singular = length - (length > 0 && text[length - 1] == 's');
        while (unit < sizeof units / sizeof *units &&
               (strlen(units[unit]) != singular ||
                   strncmp(units[unit], text, singular) != 0))
            unit++;
        if (unit++ == sizeof units / sizeof *units)
            return false;
        text += length;
        if (!*text)
            return true;
    }
}

bool holds_label(const struct field *f, const char *text)
{
    for (size_t i = 0; i < f->enumeration->label_count; i++)
        if (strcmp(f->enumeration->labels[i], text) == 0)
            return true;
    return false;
}

/* Arrays: they take a list, and each of its items is checked by itself. */
bool holds_nothing(const struct field *f, const char *text)
{
    (void)f, (void)text;
    return false;
}
