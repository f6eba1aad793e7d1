/* generate.c: `ormgen generate`: the outputs of each schema, written together. */
#include "buffer.h"
#include "files.h"
#include "render.h"
#include "run.h"
#include "source.h"
#include "view.h"
#include "wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill_output(struct output *o, struct render *r, const char *template,
    const char *directory, const char *base)
{
    struct buffer raw = {0};

    render(r, template, &raw);
    wrap(buffer_of(&raw), &o->content);
    buffer_free(&raw);
    o->directory = format("%s", directory);
    o->name = format("%s.%s", base, template);
}

/* The two files of one schema. */
static int make_outputs(
    const char *path, const char *out_dir, struct report *r, struct output *outputs)
{
    struct schema *s;
    char *base = source_base(path);
    if (!base)
        return EXIT_USAGE;
    const int status = source_read(path, base, r, &s);
    if (status == EXIT_OK) {
        char *directory = out_dir ? format("%s", out_dir) : source_directory(path);
        struct render *render = render_open();
        view(render_lua(render), s, base);
        fill_output(&outputs[0], render, "orm.h", directory, base);
        fill_output(&outputs[1], render, "orm.c", directory, base);
        render_close(render);
        free(directory);
        schema_free(s);
    }
    free(base);
    return status;
}

static bool all_differ(const struct output *outputs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (outputs[i].name && outputs[j].name &&
                strcmp(outputs[i].name, outputs[j].name) == 0 &&
                strcmp(outputs[i].directory, outputs[j].directory) == 0) {
                fprintf(stderr, "ormgen: two of the files would both write %s/%s\n",
                    outputs[i].directory, outputs[i].name);
                return false;
            }
    return true;
}

int run_generate(const struct arguments *a)
{
    const size_t count = 2 * a->file_count;
    struct output *outputs = must(calloc(count, sizeof *outputs));
    struct report *r = report_open(a);
    int status = EXIT_OK;

    /* All files are read even after a mistake, so that one run shows all of them. */
    for (size_t i = 0; i < a->file_count; i++) {
        const int one = make_outputs(a->files[i], a->out_dir, r, &outputs[2 * i]);
        if (one > status)
            status = one;
    }
    report_close(r);
    if (status == EXIT_OK && !all_differ(outputs, count))
        status = EXIT_USAGE;
    if (status == EXIT_OK && !files_write(outputs, count))
        status = EXIT_ENVIRONMENT;
    for (size_t i = 0; i < count; i++) {
        free(outputs[i].directory);
        free(outputs[i].name);
        buffer_free(&outputs[i].content);
    }
    free(outputs);
    return status;
}
