/* man.c: manual pages, from the tables of verbs.c, in the language of mdoc(7). */
#include "buffer.h"
#include "help.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATE "November 21, 2026" /* of the last change to what stands in the pages */

/* Text that is no macro and has no escapes; a line per sentence, as mdoc wants it. */
static void print_line(const char *text, size_t len)
{
    bool begins = true;

    for (size_t i = 0; i < len; i++) {
        const size_t blanks = strspn(text + i, " ");
        if (begins && (text[i] == '.' || text[i] == '\''))
            fputs("\\&", stdout);
        begins = i > 0 && text[i - 1] == '.' && blanks > 0 && i + blanks < len;
        if (begins) {
            putchar('\n');
            i += blanks - 1;
        } else if (text[i] == '\\') {
            fputs("\\e", stdout);
        } else {
            putchar(text[i]);
        }
    }
    putchar('\n');
}

/* Paragraphs; how their lines are broken is left to the reader's terminal. */
static void print_text(const char *text)
{
    while (*text) {
        const size_t len = strcspn(text, "\n");
        if (len > 0)
            print_line(text, len);
        else
            puts(".Pp");
        text += len + (text[len] != '\0');
    }
}

static void print_head(const char *name, const char *summary)
{
    printf(".Dd " DATE "\n.Dt ");
    for (const char *p = name; *p; p++)
        putchar(toupper((unsigned char)*p));
    printf(
        " 1\n.Os ormgen " ORMGEN_VERSION "\n.Sh NAME\n.Nm %s\n.Nd %s\n", name, summary);
}

static void print_option(const struct option *o)
{
    printf(".It ");
    if (o->letter)
        printf("Fl %c%s%s , ", o->letter, o->value ? " Ar " : "",
            o->value ? o->value : "");
    printf("Fl -%s%s%s\n", o->name, o->value ? " Ar " : "", o->value ? o->value : "");
    char *text = format("%s%s%s%s%s.", o->help, o->choices ? " (" : "",
        o->choices ? o->choices : "", o->choices ? ")" : "",
        o->many ? "; may be given more than once" : "");
    print_line(text, strlen(text));
    free(text);
}

static void print_options(const struct verb *v)
{
    puts(".Sh OPTIONS\n.Bl -tag -width Ds");
    for (const struct option *o = options; o->name; o++)
        if (option_belongs(o, v))
            print_option(o);
    puts(".El");
}

static void print_exit_status(void)
{
    puts(".Sh EXIT STATUS\n.Bl -tag -width Ds");
    for (const struct exit_meaning *e = exit_meanings; e->meaning; e++) {
        printf(".It %d\n", e->code);
        print_line(e->meaning, strlen(e->meaning));
    }
    puts(".El");
}

static void print_examples(const char *examples)
{
    puts(".Sh EXAMPLES\n.Bd -literal -offset indent");
    while (*examples) {
        const size_t len = strcspn(examples, "\n");
        printf("ormgen ");
        print_line(examples, len);
        examples += len + (examples[len] != '\0');
    }
    puts(".Ed");
}

void print_man(const struct verb *v)
{
    char *name = format("ormgen-%s", v->name);

    print_head(name, v->summary);
    printf(".Sh SYNOPSIS\n.Nm ormgen %s\n", v->name);
    if (*v->usage)
        print_line(v->usage, strlen(v->usage));
    puts(".Sh DESCRIPTION");
    print_text(v->help);
    if (!v->raw) {
        print_options(v);
        print_exit_status();
    }
    if (v->examples)
        print_examples(v->examples);
    puts(".Sh SEE ALSO\n.Xr ormgen 1");
    free(name);
}

static int by_name(const void *a, const void *b)
{
    const struct verb *const *v = a, *const *w = b;
    return strcmp((*v)->name, (*w)->name);
}

static void print_see_also(void)
{
    const struct verb **sorted = NULL;
    size_t count = 0;

    for (const struct verb *v = verbs; v->name; v++) {
        sorted = must(realloc(sorted, (count + 1) * sizeof *sorted));
        sorted[count++] = v;
    }
    qsort(sorted, count, sizeof *sorted, by_name);
    puts(".Sh SEE ALSO");
    for (size_t i = 0; i < count; i++)
        printf(".Xr ormgen-%s 1%s\n", sorted[i]->name, i + 1 < count ? " ," : "");
    free(sorted);
}

void print_man_of_all(void)
{
    print_head("ormgen", "make C from a description of PostgreSQL tables in YAML");
    puts(".Sh SYNOPSIS\n.Nm\n.Ar verb\n.Op Ar options\n.Op Ar\n.Sh DESCRIPTION\n"
         "The verbs are:\n.Bl -tag -width Ds");
    for (const struct verb *v = verbs; v->name; v++) {
        printf(".It Cm %s\n", v->name);
        print_line(v->summary, strlen(v->summary));
    }
    puts(".El\n.Pp\nEach has a manual page of its own.");
    print_exit_status();
    print_see_also();
}
