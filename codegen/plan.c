/* plan.c: what `ormgen generate` is going to write, and from which files. */
#include "plan.h"
#include "depfile.h"
#include "files.h"
#include "render.h"
#include "source.h"
#include "view.h"
#include "wrap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of X.yaml: X.orm.h and X.orm.c.  Each is the name of a template, too. */
static const char *const endings[] = {"orm.h", "orm.c"};

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* -- The code ---------------------------------------------------------------------- */

static void name_output(
    const char *directory, const char *base, const char *ending, struct plan *p)
{
    char *name = format("%s.%s", base, ending);
    output_add(&p->outputs, OUTPUT_CODE, directory, name);
    free(name);
}

/* The outputs of one schema: those of templates, then those of plugins. */
static void name_code(
    const struct arguments *a, const char *path, const char *base, struct plan *p)
{
    char *directory = a->out_dir ? format("%s", a->out_dir) : source_directory(path);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        name_output(directory, base, endings[i], p);
    for (size_t i = 0; i < a->plugins.count; i++) {
        char *ending = plugin_ending(a->plugins.at[i]);
        name_output(directory, base, ending, p);
        free(ending);
    }
    free(directory);
}

static bool plugins_have_names(const struct arguments *a)
{
    for (size_t i = 0; i < a->plugins.count; i++) {
        char *ending = plugin_ending(a->plugins.at[i]);
        free(ending);
        if (!ending) {
            usage_error(a->verb,
                "%s: a plugin is called like the ending of what it writes, and .lua or "
                ".tmpl: fields.md.lua makes X.fields.md",
                a->plugins.at[i]);
            return false;
        }
    }
    return true;
}

static bool is_c(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

/* Takes what was rendered; C in lines of its length. */
static void fill_output(struct output *o, struct buffer *raw)
{
    if (is_c(o->name))
        wrap(buffer_of(raw), &o->content);
    else
        buffer_add(&o->content, buffer_of(raw), raw->len);
    buffer_free(raw);
}

static int fill_code(const struct arguments *a, const struct schema *s,
    const char *base, size_t first, struct plan *p)
{
    struct output *o = &p->outputs.at[first];
    struct render *r = render_open(&(struct render_setup){
        .directory = a->template_dir,
        .depends = &p->depends,
        .model_count = s->model_count,
    });
    int status = EXIT_OK;

    view(render_lua(r), s, base);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++, o++) {
        struct buffer raw = {0};
        status = worse(status, render(r, endings[i], &raw));
        fill_output(o, &raw);
    }
    for (size_t i = 0; i < a->plugins.count; i++, o++) {
        struct buffer raw = {0};
        status = worse(status, render_plugin(r, a->plugins.at[i], &raw));
        fill_output(o, &raw);
        if (status == EXIT_OK && !strstr(buffer_of(&o->content), FILES_BANNER)) {
            fprintf(stderr,
                "ormgen: %s: what it writes has to say \"%s\" somewhere: without it, "
                "no "
                "file is ever replaced\n",
                a->plugins.at[i], FILES_BANNER);
            status = EXIT_SCHEMA;
        }
    }
    render_close(r);
    return status;
}

static int make_code(
    const struct arguments *a, const char *path, struct report *report, struct plan *p)
{
    struct schema *s;
    char *base = source_base(path);
    if (!base)
        return EXIT_USAGE;

    const size_t first = p->outputs.count;
    name_code(a, path, base, p);
    int status = source_read(path, base, a->names, report, &p->depends, &s);
    if (status == EXIT_OK)
        status = fill_code(a, s, base, first, p);
    schema_free(s);
    free(base);
    return status;
}

/* -- What builds ask for ----------------------------------------------------------- */

static int make_depfile(const struct arguments *a, struct plan *p)
{
    const size_t count = p->outputs.count;
    const char **targets = must(calloc(count + 1, sizeof *targets));
    size_t target_count = 0;

    if (a->deptarget || a->stamp)
        targets[target_count++] = a->deptarget ? a->deptarget : a->stamp;
    else
        for (size_t i = 0; i < count; i++)
            targets[target_count++] = p->outputs.at[i].path;
    struct output *o = output_add_path(&p->outputs, OUTPUT_DEPFILE, a->depfile);
    const bool good =
        depfile_write(targets, target_count, &p->depends, a->file_count, &o->content);
    free(targets);
    return good ? EXIT_OK : EXIT_USAGE;
}

static bool all_differ(const struct outputs *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(list->at[i].path, list->at[j].path) == 0) {
                fprintf(stderr, "ormgen: two of the files would both write %s\n",
                    list->at[i].path);
                return false;
            }
    return true;
}

/* A slip in a build file must not cost the schema. */
static bool spares_the_sources(const struct plan *p)
{
    struct stat out, in;

    for (size_t i = 0; i < p->outputs.count; i++) {
        const char *path = p->outputs.at[i].path;
        if (p->outputs.at[i].kind == OUTPUT_CODE || stat(path, &out) != 0)
            continue;
        for (size_t k = 0; k < p->depends.count; k++)
            if (stat(p->depends.paths[k], &in) == 0 && in.st_dev == out.st_dev &&
                in.st_ino == out.st_ino) {
                fprintf(stderr, "ormgen: %s would be read and written\n", path);
                return false;
            }
    }
    return true;
}

/* ---------------------------------------------------------------------------------- */

int plan_names(const struct arguments *a, struct plan *p)
{
    int status = plugins_have_names(a) ? EXIT_OK : EXIT_USAGE;

    for (size_t i = 0; status == EXIT_OK && i < a->file_count; i++) {
        char *base = source_base(a->files[i]);
        if (base)
            name_code(a, a->files[i], base, p);
        else
            status = EXIT_USAGE;
        free(base);
    }
    if (status == EXIT_OK && !all_differ(&p->outputs))
        status = EXIT_USAGE;
    return status;
}

int plan_make(const struct arguments *a, struct plan *p)
{
    int status = EXIT_OK;

    if (!plugins_have_names(a))
        return EXIT_USAGE;
    if (a->template_dir && access(a->template_dir, R_OK | X_OK) != 0) {
        fprintf(stderr, "ormgen: %s: %s\n", a->template_dir, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    for (size_t i = 0; i < a->file_count; i++)
        depends_on(&p->depends, a->files[i]);
    struct report *report = report_open(a);
    /* All files are read even after a mistake, so that one run shows all of them. */
    for (size_t i = 0; i < a->file_count; i++)
        status = worse(status, make_code(a, a->files[i], report, p));
    report_close(report);
    if (status == EXIT_OK && a->depfile)
        status = make_depfile(a, p);
    if (status == EXIT_OK && a->stamp)
        output_add_path(&p->outputs, OUTPUT_STAMP, a->stamp);
    if (status == EXIT_OK && (!all_differ(&p->outputs) || !spares_the_sources(p)))
        status = EXIT_USAGE;
    return status;
}

void plan_free(struct plan *p)
{
    outputs_free(&p->outputs);
    depends_free(&p->depends);
}
