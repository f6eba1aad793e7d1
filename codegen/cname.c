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

char *c_name(const struct schema_file *file, const char *name)
{
    return format("%s%s", file->prefix, name);
}

char *c_model(const struct model *m)
{
    return c_name(m->file, m->struct_name);
}

char *c_enumeration(const struct enumeration *e)
{
    return c_name(e->file, e->c_name);
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

char *c_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return format("%.*s", dot ? (int)(dot - name) : (int)strlen(name), name);
}

/* A relation and what is to be known of it. */
static bool any_list(const struct schema *s, const struct model *m,
    bool (*is_it)(const struct schema *s, const struct many *r))
{
    for (size_t i = 0; i < s->model_count; i++)
        for (size_t j = 0; j < s->models[i].many_count; j++) {
            const struct many *r = &s->models[i].manys[j];
            if (r->target == m && is_it(s, r))
                return true;
        }
    return false;
}

static bool is_any(const struct schema *s, const struct many *r)
{
    (void)s;
    return r != NULL;
}

/* What makes a reverse end stands in the target's file. */
static bool is_told_at_home(const struct schema *s, const struct many *r)
{
    (void)s;
    return !r->declared || r->model->file == r->target->file;
}

static bool is_told_here(const struct schema *s, const struct many *r)
{
    return r->declared && r->model->file == &s->files[0];
}

static bool is_shown_elsewhere(const struct schema *s, const struct many *r)
{
    (void)s;
    return !r->declared && r->model->file != r->target->file;
}

enum listed c_listed(const struct schema *s, const struct model *m)
{
    return any_list(s, m, is_told_at_home) ? LISTED_AT_HOME
           : any_list(s, m, is_any)        ? LISTED_ELSEWHERE
                                           : LISTED_NOWHERE;
}

bool c_is_listed_here(const struct schema *s, const struct model *m)
{
    return any_list(s, m, is_told_here);
}

bool c_is_shown_elsewhere(const struct schema *s, const struct model *m)
{
    for (size_t i = 0; i < s->model_count; i++)
        for (size_t j = 0; j < s->models[i].one_count; j++)
            if (s->models[i].ones[j]->model == m && s->models[i].file != m->file)
                return true;
    return any_list(s, m, is_shown_elsewhere);
}
