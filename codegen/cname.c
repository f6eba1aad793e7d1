/* cname.c: how C names are made from the schema's. */
#include "cname.h"
#include "buffer.h"
#include "reserved.h"

#include <string.h>

/* By bytes and not by <ctype.h>: the locale must not matter. */
static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

char *c_name(const struct schema *s, const char *name)
{
    return format("%s%s", s->prefix, name);
}

char *c_upper(const char *name)
{
    char *made = format("%s", name);
    for (char *p = made; *p; p++)
        *p = upper(*p);
    return made;
}

char *c_guard(const char *base, const char *suffix)
{
    const bool digit_first = *base >= '0' && *base <= '9';
    char *made = format("%s%s_%s", digit_first ? "X" : "", base, suffix);
    for (char *p = made; *p; p++)
        *p = *p == '.' || *p == '-' ? '_' : upper(*p);
    return made;
}

const char *c_parameter(const char *name)
{
    const bool taken = strlen(name) == 1 || strcmp(name, "key") == 0;
    return taken || reserved(name, RESERVED_PARAMETER) ? "value" : name;
}

bool c_is_listed(const struct schema *s, const struct model *m)
{
    for (size_t i = 0; i < s->model_count; i++)
        for (size_t j = 0; j < s->models[i].many_count; j++)
            if (s->models[i].manys[j].target == m)
                return true;
    return false;
}
