/* options.c: the command line, from tables.  Names are matched whole: no abbreviations,
 * so that a new option never makes an old script ambiguous. */
#include "options.h"
#include "buffer.h"
#include "suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(const char *what, const char *given, const char *dashes,
    const char *best, const char *help)
{
    fprintf(stderr, "ormgen: unknown %s \"%s\"", what, given);
    if (best)
        fprintf(stderr, "; did you mean \"%s%s\"?", dashes, best);
    fprintf(stderr, "\nTry: ormgen help%s%s\n", *help ? " " : "", help);
}

const struct verb *find_verb(const char *name)
{
    const bool is_option = *name == '-';
    struct suggestion s = {.wanted = name};

    for (const struct verb *v = verbs; v->name; v++) {
        if (strcmp(v->name, name) == 0)
            return v;
        suggest_offer(&s, v->name);
    }
    complain(is_option ? "option" : "verb", name, "", is_option ? NULL : s.best, "");
    return NULL;
}

static bool belongs(const struct option *o, const struct verb *v)
{
    return strcmp(o->verb, v->name) == 0 || strcmp(o->verb, "*") == 0;
}

/* The option that `argument` names; `*value` becomes what is glued to it, or NULL. */
static const struct option *find_option(
    const struct verb *v, const char *argument, const char **value)
{
    const bool is_long = argument[1] == '-';
    const char *name = argument + (is_long ? 2 : 1);
    const size_t len = is_long ? strcspn(name, "=") : 1;

    *value = name[len] ? name + len + is_long : NULL;
    for (const struct option *o = options; o->name; o++) {
        if (!belongs(o, v))
            continue;
        if (is_long ? strlen(o->name) == len && memcmp(o->name, name, len) == 0
                    : o->letter == *name)
            return o;
    }

    char *wanted = format("%.*s", (int)len, name);
    struct suggestion s = {.wanted = wanted};
    for (const struct option *o = options; o->name; o++)
        if (belongs(o, v))
            suggest_offer(&s, o->name);
    complain("option", argument, "--", is_long ? s.best : NULL, v->name);
    free(wanted);
    return NULL;
}

static bool wrong(const struct verb *v, const char *what)
{
    fprintf(stderr, "ormgen %s: %s\nUsage: ormgen %s %s\n", v->name, what, v->name,
        v->usage);
    return false;
}

bool parse(const struct verb *v, int argc, char **argv, struct arguments *a)
{
    bool options_end = v->raw;

    a->files = argv;
    for (int i = 0; i < argc; i++) {
        char *argument = argv[i];
        if (options_end || argument[0] != '-' || argument[1] == '\0') {
            a->files[a->file_count++] = argument;
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            options_end = true;
            continue;
        }
        const char *value;
        const struct option *o = find_option(v, argument, &value);
        if (!o)
            return false;
        char *at = (char *)a + o->offset;
        if (!o->value) {
            if (value)
                return wrong(v, "an option that takes no value was given one");
            *(bool *)at = true;
            continue;
        }
        if (!value && ++i < argc)
            value = argv[i];
        if (!value || !*value)
            return wrong(v, "an option lacks its value");
        *(const char **)at = value;
    }
    if (a->help || v->raw)
        return true;
    if (a->file_count < v->least_files)
        return wrong(v, v->least_files == 1 ? "no file given" : "too few arguments");
    if (a->file_count > v->most_files)
        return wrong(v, "too many arguments");
    return true;
}

void print_usage(void)
{
    puts("ormgen makes C from a description of PostgreSQL tables in YAML.\n");
    for (const struct verb *v = verbs; v->name; v++)
        printf("  ormgen %-9s %s\n", v->name, v->summary);
    puts("\nStart with: ormgen generate FILE.yaml");
}

void print_help(const struct verb *v)
{
    printf("Usage: ormgen %s %s\n\n%s\n", v->name, v->usage, v->help);
    for (const struct option *o = options; o->name; o++) {
        if (!belongs(o, v) || v->raw)
            continue;
        printf("\n  ");
        if (o->letter)
            printf("-%c, ", o->letter);
        printf("--%s%s%s\n      %s\n", o->name, o->value ? " " : "",
            o->value ? o->value : "", o->help);
    }
}
