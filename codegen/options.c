/* options.c: the command line, from tables.  Names are matched whole: no abbreviations,
 * so that a new option never makes an old script ambiguous. */
#include "options.h"
#include "buffer.h"
#include "suggest.h"

#include <stdarg.h>
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

/* Whether `words`, between blanks, has `word`. */
static bool has_word(const char *words, const char *word)
{
    const size_t len = strlen(word);

    for (const char *w = words; *w; w += strspn(w, " ")) {
        const size_t here = strcspn(w, " ");
        if (here == len && memcmp(w, word, len) == 0)
            return true;
        w += here;
    }
    return false;
}

bool option_belongs(const struct option *o, const struct verb *v)
{
    return !v->raw && (strcmp(o->verbs, "*") == 0 || has_word(o->verbs, v->name));
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
        if (!option_belongs(o, v))
            continue;
        if (is_long ? strlen(o->name) == len && memcmp(o->name, name, len) == 0
                    : o->letter == *name)
            return o;
    }

    char *wanted = format("%.*s", (int)len, name);
    struct suggestion s = {.wanted = wanted};
    for (const struct option *o = options; o->name; o++)
        if (option_belongs(o, v))
            suggest_offer(&s, o->name);
    complain("option", argument, "--", is_long ? s.best : NULL, v->name);
    free(wanted);
    return NULL;
}

int usage_error(const struct verb *v, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "ormgen %s: ", v->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nUsage: ormgen %s %s\n", v->name, v->usage);
    return EXIT_USAGE;
}

/* False after a message. */
static bool store(const struct verb *v, const struct option *o, const char *value,
    struct arguments *a)
{
    void *at = (char *)a + o->offset;

    if (!o->value) {
        if (value)
            usage_error(v, "--%s takes no value", o->name);
        *(bool *)at = true;
        return !value;
    }
    if (!value || !*value) {
        usage_error(v, "--%s lacks its value", o->name);
        return false;
    }
    if (o->choices && !has_word(o->choices, value)) {
        usage_error(v, "--%s has no \"%s\"; there is: %s", o->name, value, o->choices);
        return false;
    }
    if (o->many) {
        struct strings *many = at;
        many->at = must(realloc(many->at, (many->count + 1) * sizeof *many->at));
        many->at[many->count++] = value;
        return true;
    }
    *(const char **)at = value;
    return true;
}

bool parse(const struct verb *v, int argc, char **argv, struct arguments *a)
{
    bool options_end = v->raw;

    a->verb = v;
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
        if (o->value && !value && i + 1 < argc)
            value = argv[++i];
        if (!store(v, o, value, a))
            return false;
    }
    if (a->help || v->raw)
        return true;
    if (a->file_count < v->least_files)
        usage_error(v, v->least_files == 1 ? "no file given" : "too few arguments");
    else if (a->file_count > v->most_files)
        usage_error(v, "too many arguments");
    else
        return true;
    return false;
}
