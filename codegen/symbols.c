/* symbols.c: names, and what has them already.
 *
 * In C, structs, functions, constants and objects share one namespace: g++ warns of a
 * function named like a struct. Members are apart, and end in "_" as no other name
 * does. */
#include "symbols_parts.h"

#include "buffer.h"
#include "cname.h"
#include "reserved.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct symbol {
    const struct origin *origin;
    const char *what; /* "function book_title()" */
};

static const struct {
    const char *what;
    unsigned avoids; /* enum reserved */
} kinds[] = {
    [STRUCT] = {"struct %s", RESERVED_STRUCT},
    [ENUM] = {"enum %s", RESERVED_STRUCT},
    [FUNCTION] = {"function %s()", RESERVED_ANY},
    [CONSTANT] = {"constant %s", RESERVED_ANY},
    [OBJECT] = {"object %s", RESERVED_ANY},
    [MACRO] = {"macro %s", RESERVED_ANY},
};

/* -- Reporting --------------------------------------------------------------------- */

/* Two origins of one model are reported once, two models too, however many names they
 * share, and so are two places.  Enumerations that differ in case alone have fields
 * that met already. */
static bool is_news(struct symbols *y, const struct origin *a, const struct origin *b)
{
    const bool one_model = strcmp(a->model, b->model) == 0;
    if (a->of_enum && b->of_enum && !one_model && strcasecmp(a->model, b->model) == 0)
        return false;
    const char *words = one_model ? arena_printf(y->arena, "%s %s", a->label, b->label)
                                  : arena_printf(y->arena, "%s/%s", a->model, b->model);
    const bool new_words = !strmap_add(&y->reported, words, y);
    if (!a->place.line || !b->place.line)
        return new_words;
    const char *places = arena_printf(y->arena, "%u:%u:%u %u:%u:%u", a->place.file,
        a->place.line, a->place.column, b->place.file, b->place.line, b->place.column);
    return !strmap_add(&y->reported, places, y) && new_words;
}

static void report_pair(struct symbols *y, const struct symbol *a,
    const struct symbol *b, enum diag_code code, const char *remedy)
{
    if (!is_news(y, a->origin, b->origin))
        return;
    if (strcmp(a->what, b->what) == 0)
        diag_error(y->diag, code, b->origin->place, "%s: its %s is also made by %s; %s",
            b->origin->label, b->what, a->origin->label, remedy);
    else
        diag_error(y->diag, code, b->origin->place,
            "%s: its %s has the name of %s, made by %s; %s", b->origin->label, b->what,
            a->what, a->origin->label, remedy);
    if (a->origin->place.line)
        diag_note(y->diag, a->origin->place, "%s is here", a->origin->label);
}

/* -- Adding names ------------------------------------------------------------------ */

static const struct {
    unsigned kind; /* enum reserved */
    const char *what;
} takers[] = {
    {RESERVED_KEYWORD, "a keyword of C or C++"},
    {RESERVED_MACRO, "a macro of the C library"},
    {RESERVED_TAG, "a struct of the C library"},
    {RESERVED_TYPEDEF, "a type of the C library"},
    {RESERVED_FUNCTION, "a function of the C library"},
    {RESERVED_VARIABLE, "a variable of the C library"},
    {RESERVED_CONSTANT, "a constant of the C library"},
};

/* Who has `name` already, or NULL. */
static const char *taker_of(const char *name, unsigned avoids)
{
    const unsigned found = reserved(name, avoids);

    if (strncmp(name, "orm_", 4) == 0 || strncmp(name, "ORM_", 4) == 0)
        return "kept for the runtime";
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (found & takers[i].kind)
            return takers[i].what;
    return NULL;
}

static const char *remedy_of(
    struct symbols *y, const struct symbol *a, const struct symbol *b)
{
    const char *first = a->origin->remedy, *second = b->origin->remedy;
    if (first && second)
        return second;
    if (first || second)
        return arena_printf(y->arena, "rename one, or %s", first ? first : second);
    return "rename one (\"table:\" or \"column:\" keeps the name in SQL)";
}

static void add_to(
    struct symbols *y, const char *space, const char *name, struct symbol *s)
{
    const struct symbol *there =
        strmap_add(&y->map, arena_printf(y->arena, "%s %s", space, name), s);
    if (there)
        report_pair(y, there, s, ERR_EMITTED_CLASH, remedy_of(y, there, s));
}

void add_c(struct symbols *y, enum kind kind, const char *name, const struct origin *o)
{
    struct symbol *s = arena_alloc(y->arena, sizeof *s);
    s->origin = o;
    s->what = arena_printf(y->arena, kinds[kind].what, name);

    const char *taker = taker_of(name, kinds[kind].avoids);
    if (taker) {
        diag_error(y->diag, ERR_RESERVED, o->place, "%s: its %s is taken: %s is %s; %s",
            o->label, s->what, name, taker,
            o->remedy ? o->remedy
                      : "choose another name, or put one before all with \"prefix:\"");
        return;
    }
    /* An enum may be named like its getter; a struct must not. */
    if (kind == STRUCT || kind == ENUM)
        add_to(y, "tag", name, s);
    if (kind != ENUM)
        add_to(y, "C", name, s);
}

static const char *upper(struct symbols *y, const char *s)
{
    char *made = c_upper(s);
    const char *kept = arena_printf(y->arena, "%s", made);
    free(made);
    return kept;
}

static const char *expand(
    struct symbols *y, const char *pattern, const struct values *v)
{
    struct buffer made = {0};

    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            buffer_putc(&made, *pattern);
            continue;
        }
        switch (*++pattern) {
        case 'm':
            buffer_puts(&made, v->model);
            break;
        case 'M':
            buffer_puts(&made, upper(y, v->model));
            break;
        case 'f':
            buffer_puts(&made, v->field);
            break;
        case 'F':
            buffer_puts(&made, upper(y, v->field));
            break;
        case 'q':
            buffer_puts(&made, v->question);
            break;
        default:
            buffer_puts(&made, v->ending);
        }
    }
    const char *kept = arena_printf(y->arena, "%s", buffer_of(&made));
    buffer_free(&made);
    return kept;
}

void add_patterns(struct symbols *y, const struct pattern *p, const struct values *v,
    const struct origin *o)
{
    for (; p->name; p++)
        add_c(y, p->kind, expand(y, p->name, v), o);
}

void add_sql(struct symbols *y, const char *space, const char *within, const char *what,
    char *name, const struct origin *o)
{
    struct symbol *s = arena_alloc(y->arena, sizeof *s);
    const char *key = arena_printf(y->arena, "%s %s %s", space, within, name);

    s->origin = o;
    s->what = arena_printf(y->arena, "%s \"%s\"", what, name);
    free(name);
    const struct symbol *there = strmap_add(&y->map, key, s);
    if (there)
        report_pair(y, there, s, ERR_SQL_CLASH,
            strcmp(there->origin->label, o->label) == 0
                ? "leave one out, or give it another name with \"name:\""
                : "rename one with \"table:\", \"column:\" or \"name:\"");
}

void add_constraint(
    struct symbols *y, const struct model *m, char *name, const struct origin *o)
{
    const char *table = arena_printf(y->arena, "%s\n%s", m->schema, m->table);
    add_sql(y, "constraint", table, "constraint", name, o);
}
