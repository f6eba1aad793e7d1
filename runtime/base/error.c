/* error.c: the sticky error.  The rules are told in error.h. */
#include "base/error.h"

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

/* "book.title: ", "book.title, book.author: ", "book: " or nothing. */
static size_t put_place(
    char *to, size_t size, const struct orm_model *m, const char *field)
{
    size_t n = 0;
    for (const char *at = m ? field : NULL; at && n < size;) {
        const char *end = strstr(at, ", ");
        n += (size_t)snprintf(to + n, size - n, "%s.%.*s%s", m->name,
            end ? (int)(end - at) : (int)strlen(at), at, end ? ", " : ": ");
        at = end ? end + 2 : NULL;
    }
    if (m && !field)
        n = (size_t)snprintf(to, size, "%s: ", m->name);
    return n < size ? n : size - 1;
}

static void tell(struct orm_error *e, const struct orm_model *m, const char *field,
    const char *format, va_list args)
{
    char text[sizeof e->message * 2];
    const size_t n = put_place(text, sizeof text, m, field);
    vsnprintf(text + n, sizeof text - n, format, args);
    error_copy(e->message, sizeof e->message, text);
    error_copy(e->model, sizeof e->model, m ? m->name : "");
    error_copy(e->field, sizeof e->field, m && field ? field : "");
    e->of = m;
}

static void set_named(struct orm_error *e, enum orm_code code,
    const struct orm_model *m, const char *field, const char *format, va_list args)
{
    if (e->code)
        return;
    *e = (struct orm_error){.code = code};
    tell(e, m, field, format, args);
}

void error_retell(struct orm_error *e, const struct orm_model *m, const char *field,
    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(e, m, field, format, args);
    va_end(args);
}

bool error_set_object(struct orm_error *e, enum orm_code code,
    const struct orm_object *o, const struct orm_column *column, const char *format,
    ...)
{
    const bool is_first = !e->code;
    va_list args;
    va_start(args, format);
    set_named(e, code, o->model, column ? column->field : NULL, format, args);
    va_end(args);
    if (is_first)
        e->object = (struct orm_object *)(uintptr_t)o;
    return false;
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
