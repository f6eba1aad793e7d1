/* failure.c: the one message of what went wrong.
 *
 * A function that fails records why and returns false; whoever talks to a person, or
 * to the process at the other end of a socket, passes the message on. */
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char message[8192];

bool failed(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    /* By way of a copy: an argument may be the earlier message. */
    char fresh[sizeof message];
    vsnprintf(fresh, sizeof fresh, format, args);
    va_end(args);
    snprintf(message, sizeof message, "%s", fresh);
    return false;
}

const char *failure(void)
{
    return message;
}

char *text(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s;
    if (vasprintf(&s, format, args) < 0)
        abort();
    va_end(args);
    return s;
}
