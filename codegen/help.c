/* help.c: `ormgen help`, from the tables of verbs.c. */
#include "help.h"

#include <stdio.h>
#include <string.h>

void print_usage(void)
{
    int width = 0;

    for (const struct verb *v = verbs; v->name; v++)
        if ((int)strlen(v->name) > width)
            width = (int)strlen(v->name);
    puts("ormgen makes C from a description of PostgreSQL tables in YAML.\n");
    for (const struct verb *v = verbs; v->name; v++)
        printf("  ormgen %-*s  %s\n", width, v->name, v->summary);
    puts("\nStart with: ormgen init");
}

static void print_examples(const char *examples)
{
    puts("\nExamples:");
    while (*examples) {
        const size_t len = strcspn(examples, "\n");
        printf("  ormgen %.*s\n", (int)len, examples);
        examples += len + (examples[len] != '\0');
    }
}

static void print_option(const struct option *o)
{
    printf("\n  ");
    if (o->letter)
        printf("-%c, ", o->letter);
    printf("--%s%s%s\n      %s", o->name, o->value ? " " : "", o->value ? o->value : "",
        o->help);
    if (o->choices)
        printf(" (%s)", o->choices);
    if (o->many)
        printf("; may be given more than once");
    putchar('\n');
}

void print_help(const struct verb *v)
{
    printf("Usage: ormgen %s %s\n\n%s\n", v->name, v->usage, v->help);
    if (v->examples)
        print_examples(v->examples);
    for (const struct option *o = options; o->name; o++)
        if (option_belongs(o, v))
            print_option(o);
    if (v->raw)
        return;
    puts("\nExit status:");
    for (const struct exit_meaning *e = exit_meanings; e->meaning; e++)
        printf("  %2d  %s\n", e->code, e->meaning);
}
