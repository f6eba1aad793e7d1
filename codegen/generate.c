/* generate.c: `ormgen generate` and `ormgen list-outputs`. */
#include "compare.h"
#include "files.h"
#include "plan.h"
#include "run.h"
#include "watch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* People see what was done; builds print nothing when all is well. */
static void say_what_was_written(const struct outputs *list, bool even_nothing)
{
    const char *before = "ormgen: wrote ";

    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].kind == OUTPUT_CODE && list->at[i].written) {
            fprintf(stderr, "%s%s", before, list->at[i].path);
            before = ", ";
        }
    if (*before == ',')
        fputc('\n', stderr);
    else if (even_nothing)
        fputs("ormgen: nothing to write\n", stderr);
}

static int generate_once(const struct arguments *a, struct depends *depends)
{
    struct plan p = {0};
    int status = plan_make(a, &p);

    for (size_t i = 0; i < p.depends.count; i++)
        depends_on(depends, p.depends.paths[i]);
    if (status == EXIT_OK && a->check)
        status = compare_outputs(&p.outputs);
    else if (status == EXIT_OK && a->dry_run)
        status = preview_outputs(&p.outputs);
    else if (status == EXIT_OK && !files_write(&p.outputs))
        status = EXIT_ENVIRONMENT;
    else if (status == EXIT_OK && (a->watch || isatty(STDERR_FILENO)))
        say_what_was_written(&p.outputs, a->watch);
    plan_free(&p);
    return status;
}

int run_generate(const struct arguments *a)
{
    if (a->check + a->dry_run + a->watch > 1)
        return usage_error(a->verb, "of --check, --dry-run and --watch, only one");
    if ((a->check || a->dry_run) && (a->depfile || a->stamp))
        return usage_error(a->verb, "--depfile and --stamp are files to write, and "
                                    "--check and --dry-run write nothing");
    if (a->check && a->format && strcmp(a->format, "text") != 0)
        return usage_error(a->verb, "--check prints a diff: leave --format out");
    if (a->deptarget && !a->depfile)
        return usage_error(
            a->verb, "--deptarget is what a --depfile says; there is none");
    return a->watch ? watch(generate_once, a) : generate_once(a, NULL);
}

int run_list_outputs(const struct arguments *a)
{
    struct plan p = {0};
    int status = plan_names(a, &p);

    if (status == EXIT_OK) {
        for (size_t i = 0; i < p.outputs.count; i++)
            puts(p.outputs.at[i].path);
        status = flush_stdout();
    }
    plan_free(&p);
    return status;
}
