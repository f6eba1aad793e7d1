/* main.c: the ormgen command. */
#include "help.h"
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int flush_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_OK;
    fprintf(stderr, "ormgen: standard output: %s\n", strerror(errno));
    return EXIT_ENVIRONMENT;
}

int run_help(const struct arguments *a)
{
    const bool as_man = a->print_as && strcmp(a->print_as, "man") == 0;
    const struct verb *v = a->file_count ? find_verb(a->files[0]) : NULL;

    if (a->file_count && !v)
        return EXIT_USAGE;
    if (v)
        (as_man ? print_man : print_help)(v);
    else
        (as_man ? print_man_of_all : print_usage)();
    return flush_stdout();
}

int main(int argc, char **argv)
{
    static struct arguments a;

    if (argc < 2) {
        print_usage();
        return flush_stdout() == EXIT_OK ? EXIT_USAGE : EXIT_ENVIRONMENT;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("ormgen " ORMGEN_VERSION);
        return flush_stdout();
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage();
        return flush_stdout();
    }

    const struct verb *v = find_verb(argv[1]);
    if (!v || !parse(v, argc - 2, argv + 2, &a))
        return EXIT_USAGE;
    if (a.help) {
        print_help(v);
        return flush_stdout();
    }
    return v->run(&a);
}
