/* error.c: the sticky error.  The rules are told in error.h. */
#include "error.h"

#include <stdio.h>
#include <string.h>

static const char *const code_names[] = {
    [ORM_OK] = "ORM_OK",
    [ORM_NOMEM] = "ORM_NOMEM",
    [ORM_LOST] = "ORM_LOST",
    [ORM_TIMEOUT] = "ORM_TIMEOUT",
    [ORM_CONFLICT] = "ORM_CONFLICT",
    [ORM_CONSTRAINT] = "ORM_CONSTRAINT",
    [ORM_STALE] = "ORM_STALE",
    [ORM_REFUSED] = "ORM_REFUSED",
    [ORM_DRIFT] = "ORM_DRIFT",
    [ORM_NOT_FOUND] = "ORM_NOT_FOUND",
    [ORM_UNSAVED] = "ORM_UNSAVED",
    [ORM_INVALID] = "ORM_INVALID",
    [ORM_PLAN_CONFLICT] = "ORM_PLAN_CONFLICT",
    [ORM_FETCH_RAISED] = "ORM_FETCH_RAISED",
    [ORM_STREAM_ENDED] = "ORM_STREAM_ENDED",
    [ORM_BUDGET] = "ORM_BUDGET",
    [ORM_RANGE] = "ORM_RANGE",
    [ORM_OTHER_SESSION] = "ORM_OTHER_SESSION",
};

const char *orm_code_name(enum orm_code code)
{
    const size_t i = (size_t)code;
    return i < sizeof code_names / sizeof *code_names ? code_names[i] : "?";
}

void error_copy(char *to, size_t size, const char *from)
{
    size_t n = 0;
    for (; from[n] && n + 1 < size; n++) {
        const unsigned char c = (unsigned char)from[n];
        to[n] = c < ' ' || c == 0x7f ? ' ' : (char)c;
    }
    if (from[n])
        while (n && ((unsigned char)from[n] & 0xc0) == 0x80)
            n--;
    while (n && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
}

static void start(struct orm_error *e, enum orm_code code, const char *text)
{
    *e = (struct orm_error){.code = code};
    error_copy(e->message, sizeof e->message, text);
}

bool error_set(struct orm_error *e, enum orm_code code, const char *format, ...)
{
    if (e->code)
        return false;
    char text[sizeof e->message * 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    start(e, code, text);
    return false;
}

static void set_named(struct orm_error *e, enum orm_code code,
    const struct orm_model *m, const char *field, const char *format, va_list args)
{
    if (e->code)
        return;
    char text[sizeof e->message * 2];
    int n = snprintf(
        text, sizeof text, "%s%s%s: ", m->name, field ? "." : "", field ? field : "");
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    start(e, code, text);
    error_copy(e->model, sizeof e->model, m->name);
    if (field)
        error_copy(e->field, sizeof e->field, field);
}

bool error_set_field(struct orm_error *e, enum orm_code code, const struct orm_model *m,
    const struct orm_column *column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_named(e, code, m, column ? column->field : NULL, format, args);
    va_end(args);
    return false;
}

bool error_set_named(struct orm_error *e, enum orm_code code, const struct orm_model *m,
    const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_named(e, code, m, field, format, args);
    va_end(args);
    return false;
}

bool error_nomem(struct orm_error *e)
{
    return error_set(e, ORM_NOMEM, "out of memory; nothing was changed");
}

void error_clear(struct orm_error *e)
{
    *e = (struct orm_error){0};
}
